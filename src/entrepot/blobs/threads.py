"""Worker threads for everything that reads, writes, hashes or seals."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncGenerator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, ExitStack, asynccontextmanager
from contextvars import copy_context
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")


class Workers:
    """A fixed number of threads, each with one buffer that its tasks reuse one after the other."""

    def __init__(self, count: int, buffer_size: int) -> None:
        self._pool = ThreadPoolExecutor(count, thread_name_prefix="blobs")
        self._buffer_size = buffer_size
        self._own = threading.local()

    def start(self, fn: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> asyncio.Future[T]:
        """Runs `fn` in a thread, in the caller's context: its lines in the log and its spans belong to the request.

        Cancelling the future does not stop a function that has begun.
        """
        return asyncio.wrap_future(self._pool.submit(copy_context().run, fn, *args, **kwargs))

    async def finish(self, fn: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """As `start`, but `fn` runs whatever becomes of the caller: for clearing up after a cancellation."""
        return await asyncio.shield(self.start(fn, *args, **kwargs))

    @asynccontextmanager
    async def held(self, lock: AbstractContextManager[None]) -> AsyncGenerator[None]:
        """Holds a lock that is taken and given back in a thread."""
        holding = Holding(lock)
        try:
            await self.start(holding.take)
            yield
        finally:
            await self.finish(holding.give_back)

    def buffer(self) -> memoryview:
        """The calling thread's buffer; its content lasts until the thread's next task."""
        buffer: memoryview | None = getattr(self._own, "buffer", None)
        if buffer is None:
            buffer = self._own.buffer = memoryview(bytearray(self._buffer_size))
        return buffer

    async def close(self) -> None:
        """Waits for what runs and ends the threads."""
        await asyncio.to_thread(self._pool.shutdown)


class Holding:
    """A lock that is given back even where its taker was cancelled before it had it."""

    def __init__(self, lock: AbstractContextManager[None]) -> None:
        self._lock = lock
        self._turn = threading.Lock()
        self._taken = ExitStack()
        self._over = False

    def take(self) -> None:
        """Takes the lock, if it has not been given back already."""
        with self._turn:
            if not self._over:
                self._taken.enter_context(self._lock)

    def give_back(self) -> None:
        """Gives the lock back, now or when it comes."""
        with self._turn:
            self._over = True
            self._taken.close()


def forget(future: asyncio.Future[T]) -> None:
    """Gives up a future, so that nobody waits for its result or is warned of its error."""
    future.add_done_callback(_seen)
    future.cancel()


def _seen(done: asyncio.Future[T]) -> None:
    if not done.cancelled():
        done.exception()
