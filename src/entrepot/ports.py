"""Everything that can be swapped, on one page. Each is a Protocol, chosen in `app.py` and tested by one contract suite.

Database      SQLite, PostgreSQL           meta/
ObjectStore   a folder, S3                 blobs/
BlobStore     sealed by us (once, twice)   blobs/
              or by the store
Replica       a store, a registry          services/, adapters/
KeyProvider   a file, a variable, a KMS    adapters/
AccessCache   this process's memory        services/
RateLimiter   buckets in the database      services/
JwksSource    HTTPS, with a cache          adapters/
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Hashable, Iterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, AbstractContextManager
from dataclasses import dataclass
from typing import Any, Concatenate, Literal, NamedTuple, ParamSpec, Protocol, TypeVar

from sqlalchemy import Connection

P = ParamSpec("P")
T = TypeVar("T")

Algorithm = Literal["sha256", "sha512"]
Format = Literal["sealed", "plain", "dsse"]
"""How an object's bytes lie in a store: sealed by us once, as they are, or sealed by us twice (see blobs/forms.py)."""


class Database(Protocol):
    """Runs plain functions of a connection in transactions, off the event loop.

    A function may run more than once (after a serialization failure), so it touches nothing but the database.
    What it raises reaches the caller and rolls its changes back.
    """

    async def read(self, fn: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Runs `fn` against one consistent snapshot."""
        ...

    async def write(self, fn: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Runs `fn` as one transaction; once this returns, its changes are durable."""
        ...


class ObjectWriter(Protocol):
    """Appends to one object. Not shared between threads at the same time. Raises StorageFull, StorageUnavailable."""

    def write(self, data: bytes | bytearray | memoryview) -> None:
        """Appends `data`."""
        ...

    def checkpoint(self) -> str:
        """The store's note of where the object stands, from which any process can `resume`."""
        ...

    def commit(self) -> None:
        """Makes the object whole, readable and durable (survives a power cut)."""
        ...

    def close(self) -> None:
        """Releases what the writer holds in this process; what was checkpointed or committed stays, the rest goes."""
        ...


class ObjectReader(Protocol):
    """Reads one committed or staged object."""

    def read_into(self, offset: int, buffer: bytearray | memoryview) -> int:
        """Fills `buffer` from `offset`; returns how many bytes there were (fewer only at the end)."""
        ...

    def close(self) -> None:
        """Releases the object; a second call does nothing."""
        ...


class ObjectStore(Protocol):
    """Opaque objects under random ids. Synchronous: called from worker threads only.

    There are two kinds. One has a file that grows: it fences writers off from each other, and what is behind a
    checkpoint's last whole frame is kept beside it by whoever uses the store. The other, which `cuts`, writes nothing
    twice: what a checkpoint names stays as it is whatever other writers do, and a writer may go on in front of its end.
    """

    @property
    def cuts(self) -> bool:
        """Whether `resume` takes a `length`, and all that is said here of fencing is left out."""
        ...

    def create(self, object_id: str) -> ObjectWriter:
        """Begins a new object, over one that was begun under the id. Raises FileExistsError where it was committed."""
        ...

    def resume(self, object_id: str, state: str, length: int | None = None) -> ObjectWriter:
        """Goes on where `state` (a `checkpoint`) says, or behind its first `length` bytes; what follows is dropped.

        Writers that were opened before write nothing from then on: they raise StorageUnavailable. Raises
        FileNotFoundError, FileExistsError where the object was committed, and ContentDamaged where it does not hold
        what it held at the checkpoint.
        """
        ...

    def open(self, object_id: str, state: str = "", stop: int = 0) -> AbstractContextManager[ObjectReader]:
        """Opens for reading: what was committed, or what is staged by its checkpoint.

        Here or at the first read FileNotFoundError is raised where there is no such object. A store that is paid by
        the request fetches what is read in a row up to the offset `stop` at once.
        """
        ...

    def lock(self, object_id: str) -> AbstractContextManager[None]:
        """Keeps writers of every other process away from an object; raises UploadBusy where one is at it.

        Given back when its process dies. A store whose parts cannot be overwritten unnoticed needs no lock.
        """
        ...

    def delete(self, object_id: str) -> None:
        """Removes an object, staged or committed; one that is gone already is no error."""
        ...

    def delete_many(self, object_ids: Sequence[str]) -> None:
        """Removes committed objects, in as few requests as can be. Where it raises, some of them may be gone."""
        ...

    def objects(self) -> Iterator[tuple[str, float]]:
        """Every object id with the time it was last written, in seconds since the epoch, in no order."""
        ...

    def whole(self) -> Iterator[str]:
        """The id of every object that can be opened without the note of a writer, in no order; staged ones may be."""
        ...

    def size(self, object_id: str) -> int:
        """Bytes of an object that can be opened; 0 where there is none."""
        ...

    def sizes(self) -> Iterator[tuple[str, int]]:
        """As `whole`, each with how many bytes are stored."""
        ...

    def mark(self) -> str:
        """A short text that stands beside the objects; empty where there is none."""
        ...

    def set_mark(self, text: str) -> None:
        """Replaces that text, durably and in one step."""
        ...

    def leftovers(self, before: float) -> Iterator[tuple[str, str]]:
        """What is stored of objects apart from their committed form and was last written `before` a time.

        Pairs of an object id and the name that `drop` knows the thing by; an upload may need it, a blob does not.
        """
        ...

    def drop(self, leftover: str) -> None:
        """Removes what `leftovers` named; what is gone already is no error."""
        ...

    def close(self) -> None:
        """Ends threads and connections."""
        ...


@dataclass(frozen=True, slots=True)
class StagedBlob:
    """Bytes of an upload: stored, but nobody's blob yet. The row of the upload remembers it between requests.

    `secret` is the 32-byte key of this one object, or the two of one that is sealed twice; `received` counts plain
    bytes; `state` belongs to the store, which is the one that `store` names.
    """

    object_id: str
    secret: bytes
    received: int = 0
    state: str = ""
    store: str = ""
    format: Format = "sealed"


@dataclass(frozen=True, slots=True)
class StoredBlob:
    """A whole, durable blob: `size` plain bytes in the object `object_id` of a store, as `format` says."""

    object_id: str
    secret: bytes
    size: int
    store: str = ""
    format: Format = "sealed"


class ObjectPlace(NamedTuple):
    """Which object, and in which of the stores of a deployment; the one in the data folder has no name."""

    object_id: str
    store: str = ""


class BlobStore(Protocol):
    """Blobs by way of an ObjectStore: what services use. Verifies on the way in and on the way out."""

    def exclusive(self, object_id: str) -> AbstractAsyncContextManager[None]:
        """One writer at a time, in this process (which waits) and in others (UploadBusy).

        Held around reading an upload's row, `append` or `commit`, and moving the row on.
        """
        ...

    def begin(self, object_id: str, secret: bytes, form: Format | None = None) -> StagedBlob:
        """An empty staging where new blobs are to be stored, in the format that is asked for or that new blobs have."""
        ...

    async def append(self, staged: StagedBlob, body: AsyncIterator[bytes], limit: int) -> StagedBlob:
        """Stores the bytes of `body` behind what `staged` holds and returns the new standing.

        What is returned can be gone on with by any process. `staged` stays valid too, until something is appended
        to what is returned: whatever comes after it is dropped when it is gone on with. The same holds when the
        body breaks off (its iterator raises). Raises SizeInvalid past `limit` plain bytes in all,
        StorageFull, StorageUnavailable.
        """
        ...

    async def digest(self, staged: StagedBlob, algorithm: Algorithm) -> str:
        """The digest of all bytes staged, as `algorithm:hex`."""
        ...

    async def commit(self, staged: StagedBlob) -> StoredBlob:
        """Makes the staged bytes a durable blob. Called once, after the digest was found right."""
        ...

    async def discard(self, object_id: str, store: str | None = None) -> None:
        """Drops a staged or stored blob's bytes, from one store or from all; those that are gone are no error."""
        ...

    async def discard_many(self, places: Sequence[ObjectPlace]) -> None:
        """Drops the bytes of stored blobs. Where it raises, some of them may be gone."""
        ...

    async def url(self, blob: StoredBlob, seconds: int) -> str | None:
        """Where a client gets the blob's bytes from the store itself for a while; None where it is to ask us."""
        ...

    def read(self, blob: StoredBlob, start: int, stop: int) -> AsyncIterator[bytes]:
        """The plain bytes `start` to `stop` (exclusive), a frame at a time, each authenticated before it is given out.

        Raises ContentDamaged where a stored bit was changed or is missing.
        """
        ...

    async def check(self, blob: StoredBlob, digest: str, told: Callable[[int], Awaitable[None]]) -> None:
        """Reads all of a blob back. Raises ContentDamaged where a frame does not open, or bytes are missing or added.

        The digest of what comes out has to be `digest`. `told` is awaited with the number of plain bytes after every
        few frames: who is to read more slowly waits there.
        """
        ...

    async def total_size(self, object_ids: Sequence[str]) -> int:
        """Stored bytes of objects, staged or committed, in all; of those that are gone there are none."""
        ...

    async def orphans(self, older_than: float) -> list[str]:
        """Object ids last written before `older_than` (seconds since the epoch), for the sweep to look up."""
        ...

    async def present(self) -> set[ObjectPlace]:
        """Every blob's object that is there to be read, with the store that it lies in. About 200 bytes for each."""
        ...

    async def sizes(self) -> dict[ObjectPlace, int]:
        """As `present`, each with how many bytes are stored."""
        ...

    async def mark(self) -> str:
        """The mark of the store that new blobs go to; see `ObjectStore.mark`."""
        ...

    async def set_mark(self, text: str) -> None:
        """Sets the mark of the store that new blobs go to."""
        ...

    async def leftovers(self, older_than: float) -> list[tuple[str, str]]:
        """As `ObjectStore.leftovers`: what uploads that were broken off left beside objects that rows may name."""
        ...

    async def drop(self, leftovers: Sequence[str]) -> None:
        """Removes what `leftovers` named."""
        ...

    async def close(self) -> None:
        """Ends worker threads and closes files. Staged bytes stay."""
        ...


class Replica(Protocol):
    """Another place that may have the bytes that are damaged here. What it gives is believed for its digest only."""

    @property
    def name(self) -> str:
        """What an operator calls it; without credentials."""
        ...

    def blob(self, blob: StoredBlob, digest: str, repositories: Sequence[str]) -> AsyncIterator[bytes]:
        """The bytes of a blob, as it is stored here and by its digest, which one of the repositories there may hold.

        Raises StorageUnavailable where it is not to be had, and ContentDamaged.
        """
        ...

    async def manifest(self, digest: str, media_type: str, repositories: Sequence[str]) -> bytes:
        """A manifest. Raises StorageUnavailable where it is not to be had."""
        ...

    async def close(self) -> None:
        """Lets go of threads and connections."""
        ...


class Wrapped(NamedTuple):
    """A wrapped data key, and the name of the master key that unwraps it."""

    wrapped: bytes
    master_key: str


class KeyProvider(Protocol):
    """Wraps and unwraps data keys with one master key that never leaves it. Raises KeyUnavailable.

    For any number of threads. A service may have to be asked, which then raises KeyUnreachable where it is away.
    """

    @property
    def name(self) -> str:
        """The key's name, as rows have it; empty where only a service knows that. Not secret."""
        ...

    @property
    def source(self) -> str:
        """Where the key is from, as an operator would name it; not secret."""
        ...

    def may_open(self, name: str) -> bool:
        """Whether this may be the master key of that name; the empty one is that of before there were names."""
        ...

    def wrap(self, key: bytes, context: bytes) -> Wrapped:
        """Seals `key`; the same `context` is needed to unwrap it."""
        ...

    def unwrap(self, wrapped: bytes, context: bytes) -> bytes:
        """The inverse of `wrap`."""
        ...


@dataclass(frozen=True, slots=True)
class DataKey:
    """A 256-bit key of the table data_keys. The master key wraps it, or the key of KMS whose row `kms_key_id` is."""

    key_id: int
    material: bytes
    scope: str = ""
    kms_key_id: int | None = None


@dataclass(frozen=True, slots=True)
class NewDataKey:
    """A wrapped key that has no row yet."""

    scope: str
    wrapped: bytes
    master_key: str = ""
    kms_key_id: int | None = None


class Keyring(Protocol):
    """Data keys, unwrapped once per process. Those under a key of KMS are given out while that key is enabled."""

    async def for_scope(self, scope: str) -> DataKey:
        """The current key of a scope ('tokens', 'secrets', 'registry/{account}/{region}'), made at first use."""
        ...

    async def under_key(self, scope: str, kms_key_id: int) -> DataKey:
        """The current key of a scope that the key of KMS wraps (its row), made at first use. Raises KeyUnavailable."""
        ...

    async def by_id(self, key_id: int) -> DataKey:
        """The key that sealed something, perhaps no longer the current one. Raises LookupError, and KeyUnavailable.

        The second where a key of KMS wraps it that was disabled or deleted, by anyone, half a second ago or longer.
        """
        ...

    async def material(self, kms_key_id: int, generation: int | None = None) -> DataKey:
        """The material of a key of KMS: the current one, or the one with a data key's id. As `by_id` in all else."""
        ...

    async def new_material(self, key_id: str) -> NewDataKey:
        """Fresh material for the key of KMS that clients call `key_id`, wrapped: for the caller to store."""
        ...


class JwksSource(Protocol):
    """The public keys that an identity provider signs its tokens with."""

    async def keys(self, issuer: str, key_id: str | None) -> Sequence[Mapping[str, object]]:
        """The provider's JSON Web Keys. Looks again where `key_id` is not among those known, since keys rotate.

        `issuer` is the URL of the provider. Raises IdentityProviderUnreachable, and InvalidIdentityToken for a
        provider that does not answer as OpenID Connect Discovery has it.
        """
        ...


class Memory(Protocol):
    """What was worked out once, by a key; bounded, so that anything may be forgotten at any time."""

    def get(self, key: Hashable) -> Any | None:  # noqa: ANN401 - the key says what its value is
        """What was put under the key, or None."""
        ...

    def put(self, key: Hashable, value: object) -> None:
        """Remembers a value; what was used least recently makes room."""
        ...


class AccessCache(Protocol):
    """What one process remembers of who may do what. Keys hold the accounts' versions: no entry outlives a change."""

    @property
    def policies(self) -> Memory:
        """Policies, read and parsed."""
        ...

    @property
    def decisions(self) -> Memory:
        """What was decided from them."""
        ...

    @property
    def key_uses(self) -> Memory:
        """When this process last noted the use of an access key, by its id."""
        ...

    async def version(self, account: str) -> int:
        """The account's number in the table access_versions, read at most half a second ago."""
        ...

    def learn(self, account: str, version: int) -> None:
        """Notes a higher number that was read along with something else, so that what was read is found again."""
        ...


class RateLimiter(Protocol):
    """How many requests a second each caller may make, counted over all processes of a deployment."""

    @property
    def filling(self) -> int:
        """How long, in microseconds, it takes until any caller has all of a burst again."""
        ...

    async def take(self, caller: str, service: str, operations: Sequence[str]) -> None:
        """Counts one request that does `operations` of a service (such as 'ecr'). Raises RateExceeded.

        Before the caller's rights are looked up. Raises StorageUnavailable where nobody can know.
        """
        ...

    async def take_as_stranger(self, caller: str) -> bool:
        """Counts one request whose credentials prove nothing, or that has none. Raises RateExceeded.

        False where such requests have no rate of their own.
        """
        ...
