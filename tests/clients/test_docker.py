"""docker against Entrepot: what it pushes others read, and what others push it unpacks."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.archives import same_root, write_docker_archive
from tests.support.clients.aws_cli import AwsCli
from tests.support.clients.docker import Docker
from tests.support.clients.podman import Podman
from tests.support.clients.skopeo import Skopeo
from tests.support.content import ContentCache, alpine_root
from tests.support.images import DOCKER_CONFIG, DOCKER_MANIFEST, tiny_image
from tests.support.layout import Layout, write_image
from tests.support.oci import Oci
from tests.support.server import Server


def test_debian_pushed_by_docker_is_described_and_pulled(
    server: Server, docker: Docker, aws: AwsCli, skopeo: Skopeo, podman: Podman, content: ContentCache, tmp_path: Path
) -> None:
    debian, reference = content.debian(), f"{server.host}/team/debian:12"
    aws.ecr("create-repository", "--repository-name", "team/debian")
    docker.load(write_docker_archive(debian.layout, debian.digest, reference, tmp_path / "load.tar"))
    digest = docker.push(reference)

    described = aws.ecr("describe-images", "--repository-name", "team/debian")["imageDetails"]
    assert [(image["imageDigest"], image["imageTags"]) for image in described] == [(digest, ["12"])]
    assert described[0]["imageManifestMediaType"] == DOCKER_MANIFEST
    assert described[0]["artifactMediaType"] == DOCKER_CONFIG

    pulled = skopeo.pull(reference, tmp_path / "skopeo")
    assert pulled.digest("latest") == digest
    contents = pulled.contents(digest)
    layers = sum(layer["size"] for layer in pulled.manifest(digest)["layers"])
    assert layers <= described[0]["imageSizeInBytes"] <= sum(contents.values())
    assert pulled.diff_ids(digest) == debian.diff_ids()

    assert podman.pull(reference) == digest
    assert podman.save(reference, tmp_path / "podman.tar").layers == debian.diff_ids()
    same_root(podman.export(reference, tmp_path / "root.tar"), content.debian_root())


def test_docker_pulls_the_root_filesystem_that_podman_pushed(
    server: Server, docker: Docker, podman: Podman, repository: str, content: ContentCache, tmp_path: Path
) -> None:
    reference, layout = f"{server.host}/{repository}:3.20", content.alpine().layout
    image = layout.child(content.alpine().digest, "amd64")
    podman.load(write_docker_archive(layout, image, reference, tmp_path / "load.tar"))
    digest = podman.push(reference)

    assert docker.pull(reference) == digest
    assert docker.save(reference, tmp_path / "docker.tar").layers == layout.diff_ids(image)
    same_root(docker.export(reference, tmp_path / "root.tar"), alpine_root())


def test_docker_pulls_by_digest_and_the_platform_it_asks_for(
    server: Server, docker: Docker, skopeo: Skopeo, repository: str, content: ContentCache, tmp_path: Path
) -> None:
    alpine, reference = content.alpine(), f"{server.host}/{repository}"
    skopeo.push(alpine.layout, "latest", f"{reference}:3.20")
    for architecture in ("amd64", "arm64"):
        child = alpine.layout.child(alpine.digest, architecture)
        docker.run("pull", "--platform", f"linux/{architecture}", f"{reference}:3.20")
        assert docker.image_id(f"{reference}:3.20") == alpine.layout.manifest(child)["config"]["digest"]
        docker.pull(f"{reference}@{child}")
        saved = docker.save(f"{reference}@{child}", tmp_path / f"{architecture}.tar")
        assert saved.layers == alpine.layout.diff_ids(child)


def test_docker_pushes_again_only_what_is_missing(
    server: Server, docker: Docker, oci: Oci, repository: str, tmp_path: Path
) -> None:
    reference, layout = f"{server.host}/{repository}", Layout(tmp_path / "layout")
    digest = write_image(layout, tiny_image("docker again"), "v")
    docker.load(write_docker_archive(layout, digest, f"{reference}:one", tmp_path / "load.tar"))
    pushed = docker.push(f"{reference}:one")
    docker.run("tag", f"{reference}:one", f"{reference}:two")
    assert "Layer already exists" in docker.run("push", f"{reference}:two")
    assert oci.tags(repository).json()["tags"] == ["one", "two"]
    assert {oci.head_manifest(repository, tag).headers["docker-content-digest"] for tag in ("one", "two")} == {pushed}


def test_docker_is_refused_without_a_login(server: Server, docker: Docker, repository: str) -> None:
    nobody = {"DOCKER_CONFIG": str(docker.folder / "nobody")}
    with pytest.raises(AssertionError, match=r"(?i)authentication|authorization|credentials"):
        docker.run("pull", f"{server.host}/{repository}:1", env=nobody)
    with pytest.raises(AssertionError, match=r"(?i)unauthorized|denied|401|403"):
        docker.run("login", "--username", "AWS", "--password-stdin", server.host, stdin="wrong", env=nobody)
