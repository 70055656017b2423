"""Two processes of a deployment, one of which is asked through its door."""

from __future__ import annotations

import asyncio
import base64
import itertools
import time
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from entrepot import app as composition
from entrepot.context import App, Context, Principal, Registry
from entrepot.fronts.root import Root
from entrepot.observing.observer import Observer
from entrepot.services import tokens
from entrepot.services.access_cache import Lru, ProcessCache
from entrepot.services.credentials import ensure_root, find_access_key
from tests.gc.world import ACCOUNT, REGISTRY, World, flags

ID_HEADER = "x-amzn-requestid"
Headers = Sequence[tuple[str, str]]
_numbers = itertools.count(1)


class Forgetful(Lru):
    """A memory that remembers nothing: with it every request goes the long way."""

    def __init__(self) -> None:
        super().__init__(1)

    def put(self, key: Any, value: object) -> None:
        del key, value


class Watching(Observer):
    """Counts the answers that were given again."""

    again = 0

    def answered(self, door: str, operation: str, status: int, seconds: float, sent: int) -> None:
        self.again += 1
        super().answered(door, operation, status, seconds, sent)


@dataclass(frozen=True, slots=True)
class Said:
    """An answer, without its request id. `again`: it was given before."""

    status: int
    headers: dict[str, str]
    body: bytes
    again: bool

    @property
    def told(self) -> tuple[int, dict[str, str], bytes]:
        """What the client sees."""
        return self.status, self.headers, self.body


class Pair(World):
    """A world that is asked through the door of `app`, and changed by `other`, another process."""

    def __init__(self, given: dict[str, str]) -> None:
        super().__init__(given)
        other = self.run(self._stack.enter_async_context(composition.opened(self.settings)))
        self.app = self.turned_by_hand(self.app)
        self.other = self.turned_by_hand(other)
        self.root = self.run(ensure_root(self.app, ACCOUNT)).principal
        self.password = self.password_of(self.root)

    def turned_by_hand(self, app: App, **changes: Any) -> App:
        """The App with this world's clock wherever it looks at one."""
        seconds = lambda: self.clock().timestamp()  # noqa: E731
        return replace(app, clock=self.clock, access=ProcessCache(app.db, seconds), observer=Watching(), **changes)

    def wipe(self) -> None:
        """Back to an empty deployment, later: what a process remembers goes by a clock that never goes back."""
        turned = self.turned
        super().wipe()
        self.turned = turned
        self.password = self.password_of(self.root)

    def new(self) -> int:
        """A number that no other call returns."""
        return next(_numbers)

    def until(self, ask: Callable[[], Said], good: Callable[[Said], bool], seconds: float = 10) -> Said:
        """Asks until the answer is good."""
        deadline = time.monotonic() + seconds
        while not good(said := ask()):
            assert time.monotonic() < deadline, said
        return said

    def as_root(self) -> Context:
        return Context(self.root, REGISTRY, "request", self.clock())

    def password_of(self, principal: Principal, registry: Registry = REGISTRY) -> str:
        """A password for whoever it is, without asking whether they may have one."""
        claims = tokens.Claims(principal.access_key_id, registry.account, registry.region, self._end())
        return self.run(tokens.seal(self.app, claims, b"registry password"))

    def _end(self) -> int:
        return int((self.clock() + tokens.LIFETIME).timestamp())

    def principal_of(self, access_key_id: str) -> Principal:
        key = self.run(find_access_key(self.other, access_key_id))
        assert key is not None
        return key.principal

    def ask(
        self, method: str, path: str, *headers: tuple[str, str], password: str | None = "", host: str = "localhost"
    ) -> Said:
        """One request; the root's password unless there is another, none where it is None."""
        word = self.password if password == "" else password
        login = () if word is None else (("authorization", f"Basic {_basic(word)}"),)
        return self.run(_asked(self.app, method, path, [("host", host), *login, *headers]))

    def learn(self, method: str, path: str, *headers: tuple[str, str], **more: Any) -> Said:
        """Asks until the answer is one that is given again; returns it."""
        first = [self.ask(method, path, *headers, **more) for _ in range(2)]
        last = self.ask(method, path, *headers, **more)
        assert last.again
        assert [said.told for said in first] == [last.told] * 2
        return last


def _basic(password: str) -> str:
    return base64.b64encode(f"AWS:{password}".encode()).decode()


async def _asked(app: App, method: str, path: str, headers: Headers) -> Said:
    watching: Any = app.observer
    before = watching.again
    raw_path, _, query = path.encode().partition(b"?")
    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": method,
        "scheme": "http",
        "path": path.partition("?")[0],
        "raw_path": raw_path,
        "query_string": query,
        "root_path": "",
        "headers": [(name.encode(), value.encode()) for name, value in headers],
        "client": ("127.0.0.1", 50000),
    }
    sent: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Any) -> None:
        sent.append(message)

    async with _door(app) as door:
        await door(scope, receive, send)
    start = sent[0]
    told = {name.decode(): value.decode() for name, value in start["headers"]}
    assert told.pop(ID_HEADER)
    body = b"".join(message.get("body", b"") for message in sent[1:])
    return Said(start["status"], told, body, watching.again > before)


@asynccontextmanager
async def _door(app: App) -> AsyncIterator[Root]:
    @asynccontextmanager
    async def start() -> AsyncIterator[App]:
        yield app

    door = Root(start)
    async with AsyncExitStack() as stack:
        await _begin(door, stack)
        yield door


async def _begin(door: Root, stack: AsyncExitStack) -> None:
    """ASGI's lifespan, as a server goes through it."""
    heard: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
    said: asyncio.Queue[Any] = asyncio.Queue()
    task = asyncio.create_task(door({"type": "lifespan"}, heard.get, said.put))
    heard.put_nowait({"type": "lifespan.startup"})
    assert (await said.get())["type"] == "lifespan.startup.complete"

    async def end() -> None:
        heard.put_nowait({"type": "lifespan.shutdown"})
        await task

    stack.push_async_callback(end)


@contextmanager
def pair(data: Path, engine: str) -> Iterator[Pair]:
    """A pair on a new deployment in the folder `data`."""
    made = Pair(flags(data, engine))
    try:
        yield made
    finally:
        made.close()
