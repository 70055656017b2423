"""Lines of layers that are pulled and pushed: one alone and many at once, whole and in chunks."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing
from functools import partial

from bench import pushing
from bench.clients import Client
from bench.compare.contestants import Contestant
from bench.compare.samples import BYTES, Sample
from bench.compare.small import asked
from bench.compare.turns import Effort, Workload, driven
from bench.content import Blob

KIB, MIB, GIB = 1 << 10, 1 << 20, 1 << 30
PULLS, PUSHES = 64, 32

Push = Callable[[Client, str, Blob], None]


def title_of(size: int) -> str:
    """A size that is a whole number of its unit."""
    unit, name = next((unit, name) for unit, name in ((GIB, "GiB"), (MIB, "MiB"), (KIB, "KiB")) if size >= unit)
    return f"{size // unit} {name}"


def there(size: int, it: Contestant) -> Blob:
    """A layer of that size, pushed when it is first needed."""
    if size not in it.blobs:
        with closing(it.connect()) as client:
            pushing.in_three(client, it.repository, blob := it.content.blob(size))
        it.blobs[size] = blob
    return it.blobs[size]


def pull(size: int, at_once: int, count: int) -> Workload:
    """So many GETs of one layer."""

    def run(it: Contestant, _effort: Effort) -> Sample:
        path = f"{it.path}/blobs/{there(size, it).digest}"
        return driven(it, lambda client, _: client.download(path), count, at_once, BYTES, size)

    name = f"blob_get_{title_of(size).replace(' ', '')}_{at_once}"
    title = f"layer `GET`, {title_of(size)}, {_crowd(at_once)}"
    return Workload(name, title, BYTES, run, partial(there, size), heavy=size * count > GIB)


def pull_small(size: int, at_once: int) -> Workload:
    """The same for layers that are soon sent."""
    name = f"blob_get_{title_of(size).replace(' ', '')}_{at_once}"
    title = f"layer `GET`, {title_of(size)}, {_crowd(at_once)}"
    return asked(name, title, "GET", lambda it: f"{it.path}/blobs/{there(size, it).digest}", at_once)


def push(size: int, at_once: int, count: int, form: str = "three") -> Workload:
    """So many pushes of layers that nobody has; `form` is one of the ways to push."""
    title, how = _FORMS[form]

    def run(it: Contestant, _effort: Effort) -> Sample:
        blobs = [it.content.blob(size) for _ in range(count)]
        return driven(it, lambda client, n: how(client, it.repository, blobs[n]), count, at_once, BYTES, size)

    name = f"blob_push_{title_of(size).replace(' ', '')}_{at_once}_{form}"
    return Workload(
        name, f"layer push, {title_of(size)}, {_crowd(at_once)}, {title}", BYTES, run, heavy=size * count > GIB // 2
    )


def pulls() -> Iterator[Workload]:
    """All sizes, alone and at once."""
    yield pull(GIB, 1, 1)
    yield pull(10 * MIB, 1, 40)
    yield pull(10 * MIB, PULLS, 4 * PULLS)
    yield pull_small(64 * KIB, 1)
    yield pull_small(64 * KIB, PULLS)


def pushes() -> Iterator[Workload]:
    """All sizes but the largest, alone and at once, in all ways."""
    for form in _FORMS:
        yield push(10 * MIB, 1, 16, form)
        yield push(10 * MIB, PUSHES, PUSHES, form)
        yield push(64 * KIB, 1, 64, form)
        yield push(64 * KIB, PUSHES, 8 * PUSHES, form)


def large_pushes() -> Iterator[Workload]:
    """A layer of 1 GiB, in all ways."""
    return (push(GIB, 1, 1, form) for form in _FORMS)


def _crowd(at_once: int) -> str:
    return "one alone" if at_once == 1 else f"{at_once} at once"


def _in_chunks(client: Client, repository: str, blob: Blob) -> None:
    pushing.in_chunks(client, repository, blob, min(pushing.CHUNK, blob.size // 4))


_FORMS: dict[str, tuple[str, Push]] = {
    "three": ("one PATCH, as docker does", pushing.in_three),
    "two": ("monolithic", pushing.in_two),
    "chunks": ("chunked", _in_chunks),
}
