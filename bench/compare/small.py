"""Lines of small answers: manifests, layers that are asked about, pages, calls."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing

from bench import pushing
from bench.compare import heads, wrk
from bench.compare.contestants import Contestant
from bench.compare.samples import REQUESTS, Sample
from bench.compare.turns import Effort, Spent, Workload
from bench.content import MANIFEST, Image, image

ACCEPT = {"Accept": MANIFEST}
LAYERS = 10
CONFIG_SIZE, LAYER_SIZE = 2 << 10, 64 << 10
WARM_SECONDS = 1.0


def small_image(it: Contestant) -> Image:
    """The image with the tag `small`, pushed when it is first needed."""
    if "small" not in it.images:
        layers = [it.content.blob(LAYER_SIZE) for _ in range(LAYERS)]
        made = image(it.content.blob(CONFIG_SIZE), layers)
        with closing(it.connect()) as client:
            pushing.missing_blobs(client, it.repository, made)
            pushing.manifest(client, it.repository, made, "small")
        it.images["small"] = made
    return it.images["small"]


def asked(
    name: str, title: str, method: str, path: Callable[[Contestant], str], connections: int | None = None
) -> Workload:
    """The same request over and over, on as many connections as the effort says or on so many."""

    def once(it: Contestant, count: int, seconds: float) -> Sample:
        where, headers = path(it), it.headers | ACCEPT
        spent = Spent(it)
        if method == "HEAD":
            found = heads.ask(it.netloc, where, headers, count, seconds)
        else:
            found = wrk.ask(f"http://{it.netloc}{where}", headers, count, seconds)
        return spent.sample(found.rate, found.count / 1000, found.p50, found.p99)

    def run(it: Contestant, effort: Effort) -> Sample:
        return once(it, connections or effort.connections, effort.seconds)

    return Workload(name, title, REQUESTS, run, lambda it: once(it, connections or 4, WARM_SECONDS))


def called(name: str, title: str, operation: str, members: Callable[[Contestant], dict[str, object]]) -> Workload:
    """The same signed call of ECR's API over and over."""

    def once(it: Contestant, count: int, seconds: float) -> Sample:
        headers, body = it.calls().signed(operation, members(it))
        spent = Spent(it)
        found = wrk.ask(f"http://{it.netloc}/", headers, count, seconds, "POST", body)
        return spent.sample(found.rate, found.count / 1000, found.p50, found.p99)

    def run(it: Contestant, effort: Effort) -> Sample:
        return once(it, effort.connections, effort.seconds)

    return Workload(name, title, REQUESTS, run, lambda it: once(it, 4, WARM_SECONDS))


def manifests() -> Iterator[Workload]:
    """GET and HEAD, by tag and by digest; HEAD of a layer."""
    for method in ("GET", "HEAD"):
        for by in ("tag", "digest"):
            name = f"manifest_{method.lower()}_{by}"
            yield asked(name, f"manifest `{method}` by {by}", method, _by_tag if by == "tag" else _by_digest)
    yield asked("blob_head", "layer `HEAD`", "HEAD", lambda it: f"{it.path}/blobs/{small_image(it).layers[0].digest}")


def calls() -> Iterator[Workload]:
    """Tokens, and what a signature costs."""
    yield asked("bearer", "`GET /v2/_token`, a token for a password", "GET", _token)
    yield called("login", "GetAuthorizationToken", "GetAuthorizationToken", lambda _: {})
    yield called("signed", "DescribeRepositories, signed (SigV4)", "DescribeRepositories", lambda _: {})


def _by_tag(it: Contestant) -> str:
    small_image(it)
    return f"{it.path}/manifests/small"


def _by_digest(it: Contestant) -> str:
    return f"{it.path}/manifests/{small_image(it).digest}"


def _token(it: Contestant) -> str:
    it.calls()
    return "/v2/_token"
