// One run, one command: reads {"command", ...} from standard input, writes the answer to standard output as JSON.
// Bytes travel as base64. The settings come from AWS_CONFIG_FILE and AWS_PROFILE, as for any program of the SDK.
import { createHash } from "node:crypto";
import { text } from "node:stream/consumers";
import * as ecr from "@aws-sdk/client-ecr";

const client = new ecr.ECRClient({ maxAttempts: 1 });

const digestOf = (bytes) => "sha256:" + createHash("sha256").update(bytes).digest("hex");

async function uploadLayer(repositoryName, bytes) {
  const { uploadId, partSize } = await client.send(new ecr.InitiateLayerUploadCommand({ repositoryName }));
  for (let first = 0; first < bytes.length; first += partSize) {
    const layerPartBlob = bytes.subarray(first, first + partSize);
    const span = { partFirstByte: first, partLastByte: first + layerPartBlob.length - 1 };
    await client.send(new ecr.UploadLayerPartCommand({ repositoryName, uploadId, layerPartBlob, ...span }));
  }
  const layerDigests = [digestOf(bytes)];
  await client.send(new ecr.CompleteLayerUploadCommand({ repositoryName, uploadId, layerDigests }));
}

async function push({ repositoryName, blobs, manifest, mediaType, tag }) {
  for (const blob of blobs) await uploadLayer(repositoryName, Buffer.from(blob, "base64"));
  const image = { imageManifest: manifest, imageManifestMediaType: mediaType, imageTag: tag };
  return (await client.send(new ecr.PutImageCommand({ repositoryName, ...image }))).image;
}

async function download(repositoryName, layerDigest) {
  const answer = await client.send(new ecr.GetDownloadUrlForLayerCommand({ repositoryName, layerDigest }));
  const response = await fetch(answer.downloadUrl);
  if (!response.ok) throw new Error(`${response.status} for a layer's URL`);
  return Buffer.from(await response.arrayBuffer());
}

async function pull({ repositoryName, tag }) {
  const imageIds = [{ imageTag: tag }];
  const { images } = await client.send(new ecr.BatchGetImageCommand({ repositoryName, imageIds }));
  const document = JSON.parse(images[0].imageManifest);
  const blobs = [];
  for (const blob of [document.config, ...document.layers]) {
    blobs.push((await download(repositoryName, blob.digest)).toString("base64"));
  }
  return { manifest: images[0].imageManifest, mediaType: images[0].imageManifestMediaType, blobs };
}

// Any operation by its name: {"operation": "CreateRepository", "input": {...}}. Errors come back by name, not thrown.
async function send({ operation, input }) {
  try {
    const { $metadata, ...output } = await client.send(new ecr[`${operation}Command`](input));
    return { status: $metadata.httpStatusCode, requestId: $metadata.requestId, output };
  } catch (error) {
    if (!(error instanceof ecr.ECRServiceException)) throw error;
    return { status: error.$metadata.httpStatusCode, error: error.name, message: error.message };
  }
}

const { command, ...input } = JSON.parse(await text(process.stdin));
console.log(JSON.stringify(await { push, pull, send }[command](input)));
