"""The models that the tests of this folder read, loaded once."""

from __future__ import annotations

from entrepot.aws.model import load_model

ECR = load_model("ecr")
STS = load_model("sts")
IAM = load_model("iam")
