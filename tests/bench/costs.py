"""Made-up results of a run of `bench.costs`: any costs at all, of everything that a plan is computed from."""

from __future__ import annotations

import random
from dataclasses import fields

from hypothesis import strategies as st

from bench.bills import Load
from bench.results import Cost, Measured, Results
from bench.rows import TABLES

QUESTIONS = (
    "challenge",
    "ping",
    "login",
    "blob_head",
    "blob_head_absent",
    "manifest_head_tag",
    "manifest_get_digest",
    "manifest_put",
    "delete",
)
SIZES = (64 << 10, 10 << 20, 256 << 20)
OPERATIONS = (*QUESTIONS, *(f"blob_{kind}_{size}" for kind in ("get", "push") for size in SIZES))
COLLECTING = ("ours", "database", "store", "wal", "reads", "writes", "statements")
NUMBERS = [each.name for each in fields(Cost) if each.type == "float"]


def made_up(seed: int) -> Results:
    """Results of a run in which every topology cost the same. One seed in four has many costs of nothing."""
    chance = random.Random(seed)

    def amount() -> float:
        return 0.0 if seed % 4 == 0 and chance.random() < 0.5 else 10 ** chance.uniform(-6, 6)

    def cost() -> Cost:
        given = {name: amount() for name in NUMBERS} | {"rate": 1 + amount(), "writes": 1 + amount()}
        return Cost("an operation", 32, store_requests={"GetObject": amount()}, **given)

    by_name = {name: cost() for name in OPERATIONS}
    collecting = {name: amount() for name in COLLECTING} | {"rate": 1 + amount()}
    measured = Measured("a topology", 2, amount(), amount(), by_name, collecting)
    rows = {table: 1 + amount() for table in TABLES}
    names = ("sqlite-1", "sqlite-2", "postgres-s3", "postgres-redirect")
    return Results({}, 10, 20 << 20, dict.fromkeys(names, measured), {"sqlite": rows, "postgres": rows})


seeds = st.integers(0, 1 << 32)

loads = st.builds(
    Load,
    images_per_day=st.floats(1, 1e7),
    layers=st.integers(0, 127),
    layer_size=st.integers(0, 10 << 30),
    pulls_per_push=st.floats(0, 1e4),
    cached_share=st.floats(0, 1),
    known_share=st.floats(0, 1),
    kept_days=st.floats(0, 3650),
    peak_factor=st.floats(1, 20),
    images_per_repository=st.floats(1, 1e5),
)
