"""The IAM policy language: reading policies, deciding requests, explaining decisions, finding mistakes.

`document.parse_policy` reads a policy, `evaluate.evaluate` decides a request, `explain.explain` tells why,
`who_can.who_can` turns the question round, and `lint.lint` says what is wrong with a policy before it is saved.
"""
