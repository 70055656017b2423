"""Ids of requests, as AWS has them: random UUIDs."""

from __future__ import annotations

import random

_RANDOM_BITS = 128
_VERSION_AND_VARIANT = (0x4 << 76) | (0b10 << 62)
_OTHERS = ~((0xF << 76) | (0b11 << 62))


def fresh() -> str:
    """A new id. Nothing is protected by it, so that it need not come from the system, which costs a switch of threads.

    The generator is seeded by the system, in each process anew.
    """
    digits = f"{random.getrandbits(_RANDOM_BITS) & _OTHERS | _VERSION_AND_VARIANT:032x}"
    return f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}"
