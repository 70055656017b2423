"""Reads everything back, or a sample of it, while it is being served, and repairs what others still have."""

from __future__ import annotations

from entrepot.context import App
from entrepot.services import gc_verify
from entrepot.services.verify_blobs import BlobReading
from entrepot.services.verify_manifests import ManifestReading
from entrepot.services.verify_run import Orders, Run
from entrepot.services.verifying import Found


async def verify(app: App, orders: Orders) -> Found:
    """Reads back blobs and manifests, and compares all rows with all objects.

    Raises StorageUnavailable, and KeyUnreachable where nobody can open anything for now.
    """
    run = Run(app, orders)
    blobs = await _read(run)
    run.found.agreement = verified = await gc_verify.verify(app)
    await blobs.add_missing(verified.missing)
    run.tell()
    return run.found


async def read_back(app: App, orders: Orders) -> Found:
    """As `verify`, without the comparison."""
    run = Run(app, orders)
    await _read(run)
    return run.found


async def _read(run: Run) -> BlobReading:
    blobs = BlobReading(run)
    await blobs.read()
    await ManifestReading(run).read()
    return blobs
