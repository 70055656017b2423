"""Everything that can be swapped, on one page. Each is a Protocol, chosen in `app.py` and tested by one contract suite.

Database      SQLite, PostgreSQL           meta/
ObjectStore   a folder, S3                 blobs/
BlobStore     sealed by us (once, twice)   blobs/
              or by the store
Replica       a store, a registry          services/, adapters/
KeyProvider   a file, a variable, a KMS    adapters/
AccessCache   this process's memory        services/
RateLimiter   buckets in the database      services/
CurrentNames  the database, many at a time services/
JwksSource    HTTPS, with a cache          adapters/
"""

from __future__ import annotations

from entrepot.ports.access import AccessCache, JwksSource, Memory, RateLimiter
from entrepot.ports.blobs import Algorithm, BlobStore, Format, ObjectPlace, Replica, StagedBlob, StoredBlob
from entrepot.ports.current import Current, CurrentNames, Name, NameKind, key_name
from entrepot.ports.database import Database, P, T
from entrepot.ports.keys import DataKey, KeyProvider, Keyring, NewDataKey, Wrapped
from entrepot.ports.objects import ObjectReader, ObjectStore, ObjectWriter

__all__ = [
    "AccessCache",
    "Algorithm",
    "BlobStore",
    "Current",
    "CurrentNames",
    "DataKey",
    "Database",
    "Format",
    "JwksSource",
    "KeyProvider",
    "Keyring",
    "Memory",
    "Name",
    "NameKind",
    "NewDataKey",
    "ObjectPlace",
    "ObjectReader",
    "ObjectStore",
    "ObjectWriter",
    "P",
    "RateLimiter",
    "Replica",
    "StagedBlob",
    "StoredBlob",
    "T",
    "Wrapped",
    "key_name",
]
