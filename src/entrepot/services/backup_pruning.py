"""Makes room in a folder of backups: older snapshots go, and then the objects that only they named."""

from __future__ import annotations

from entrepot.adapters.backup_folder import BackupFolder
from entrepot.blobs.folder import FolderStore
from entrepot.rules.backups import Pruned, surplus, unneeded


def prune(folder: BackupFolder, keep: int) -> Pruned:
    """Leaves the `keep` newest snapshots. Whoever calls holds the folder; run again it goes on where it was stopped.

    Raises DomainError where the list of a snapshot that stays is damaged: what that needs nobody can tell.
    """
    gone = surplus(folder.ids(), keep)
    named = [folder.listed(folder.manifest(each)) for each in folder.ids() if each not in gone]
    for each in gone:
        folder.withdraw(each)
    store = FolderStore(folder.objects)
    objects = unneeded([name for name, _ in store.sizes()], named)
    store.delete_many(objects)
    return Pruned(gone, objects)
