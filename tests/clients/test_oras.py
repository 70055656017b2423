"""oras: artifacts, and what refers to an image."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from oras.oci import Subject

from tests.support.clients.oras_python import Oras
from tests.support.clients.skopeo import Skopeo
from tests.support.images import OCI_MANIFEST, helm_chart, make_artifact, random_bytes, tiny_image
from tests.support.layout import Layout, write_image
from tests.support.oci import Oci
from tests.support.server import Server

SBOM = "application/vnd.example.sbom.v1"


def test_files_pushed_by_oras_come_back(server: Server, oras: Oras, repository: str, tmp_path: Path) -> None:
    files = {"notes.txt": b"weigh anchor\n", "cargo.bin": random_bytes(3 << 20, "oras")}
    for name, data in files.items():
        (tmp_path / name).write_bytes(data)
    reference = f"{server.host}/{repository}:files"
    oras.push_files(reference, tmp_path, list(files))
    pulled = oras.pull_files(reference, tmp_path / "pulled")
    assert {path.name: path.read_bytes() for path in pulled} == files
    assert oras.get_tags(reference) == ["files"]


def test_a_chunked_upload_by_oras_comes_back(server: Server, oras: Oras, repository: str, tmp_path: Path) -> None:
    data = random_bytes(12 << 20, "chunks")
    (tmp_path / "cargo.bin").write_bytes(data)
    reference = f"{server.host}/{repository}:chunked"
    oras.push_files(reference, tmp_path, ["cargo.bin"], do_chunked=True, chunk_size=5 << 20)
    assert [path.read_bytes() for path in oras.pull_files(reference, tmp_path / "pulled")] == [data]


def test_a_referrer_pushed_by_oras_is_listed_at_both_doors(
    server: Server, oras: Oras, oci: Oci, ecr: Any, repository: str, tmp_path: Path
) -> None:
    subject = tiny_image("subject")
    oci.push_image(repository, subject, "v")
    (tmp_path / "sbom.json").write_bytes(b'{"packages":[]}')
    (tmp_path / "config.json").write_bytes(b"{}")
    digest = oras.push_files(
        f"{server.host}/{repository}:sbom",
        tmp_path,
        ["sbom.json"],
        manifest_config=f"{tmp_path / 'config.json'}:{SBOM}",
        subject=Subject(OCI_MANIFEST, subject.digest, len(subject.manifest)),
        manifest_annotations={"org.example.tool": "lead line"},
    )
    listed = oci.referrers(repository, subject.digest).expect(200).json()["manifests"]
    assert [(one["digest"], one["artifactType"]) for one in listed] == [(digest, SBOM)]
    assert listed[0]["annotations"] == {"org.example.tool": "lead line"}

    answer = ecr.list_image_referrers(repositoryName=repository, subjectId={"imageDigest": subject.digest})
    assert [(one["digest"], one["artifactType"]) for one in answer["referrers"]] == [(digest, SBOM)]
    described = ecr.describe_images(repositoryName=repository, imageIds=[{"imageDigest": digest}])["imageDetails"]
    assert described[0]["subjectManifestDigest"] == subject.digest


def test_a_helm_chart_pushed_by_oras_is_unchanged(
    server: Server, oras: Oras, skopeo: Skopeo, repository: str, tmp_path: Path
) -> None:
    chart, reference = helm_chart(), f"{server.host}/{repository}:1.2.3"
    digest = oras.push_image(reference, chart, tmp_path)
    pulled = skopeo.pull(reference, tmp_path / "pulled")
    assert pulled.digest("latest") == digest
    assert pulled.manifest(digest) == chart.document
    assert [pulled.blob(layer["digest"]) for layer in chart.document["layers"]] == list(chart.layers)
    pulled.contents(digest)


def test_an_artifact_pushed_by_skopeo_is_read_by_oras(
    server: Server, oras: Oras, skopeo: Skopeo, repository: str, tmp_path: Path
) -> None:
    artifact, reference = make_artifact(SBOM, b"fine\n"), f"{server.host}/{repository}:a"
    layout = Layout(tmp_path / "source")
    write_image(layout, artifact, "a")
    skopeo.push(layout, "a", reference)
    assert oras.get_manifest(reference) == artifact.document
    assert oras.get_blob(reference, artifact.document["layers"][0]["digest"]) == b"fine\n"
