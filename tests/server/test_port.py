"""Taking the port: once, by any address, and in plain words where it cannot be."""

from __future__ import annotations

import socket
from collections.abc import Callable

import pytest

from entrepot.server import ServerError, claimed
from tests.server.running import Running

Launch = Callable[..., Running]


def test_a_second_server_is_refused(launch: Launch) -> None:
    first = launch(workers=2).ready()
    with pytest.raises(ServerError, match=f"port {first.port} on 127.0.0.1 is taken"), claimed("127.0.0.1", first.port):
        pass


def test_a_second_server_is_refused_before_the_first_listens() -> None:
    with claimed("127.0.0.1", 0) as endpoint:
        for host in ("127.0.0.1", "0.0.0.0", "localhost"):
            with pytest.raises(ServerError, match="taken"), claimed(host, endpoint.port):
                pass
    with claimed("127.0.0.1", endpoint.port):
        pass


def test_another_program_on_the_port_is_an_error() -> None:
    with (
        socket.create_server(("127.0.0.1", 0)) as other,
        pytest.raises(ServerError, match="taken"),
        claimed("127.0.0.1", other.getsockname()[1]),
    ):
        pass


def test_a_closed_connection_of_the_last_server_does_not_keep_the_port(launch: Launch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        client = socket.create_connection(("127.0.0.1", port))
        accepted, _ = listener.accept()
        accepted.close()  # the server's end closes first, and so waits in TIME_WAIT
        client.close()
    assert launch(port=port).ready().port == port


def test_port_zero_is_one_port_for_all_workers(launch: Launch) -> None:
    server = launch(workers=2).ready()
    assert server.port > 0
    assert all(server.get()[0] == 200 for _ in range(20))


@pytest.mark.parametrize("host", ["::1", "localhost", "0.0.0.0"])
def test_other_addresses(launch: Launch, host: str) -> None:
    server = launch(host=host).ready()
    assert server.get()[0] == 200


@pytest.mark.parametrize(
    ("host", "message"), [("192.0.2.1", "cannot listen on"), ("no-such-host.invalid", "no such host")]
)
def test_an_address_that_is_not_ours(host: str, message: str) -> None:
    with pytest.raises(ServerError, match=message), claimed(host, 0):
        pass
