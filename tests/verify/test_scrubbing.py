"""The daily part: nothing unless it is asked for, then everything in turn, and what is damaged is in the log."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import structlog
from structlog.testing import capture_logs

from entrepot.jobs.duties import DUTIES
from entrepot.services import scrubbing
from tests.gc.world import World
from tests.verify.conftest import flip


def scrubbed(here: World, share: float) -> int:
    found = here.run(scrubbing.scrub(replace(here.app, verify_share=share)))
    return -1 if found is None else found.blobs


def test_it_is_off_by_default(here: World) -> None:
    assert here.app.verify_share == here.settings.verify_share.of_one == 0
    here.upload("one", b"content")
    assert scrubbed(here, 0.0) == -1
    assert [duty.interval for duty in DUTIES if duty.work is scrubbing.scrub] == [timedelta(days=1)]


def test_everything_has_its_turn(here: World) -> None:
    for number in range(40):
        here.upload("one", f"content {number}".encode())
    counts: list[int] = []
    for _ in range(4):
        counts.append(scrubbed(here, 0.25))
        assert scrubbed(here, 0.25) == counts[-1]
        here.turned += timedelta(days=1)
    assert sum(counts) == 40
    assert max(counts) < 25


def test_damage_is_in_the_log(here: World) -> None:
    digest = here.upload("one", b"content")
    flip(here.file(digest), 3)
    structlog.reset_defaults()
    with capture_logs() as lines:
        assert scrubbed(here, 1.0) == 1
    [told] = [line for line in lines if line["event"] == "what is stored cannot be served"]
    assert (told["digest"], told["kind"], told["log_level"]) == (digest, "damaged", "error")
    assert told["needed_by"] == ["123456789012/us-east-1/one"]
    [summary] = [line for line in lines if line["event"] == "read back today's part"]
    assert (summary["blobs"], summary["findings"]) == (1, 1)
