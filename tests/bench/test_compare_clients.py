"""What the clients of a comparison ask with and read: wrk, HEAD requests, chunks, registries at URLs, valgrind."""

from __future__ import annotations

import pytest

from bench import pushing
from bench.compare import instructions, named, wrk
from bench.content import Content

OUTPUT = """Running 2s test @ http://127.0.0.1:5999/v2/team/service/manifests/t
  1 threads and 16 connections
  Thread Stats   Avg      Stdev     Max   +/- Stdev
    Latency    18.76ms   16.86ms 122.89ms   74.94%
    Req/Sec     0.99k   268.88     1.46k    80.00%
  Latency Distribution
     50%  850.00us
     75%   26.19ms
     90%   40.43ms
     99%    1.25s
  1969 requests in 2.01s, 1.16MB read
Requests/sec:    981.59
Transfer/sec:    593.36KB
"""


def test_what_wrk_prints() -> None:
    found = wrk.parsed(OUTPUT)
    assert (found.count, found.rate) == (1969, 981.59)
    assert (found.p50, found.p99) == (pytest.approx(0.00085), 1.25)


@pytest.mark.parametrize(
    "output",
    [
        OUTPUT.replace("Requests/sec", "  Non-2xx or 3xx responses: 12\nRequests/sec"),
        OUTPUT.replace("Requests/sec", "  Socket errors: connect 0, read 3, write 0, timeout 0\nRequests/sec"),
        OUTPUT.replace("1969 requests", "0 requests"),
        "unable to connect to 127.0.0.1:1 Connection refused",
    ],
)
def test_answers_that_do_not_count(output: str) -> None:
    with pytest.raises(AssertionError):
        wrk.parsed(output)


@pytest.mark.parametrize(("size", "chunk"), [(16, 1 << 20), (1000, 7), (4000, 1000), (4001, 1000)])
def test_chunks_are_the_body(size: int, chunk: int) -> None:
    body = Content(300).blob(size).body
    parts = [b"".join(part) for part in pushing.chunks(body, chunk)]
    assert b"".join(parts) == b"".join(body)
    assert {len(part) for part in parts[:-1]} <= {chunk}
    assert 0 < len(parts[-1]) <= chunk


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("zot=http://127.0.0.1:5001", named.Named("zot", "127.0.0.1:5001", "team/service", None)),
        (
            "harbor=http://h:80/library/,admin:a:b",
            named.Named("harbor", "h:80", "library/team/service", ("admin", "a:b")),
        ),
    ],
)
def test_registries_at_urls(text: str, found: named.Named) -> None:
    assert named.parsed(text) == found


@pytest.mark.parametrize("text", ["", "http://a", "a=b", "a=https://b", "=http://b"])
def test_what_is_no_such_registry(text: str) -> None:
    with pytest.raises(ValueError, match="is not NAME="):
        named.parsed(text)


def test_what_valgrind_writes() -> None:
    assert instructions.parsed("==1== \n==1== I   refs:      1,234,567\n") == 1234567
    assert instructions.parsed("==1== I refs:        89\n") == 89
    with pytest.raises(ValueError, match="valgrind"):
        instructions.parsed("valgrind: command not found")
