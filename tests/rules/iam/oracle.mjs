// Answers each line on stdin, a simulation for @cloud-copilot/iam-simulate, with one line of JSON on stdout.
// Most go straight to its engine, which is faster than to have policies and requests validated each time. Those about
// no resource, which its outer layers deal with, are validated first, and every twenty-fifth of the others, so that
// what is asked stays sensible.
import { createInterface } from 'node:readline'
import { createRequire } from 'node:module'
import { pathToFileURL } from 'node:url'

const folder = `${process.argv[2]}/node_modules/@cloud-copilot/`
const load = (path) => import(pathToFileURL(folder + path))
const { resolve } = createRequire(folder)
const { anonymousPrincipal, runSimulation } = await import(pathToFileURL(resolve('@cloud-copilot/iam-simulate')))
const { loadPolicy } = await load('iam-policy/dist/esm/index.js')
const { authorize } = await load('iam-simulate/dist/esm/core_engine/CoreSimulatorEngine.js')
const { AwsRequestImpl } = await load('iam-simulate/dist/esm/request/request.js')
const { RequestContextImpl } = await load('iam-simulate/dist/esm/requestContext.js')
const { DiscoveryContextKeyConstraints } = await load(
  'iam-simulate/dist/esm/context_keys/discoveryContextKeyConstraints.js'
)

const parameters = { simulationMode: 'Strict', discoveryContextKeyConstraints: new DiscoveryContextKeyConstraints([]) }
const one = (policy) => (policy ? loadPolicy(policy, { name: 'policy' }) : undefined)
const all = (policies) => policies?.map(({ name, policy }) => loadPolicy(policy, { name }))

function decide({ request, identityPolicies, permissionBoundaryPolicies, sessionPolicy, resourcePolicy }) {
  const context = new RequestContextImpl(request.contextVariables)
  return authorize({
    request: new AwsRequestImpl(request.principal, request.resource, request.action, context),
    sessionPolicy: one(sessionPolicy),
    identityPolicies: all(identityPolicies),
    serviceControlPolicies: [],
    resourceControlPolicies: [],
    resourcePolicy: one(resourcePolicy),
    permissionBoundaries: all(permissionBoundaryPolicies),
    simulationParameters: parameters,
  }).result
}

async function decideValidated(simulation) {
  const found = await runSimulation(simulation, {})
  if (found.resultType === 'error') return { error: found.errors }
  return { result: found.overallResult, ignored: found.result.ignoredContextKeys }
}

let line = 0
for await (const text of createInterface({ input: process.stdin })) {
  const simulation = JSON.parse(text)
  if (simulation.request.principal === 'anonymous') simulation.request.principal = anonymousPrincipal
  const validated = simulation.request.resource.resource === '*' || line++ % 25 === 0
  const answer = validated ? await decideValidated(simulation) : { result: decide(simulation) }
  process.stdout.write(JSON.stringify(answer) + '\n')
}
