"""The file of the master key: what it may be, and that no moment of a change costs a key."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from entrepot.adapters import master_key_file as files
from entrepot.errors import KeyUnavailable
from tests.faults.commands import mode


@pytest.fixture
def path(tmp_path: Path) -> Path:
    made = tmp_path / "master.key"
    files.create_file(made)
    return made


def names(path: Path) -> list[str]:
    return [key.name for key in files.read_file(path)]


def test_a_new_key_waits_below_and_is_first_when_it_is_told(path: Path) -> None:
    (first,) = names(path)
    second = files.add_key(path).name
    assert names(path) == [first, second]
    files.promote(path, second)
    assert names(path) == [second, first]
    files.keep_first(path)
    assert names(path) == [second]
    assert mode(path) == 0o600


def test_what_was_before_is_kept_until_it_is_forgotten(path: Path) -> None:
    before = path.read_bytes()
    files.promote(path, files.add_key(path).name)
    assert files.backup_of(path).read_bytes() == before
    assert mode(files.backup_of(path)) == 0o600
    files.keep_first(path)
    assert not files.backup_of(path).exists()
    assert before.strip() not in b"".join(each.read_bytes() for each in path.parent.iterdir())


@pytest.mark.parametrize(
    ("mode", "owner", "fine"),
    [
        (0o600, None, True),
        (0o400, None, True),
        (0o640, None, False),
        (0o604, None, False),
        (0o620, None, False),
        (0o640, 4242, True),
        (0o440, 4242, True),
        (0o444, 4242, False),
        (0o660, 4242, False),
    ],
)
def test_others_are_kept_out(
    path: Path, mode: int, owner: int | None, *, fine: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file of another user's, such as a secret that was mounted, is ours through our group."""
    path.chmod(mode)
    if owner is not None:
        monkeypatch.setattr(os, "geteuid", lambda: owner)
    if fine:
        assert len(names(path)) == 1
    else:
        with pytest.raises(KeyUnavailable, match=f"mode {mode:04o}.*chmod"):
            files.read_file(path)


@pytest.mark.parametrize("text", ["\n{}\n{}\n", "{}\r\n{}\r\n", "{}\n{}"])
def test_how_lines_may_end(path: Path, text: str) -> None:
    path.write_text(text.format("AB" * 32, "cd" * 32), newline="")
    assert len(names(path)) == 2


@pytest.mark.parametrize("text", ["{}\n\n{}\n", "{} {}\n", "{}\n{}0\n", "{}\n# {}\n"])
def test_what_lines_may_not_be(path: Path, text: str) -> None:
    path.write_text(text.format("ab" * 32, "cd" * 32))
    with pytest.raises(KeyUnavailable, match="is not 64 hexadecimal digits") as caught:
        names(path)
    assert "abab" not in str(caught.value)
    assert "cdcd" not in str(caught.value)


def test_a_link_stays_a_link(path: Path, tmp_path: Path) -> None:
    (folder := tmp_path / "elsewhere").mkdir()
    real = path.rename(folder / "real.key")
    path.symlink_to(real)
    files.promote(path, files.add_key(path).name)
    assert path.is_symlink()
    assert len(names(real)) == 2


@pytest.mark.skipif(os.geteuid() != 0, reason="only root gives files away")
def test_the_owner_and_the_mode_stay(path: Path) -> None:
    path.chmod(0o440)
    os.chown(path, 4242, 4343)
    files.promote(path, files.add_key(path).name)
    for each in (path, files.backup_of(path)):
        status = each.stat()
        assert (status.st_uid, status.st_gid, mode(each)) == (4242, 4343, 0o440)


def test_new_keys_at_once_are_all_kept(path: Path) -> None:
    with ThreadPoolExecutor(8) as threads:
        made = list(threads.map(lambda _: files.add_key(path).name, range(24)))
    assert sorted(names(path)[1:]) == sorted(made)


def test_an_unknown_name_is_not_made_first(path: Path) -> None:
    before = path.read_bytes()
    with pytest.raises(KeyUnavailable, match="no master key raw:0"):
        files.promote(path, "raw:0")
    assert path.read_bytes() == before


class _Power(BaseException):
    """It is cut: nothing in the process comes after it."""


def _cut(monkeypatch: pytest.MonkeyPatch, at: int) -> Callable[[], int]:
    """Lets the call number `at` of those that change a disk be the last thing that happens, before it is done."""
    calls = [0]

    def cutting(real: Callable[..., Any]) -> Callable[..., Any]:
        def call(*args: Any, **kwargs: Any) -> Any:
            calls[0] += 1
            if calls[0] >= at:
                raise _Power
            return real(*args, **kwargs)

        return call

    monkeypatch.setattr(os, "fsync", cutting(os.fsync))
    monkeypatch.setattr(os, "fchmod", cutting(os.fchmod))
    for name in ("replace", "unlink", "hardlink_to"):
        monkeypatch.setattr(Path, name, cutting(getattr(Path, name)))
    return lambda: calls[0]


def _new(path: Path) -> None:
    files.promote(path, files.add_key(path).name)


@pytest.mark.parametrize("change", [_new, files.keep_first], ids=["new", "forget"])
def test_a_change_that_is_cut_short_anywhere_costs_no_key(path: Path, change: Callable[[Path], None]) -> None:
    """The file is whole, and holds what it held: by `forget`, the key that wraps."""
    files.add_key(path)
    steps = 0
    for at in range(1, 100):
        before = names(path)
        with pytest.MonkeyPatch.context() as patch:
            count = _cut(patch, at)
            try:
                change(path)
            except _Power:
                steps = count()
            else:
                break
        after = names(path)
        if change is _new:
            assert set(before) <= set(after)
        else:
            assert after[0] == before[0]
    assert steps > 5
    assert (len(names(path)) == 1) == (change is files.keep_first)


def test_a_key_is_durable_before_it_wraps(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Or else a power cut could leave rows that a server wrapped meanwhile, and a file from before the key."""
    durable, firsts = names(path), [names(path)[0]]
    sync, replace = os.fsync, Path.replace

    def synced(descriptor: int) -> None:
        sync(descriptor)
        if stat.S_ISDIR(os.fstat(descriptor).st_mode):
            durable[:] = names(path)

    def replaced(fresh: Path, target: Path) -> Path:
        if target == path:
            firsts.append(names(fresh)[0])
            assert firsts[-1] in durable
        return replace(fresh, target)

    monkeypatch.setattr(os, "fsync", synced)
    monkeypatch.setattr(Path, "replace", replaced)
    _new(path)
    assert firsts[0] != firsts[-1] == names(path)[0]
