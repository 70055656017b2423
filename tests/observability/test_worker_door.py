"""`entrepot worker` tells of its duties where worker_metrics_port says."""

from __future__ import annotations

import os
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.observability.scrape import text, total, until
from tests.support.processes import Program, free_port
from tests.support.server import COMMAND, Server, start_server

TOKEN = "the-worker-s-own-token"


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    running = start_server(tmp_path_factory.mktemp("served") / "data", args=["--work", "false"])
    # Before anybody asks: what is stored is counted now and then.
    running.create_repository("one")
    running.boto3("ecr", region="eu-west-1").create_repository(repositoryName="two")
    yield running
    running.stop()


@pytest.fixture(scope="module")
def work(served: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    port = free_port()
    argv = [COMMAND, "worker", "--data", served.data, "--worker-metrics-port", str(port)]
    env = {**os.environ, "ENTREPOT_METRICS_TOKEN": TOKEN}
    program = Program(argv, log=tmp_path_factory.mktemp("worker") / "log", env=env)
    program.wait_until(lambda: answers(port), 30)
    yield f"http://127.0.0.1:{port}"
    assert program.terminate() == 0


def answers(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=5) as answer:
            return answer.status == 200
    except OSError:
        return False


def test_duties_are_visible(work: str, served: Server) -> None:
    done = until(
        work,
        lambda found: all(
            total(found, "entrepot_duty_duration_seconds_count", duty=duty, outcome="done") == 1
            for duty in ("collect", "sweep", "orphans", "forgotten")
        ),
        TOKEN,
    )
    assert total(done, "entrepot_duty_failures_total") == 0
    assert total(done, "entrepot_duty_interval_seconds", duty="sweep") == 600
    # The database knows when, and so does every node.
    name = "entrepot_duty_last_success_timestamp_seconds"
    for url, token in ((work, TOKEN), (served.url, "")):
        last = until(url, lambda found: total(found, name, duty="forgotten") > 0, token)
        assert total(last, name, duty="forgotten") > 1_700_000_000


@pytest.mark.parametrize(("path", "status"), [("/metrics", 401), ("/", 404), ("/v2/", 404), ("/readyz", 404)])
def test_there_is_nothing_else(work: str, path: str, status: int) -> None:
    with pytest.raises(urllib.error.HTTPError) as caught:
        urllib.request.urlopen(f"{work}{path}")
    with caught.value as answer:
        assert answer.code == status
        assert "ython" not in str(answer.headers)


def test_without_a_token_registries_are_summed_up(served: Server) -> None:
    found = until(served.url, lambda points: total(points, "entrepot_registry_repositories") > 0)
    (only,) = [each for each in found if each.name == "entrepot_registry_repositories"]
    assert only.value == 2
    assert not only.labels
    assert "123456789012" not in text(served.url)
    assert "eu-west" not in text(served.url)


def test_a_port_that_is_taken_is_told(served: Server, tmp_path: Path) -> None:
    argv = [COMMAND, "worker", "--data", served.data, "--worker-metrics-port", str(served.port)]
    program = Program(argv, log=tmp_path / "log", env=dict(os.environ))
    with pytest.raises(AssertionError, match="worker_metrics_port cannot be used"):
        program.wait_until(lambda: False, 30)
