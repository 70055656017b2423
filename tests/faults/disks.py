"""Small file systems that can be filled and made larger. They need root."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

MEBIBYTE = 1 << 20


class SmallDisk:
    """A tmpfs of some MiB mounted at `path`."""

    def __init__(self, path: Path, size: int) -> None:
        """Mounts it; skips the test where that is not allowed."""
        path.mkdir(parents=True, exist_ok=True)
        self.path = path
        self._ballast = path / "ballast"
        command = ["mount", "-t", "tmpfs", "-o", f"size={size}m,mode=700", "tmpfs", str(path)]
        mounted = subprocess.run(command, capture_output=True, text=True, check=False)
        if mounted.returncode:
            pytest.skip(f"a file system cannot be mounted here: {mounted.stderr.strip()}")

    @property
    def free(self) -> int:
        """Bytes that can still be written."""
        status = os.statvfs(self.path)
        return status.f_bavail * status.f_bsize

    def fill(self, leaving: int = 0) -> None:
        """Takes all room but so many bytes."""
        with self._ballast.open("ab") as ballast:
            ballast.truncate(0)
            os.posix_fallocate(ballast.fileno(), 0, self.free - leaving)

    def clear(self) -> None:
        """Gives the room back that `fill` took."""
        self._ballast.unlink(missing_ok=True)

    def close(self) -> None:
        """Unmounts; what was on it is gone."""
        subprocess.run(["umount", str(self.path)], check=True)


MakeDisk = Callable[[Path, int], SmallDisk]
