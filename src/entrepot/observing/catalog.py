"""Every metric, declared once as data: /metrics, its page in docs/ and the tests of the dashboard read it from here.

Names and units follow https://prometheus.io/docs/practices/naming/. No label has a value that a client can make up.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Kind = Literal["counter", "gauge", "histogram"]
Sum = Literal["all", "living", "oldest", "most"]


@dataclass(frozen=True, slots=True)
class Declared:
    """One metric. `over` says how the values of a server's workers become one.

    `all`: their sum, those of workers that ended included, so that it never goes down. `living`: the sum of those that
    run. `oldest`: the least of those that run. `most`: the greatest of them.
    """

    name: str
    kind: Kind
    help: str
    labels: tuple[str, ...] = ()
    buckets: tuple[float, ...] = ()
    over: Sum = "all"


_REQUEST = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 300.0)
_CALL = (0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0)
_DUTY = (0.01, 0.1, 1.0, 5.0, 15.0, 60.0, 300.0, 1800.0, 7200.0)

REQUEST_SECONDS = Declared(
    "entrepot_request_duration_seconds",
    "histogram",
    "Time from a request's head to the last byte of its answer; for layers, the client's own time is in it. `status` "
    "is 5xx for an answer that broke off too, and `cut` where the client went away before there was one.",
    ("door", "operation", "status"),
    _REQUEST,
)
REQUEST_ERRORS = Declared(
    "entrepot_request_errors_total",
    "counter",
    "Requests that were refused or failed, by what the server calls the error; `cut` where the client went away.",
    ("door", "operation", "error"),
)
IN_FLIGHT = Declared(
    "entrepot_requests_in_flight", "gauge", "Requests that are being answered.", ("door",), over="living"
)
RECEIVED = Declared("entrepot_received_bytes_total", "counter", "Bytes of request bodies.", ("door",))
SENT = Declared("entrepot_sent_bytes_total", "counter", "Bytes of the bodies of answers.", ("door",))

AUTHENTICATION_FAILURES = Declared(
    "entrepot_authentication_failures_total",
    "counter",
    "Requests whose credentials are missing or prove nothing. Clients of docker ask once without any: "
    "MissingAuthenticationToken is no alarm.",
    ("door", "reason"),
)
DENIALS = Declared(
    "entrepot_denials_total", "counter", "Requests that a policy, or the lack of one, forbids.", ("door", "reason")
)
LIMIT_REFUSALS = Declared(
    "entrepot_limit_refusals_total", "counter", "Requests over a quota or a rate limit.", ("door", "limit")
)
KEY_REFUSALS = Declared(
    "entrepot_key_refusals_total",
    "counter",
    "Requests refused because a key cannot be used, by KMS's name for why.",
    ("door", "reason"),
)

DB_SECONDS = Declared(
    "entrepot_db_call_duration_seconds",
    "histogram",
    "Time of a transaction, from when it was asked for to when it was through, repeats included.",
    ("mode",),
    _CALL,
)
DB_WAIT = Declared(
    "entrepot_db_wait_seconds", "histogram", "Part of that before a connection began on it.", ("mode",), _CALL
)
DB_FAILURES = Declared(
    "entrepot_db_failures_total",
    "counter",
    "Transactions that the database failed, by why: `unavailable`, `full` or `error`.",
    ("mode", "reason"),
)
DB_REPEATS = Declared(
    "entrepot_db_repeats_total", "counter", "Times that a transaction had to be run again.", ("mode",)
)

STORE_SECONDS = Declared(
    "entrepot_store_call_duration_seconds",
    "histogram",
    "Time of a call of a store of layers, each frame that is read or batch that is written for itself.",
    ("store", "operation"),
    _CALL,
)
STORE_FAILURES = Declared(
    "entrepot_store_failures_total",
    "counter",
    "Calls that a store failed, by why: `unavailable`, `full`, `damaged`, `missing`, `busy` or `error`.",
    ("store", "operation", "reason"),
)
STORE_BYTES = Declared(
    "entrepot_store_bytes_total",
    "counter",
    "Bytes read from and written to a store, sealed.",
    ("store", "direction"),
)

KEY_SECONDS = Declared(
    "entrepot_key_call_duration_seconds",
    "histogram",
    "Time of a call that wraps or unwraps a data key with the master key.",
    ("provider", "operation"),
    _CALL,
)
KEY_FAILURES = Declared(
    "entrepot_key_failures_total",
    "counter",
    "Such calls that failed, by KMS's name for why.",
    ("provider", "operation", "reason"),
)

CACHE_HITS = Declared(
    "entrepot_cache_hits_total",
    "counter",
    "Answers from memory: `policies`, `decisions` and `versions` are about rights, `data_keys` are unwrapped keys, "
    "`answers` whole answers at `/v2/`.",
    ("cache",),
)
CACHE_MISSES = Declared("entrepot_cache_misses_total", "counter", "What had to be read or worked out anew.", ("cache",))

DUTY_SECONDS = Declared(
    "entrepot_duty_duration_seconds",
    "histogram",
    "Time of a round of periodic work. `outcome` is `done`, `put_off`, `failed` or `cut`.",
    ("duty", "outcome"),
    _DUTY,
)
DUTY_FAILURES = Declared(
    "entrepot_duty_failures_total", "counter", "Rounds of periodic work that failed or were put off.", ("duty",)
)
DUTY_INTERVAL = Declared("entrepot_duty_interval_seconds", "gauge", "How often a duty is due.", ("duty",), over="most")

SPANS = Declared(
    "entrepot_trace_spans_total",
    "counter",
    "Spans of traces: `exported`, `failed` (the collector did not take them) or `dropped` (too many waited).",
    ("outcome",),
)

WORKERS = Declared("entrepot_workers", "gauge", "Processes that serve, and are in these figures.", over="living")
BUILD = Declared("entrepot_build_info", "gauge", "1, with the release as a label.", ("version",), over="most")

CPU = Declared("process_cpu_seconds_total", "counter", "Time on CPUs.")
RESIDENT = Declared("process_resident_memory_bytes", "gauge", "Memory in use.", over="living")
VIRTUAL = Declared("process_virtual_memory_bytes", "gauge", "Memory addressed.", over="living")
OPEN_FILES = Declared("process_open_fds", "gauge", "Open files and connections.", over="living")
MOST_FILES = Declared("process_max_fds", "gauge", "How many of them each process may have.", over="most")
STARTED = Declared("process_start_time_seconds", "gauge", "When the first worker started.", over="oldest")

OF_PROCESS: tuple[Declared, ...] = (
    *(REQUEST_SECONDS, REQUEST_ERRORS, IN_FLIGHT, RECEIVED, SENT),
    *(AUTHENTICATION_FAILURES, DENIALS, LIMIT_REFUSALS, KEY_REFUSALS),
    *(DB_SECONDS, DB_WAIT, DB_FAILURES, DB_REPEATS),
    *(STORE_SECONDS, STORE_FAILURES, STORE_BYTES),
    *(KEY_SECONDS, KEY_FAILURES, CACHE_HITS, CACHE_MISSES),
    *(DUTY_SECONDS, DUTY_FAILURES, DUTY_INTERVAL, SPANS),
    *(WORKERS, BUILD, CPU, RESIDENT, VIRTUAL, OPEN_FILES, MOST_FILES, STARTED),
)
"""What each process counts for itself."""

STORED_BYTES = Declared(
    "entrepot_registry_stored_bytes",
    "gauge",
    "Bytes of layers, each counted once however many repositories hold it.",
    ("account", "region"),
)
BLOBS = Declared("entrepot_registry_blobs", "gauge", "Layers.", ("account", "region"))
IMAGES = Declared("entrepot_registry_images", "gauge", "Images, indexes included.", ("account", "region"))
REPOSITORIES = Declared("entrepot_registry_repositories", "gauge", "Repositories.", ("account", "region"))

GC_WAITING = Declared("entrepot_gc_waiting", "gauge", "Entries of a queue of the garbage collection.", ("queue",))
GC_DUE = Declared("entrepot_gc_due", "gauge", "Entries of such a queue that are due.", ("queue",))
GC_WAITING_BYTES = Declared("entrepot_gc_waiting_bytes", "gauge", "Bytes that wait for deletion.")
GC_FAILED = Declared("entrepot_gc_failed_deletions", "gauge", "Deletions that failed so far and are tried again.")
GC_LAYERS = Declared("entrepot_gc_layers_total", "counter", "Layers that repositories let go.")
GC_OBJECTS = Declared("entrepot_gc_objects_total", "counter", "Objects deleted.")
GC_FREED = Declared("entrepot_gc_freed_bytes_total", "counter", "Bytes freed.")

DUTY_SUCCESS = Declared(
    "entrepot_duty_last_success_timestamp_seconds",
    "gauge",
    "When a duty was last done, by whichever process; 0 where it never was.",
    ("duty",),
)
COUNTED = Declared(
    "entrepot_counted_timestamp_seconds",
    "gauge",
    "When the figures from the database were counted: `state` those of the collection and the duties, `storage` those "
    "of registries. It stands still while the database is away.",
    ("figures",),
)

OF_DEPLOYMENT: tuple[Declared, ...] = (
    *(STORED_BYTES, BLOBS, IMAGES, REPOSITORIES),
    *(GC_WAITING, GC_DUE, GC_WAITING_BYTES, GC_FAILED, GC_LAYERS, GC_OBJECTS, GC_FREED),
    *(DUTY_SUCCESS, COUNTED),
)
"""What the database knows: the same whichever node is asked, so that panels take the greatest and never the sum."""

FREE = Declared(
    "entrepot_folder_free_bytes",
    "gauge",
    "Room left where a folder lies: `data`, and `blobs` where layers are in a folder.",
    ("folder",),
)
SIZE = Declared("entrepot_folder_size_bytes", "gauge", "All the room there.", ("folder",))

OF_MACHINE: tuple[Declared, ...] = (FREE, SIZE)
"""What is looked up when it is asked for."""

DECLARED: tuple[Declared, ...] = (*OF_PROCESS, *OF_DEPLOYMENT, *OF_MACHINE)
