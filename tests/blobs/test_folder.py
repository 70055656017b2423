"""What a folder store does with its files."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
import textwrap
import uuid
from pathlib import Path

import pytest

from entrepot.blobs.folder import FolderStore
from entrepot.errors import StorageUnavailable


def path_of(fd: int) -> str:
    return str(Path(f"/proc/self/fd/{fd}").readlink())


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_nobody_else_reads_the_files(store: FolderStore, folder: Path) -> None:
    name = uuid.uuid4().hex
    path = folder / name[0] / name[1] / name
    writer = store.create(name)
    assert mode(path) == 0o600
    writer.commit()
    writer.close()
    assert mode(path) == 0o400
    assert {mode(part) for part in [folder, *folder.rglob("*")] if part.is_dir()} == {0o700}


def test_a_second_store_on_the_folder_finds_everything(store: FolderStore, folder: Path) -> None:
    name = uuid.uuid4().hex
    store.create(name).close()
    assert [listed for listed, _ in FolderStore(folder).objects()] == [name]


def test_other_files_are_no_objects(store: FolderStore, folder: Path) -> None:
    (folder / "0" / "0" / "notes.txt").write_text("not an object")
    assert list(store.objects()) == []


def test_links_are_not_followed(store: FolderStore, folder: Path, tmp_path: Path) -> None:
    name = uuid.uuid4().hex
    elsewhere = tmp_path / "elsewhere"
    elsewhere.write_bytes(b"private")
    (folder / name[0] / name[1] / name).symlink_to(elsewhere)
    with pytest.raises(StorageUnavailable):
        store.open(name)
    with pytest.raises(StorageUnavailable):
        store.create(name)
    assert elsewhere.read_bytes() == b"private"


def test_content_and_name_are_durable_before_the_object_is_committed(
    store: FolderStore, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = uuid.uuid4().hex
    path = folder / name[0] / name[1] / name
    synced: list[tuple[str, int, int]] = []
    really_sync = os.fsync

    def sync(fd: int) -> None:
        synced.append((path_of(fd), path.stat().st_size, mode(path)))
        really_sync(fd)

    writer = store.create(name)
    writer.write(b"content")
    monkeypatch.setattr(os, "fsync", sync)
    writer.commit()
    assert synced == [(str(path), 7, 0o600), (str(path.parent), 7, 0o600)]
    writer.close()


def test_new_folders_are_durable(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    synced: set[str] = set()
    monkeypatch.setattr(os, "fsync", lambda fd: synced.add(path_of(fd)))
    FolderStore(folder)
    assert synced == {str(folder.parent), str(folder), *(str(folder / digit) for digit in "0123456789abcdef")}
    synced.clear()
    FolderStore(folder)
    assert not synced


AS_SOMEBODY = """
    import os, sys
    from pathlib import Path
    from entrepot.blobs.folder import FolderStore
    os.umask(0o077)
    os.chown(sys.argv[1], 12345, 12345)
    os.setgid(12345); os.setuid(12345)
    store = FolderStore(Path(sys.argv[1]))
    writer = store.create("a" * 32)
    writer.write(b"content")
    state = writer.checkpoint()
    writer.commit()
    writer.close()
    for again in (lambda: store.create("a" * 32), lambda: store.resume("a" * 32, state)):
        try:
            again()
        except FileExistsError:
            print("committed")
    store.delete("a" * 32)
    print(list(store.objects()))
"""


def test_a_user_without_privileges_gets_the_same_answers() -> None:
    """The mode of a committed object stops an ordinary user earlier than the superuser."""
    if os.geteuid() != 0:
        pytest.skip("only the superuser can become somebody else; the other tests run without privileges already")
    folder = Path("/var/tmp") / f"entrepot-{uuid.uuid4().hex}"  # noqa: S108 - a path that everybody may enter
    folder.mkdir(mode=0o700)
    try:
        command = [sys.executable, "-c", textwrap.dedent(AS_SOMEBODY), str(folder)]
        # Not measured: somebody else cannot write where this user's coverage is collected.
        env = {name: value for name, value in os.environ.items() if not name.startswith("COVERAGE")}
        answer = subprocess.run(command, capture_output=True, text=True, check=False, env=env)
        assert (answer.stdout, answer.stderr) == ("committed\ncommitted\n[]\n", "")
    finally:
        subprocess.run(["rm", "-r", str(folder)], check=True)
