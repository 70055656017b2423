"""A plain TCP balancer on a loopback address: each new connection goes to the next node that takes it."""

from __future__ import annotations

import contextlib
import itertools
import selectors
import socket
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

CHUNK = 1 << 16
CONNECT_SECONDS = 2.0


class Balancer:
    """Knows nothing of what it relays. A node that does not answer is passed over; one can be taken away and put back.

    Taking a node away ends no connection: who waits for an answer gets it.
    """

    def __init__(self, ports: Sequence[int] = ()) -> None:
        self._ports = list(ports)
        self._turns = itertools.count()
        self._nodes: set[socket.socket] = set()
        self._listening = socket.create_server(("127.0.0.1", 0), backlog=256)
        self.port = int(self._listening.getsockname()[1])
        self.host = f"localhost:{self.port}"
        self.url = f"http://{self.host}"
        threading.Thread(target=self._accept, daemon=True).start()

    def add(self, port: int) -> None:
        """Connections go to the node on that port too."""
        self._ports = [*self._ports, port]

    def remove(self, port: int) -> None:
        """No new connections go there any more."""
        self._ports = [each for each in self._ports if each != port]

    @contextmanager
    def without(self, port: int) -> Iterator[None]:
        """A node is taken away for a while."""
        self.remove(port)
        try:
            yield
        finally:
            self.add(port)

    @contextmanager
    def cut(self) -> Iterator[None]:
        """Every connection is broken, and so is each that comes in the meantime."""
        ports, self._ports = self._ports, []
        for node in list(self._nodes):
            with contextlib.suppress(OSError):
                node.shutdown(socket.SHUT_RDWR)
        try:
            yield
        finally:
            self._ports = ports

    def close(self) -> None:
        """Takes no connection any more."""
        with contextlib.suppress(OSError):
            self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                client, _ = self._listening.accept()
                threading.Thread(target=self._relay, args=(client,), daemon=True).start()

    def _relay(self, client: socket.socket) -> None:
        with client, contextlib.suppress(OSError):
            node = self._connect()
            if node is None:
                return
            self._nodes.add(node)
            try:
                with node:
                    _pump(client, node)
            finally:
                self._nodes.discard(node)

    def _connect(self) -> socket.socket | None:
        """A connection to the node whose turn it is, or to the next that takes one."""
        ports = self._ports
        first = next(self._turns)
        for step in range(len(ports)):
            address = ("127.0.0.1", ports[(first + step) % len(ports)])
            with contextlib.suppress(OSError):
                node = socket.create_connection(address, CONNECT_SECONDS)
                node.settimeout(None)
                return node
        return None


def _pump(client: socket.socket, node: socket.socket) -> None:
    """Carries bytes both ways until each side has ended its own; a half that is ended leaves the other open."""
    with selectors.DefaultSelector() as ready:
        ready.register(client, selectors.EVENT_READ, node)
        ready.register(node, selectors.EVENT_READ, client)
        while ready.get_map():
            for key, _ in ready.select():
                source, target = key.fileobj, key.data
                assert isinstance(source, socket.socket)
                if data := source.recv(CHUNK):
                    target.sendall(data)
                else:
                    ready.unregister(source)
                    target.shutdown(socket.SHUT_WR)
