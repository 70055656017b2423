"""A comparison from start to end, as small as it can be: Entrepot, distribution, and the latter by its URL."""

from __future__ import annotations

from pathlib import Path

from bench.compare import distribution, limits, named, small, transfers
from bench.compare.__main__ import compare
from bench.compare.contestants import entrepot
from bench.compare.plan import Stage
from bench.compare.turns import Effort
from bench.content import Content
from bench.servers import TOPOLOGIES, backends
from tests.support.processes import require

TINY = 10_000


def test_all_are_asked_in_every_round(tmp_path: Path) -> None:
    require("wrk")
    require(distribution.PROGRAM)
    effort = Effort(seconds=1, connections=4, rounds=2, few=1, calm=False)
    lines = {work.name: work for work in (*small.manifests(), *small.calls())}
    chosen = ("manifest_get_tag", "manifest_head_digest", "login")
    transferred = [transfers.push(TINY, 2, 4, form) for form in ("two", "three", "chunks")]
    work = (*(lines[name] for name in chosen), *transferred, transfers.pull(TINY, 2, 4))
    with backends(tmp_path) as behind, distribution.KIND.start(behind, Content(TINY)) as peer:
        kinds = [entrepot(TOPOLOGIES[0]), distribution.KIND, named.kind(f"other=http://{peer.netloc}/project")]
        run = compare(kinds, [Stage("all", work)], effort, behind)
    everybody = {"entrepot-sqlite-1", "distribution", "other"}
    assert set(run.contestants) == everybody
    assert set(run.limits) == set(limits.TITLES)
    for name, line in run.lines.items():
        assert set(line.samples) == ({"entrepot-sqlite-1"} if name == "login" else everybody), line.missing
        assert set(line.missing) == everybody - set(line.samples)
        assert {len(found) for found in line.samples.values()} == {2}
        assert all(sample.value > 0 for found in line.samples.values() for sample in found)
    get = run.lines["manifest_get_tag"].samples
    assert all(sample.server for name in ("entrepot-sqlite-1", "distribution") for sample in get[name])
    assert [sample.server for sample in get["other"]] == [None, None]
