# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Build an image, or take the one that was built of the same content."""

from __future__ import annotations

import fcntl
import hashlib
import shutil
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from . import _cpio, _keys, _packages, _rootfs
from ._machine import need_ssh_keygen

OWN = Path(__file__).parent


@dataclass(frozen=True)
class Image:
    """The files of a guest."""

    folder: Path

    @property
    def kernel(self) -> Path:
        return self.folder / "vmlinuz"

    @property
    def initrd(self) -> Path:
        return self.folder / "initrd"

    @property
    def key_file(self) -> Path:
        """The private key that logs in as root. OpenSSH wants an absolute path, and mode 600."""
        return self.folder / "ssh_key"

    @property
    def host_key_file(self) -> Path:
        """The guest's public host key."""
        return self.folder / "ssh_host_key.pub"

    def config(self, **more: Any) -> dict[str, Any]:
        """The value of "guest" in the configuration of a VM of the lab; more are keys like hotplug and memory_mb."""
        return {"kernel": str(self.kernel), "initrd": str(self.initrd), "key_file": str(self.key_file), **more}


def build(to: Path) -> Image:
    """The image below a folder that keeps images, made if it is not there yet. Raises GuestImageError."""
    packages = _packages.resolve()
    image = Image(to.resolve() / _content(packages))
    if not image.folder.is_dir():
        need_ssh_keygen()
        to.mkdir(parents=True, exist_ok=True)
        with (to / ".lock").open("w") as lock, tempfile.TemporaryDirectory(prefix=".building-", dir=to) as work:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not image.folder.is_dir():  # or somebody else has built it meanwhile
                _build(packages, Path(work))
                (Path(work) / "image").rename(image.folder)
    return image


def _content(packages: Iterable[str]) -> str:
    """Names and versions of the packages, and every file that decides what is made of them."""
    parts = ["\n".join(packages).encode()]
    for path in sorted(OWN.rglob("*")):
        if path.is_file() and path.suffix not in (".pyc", ".md"):
            parts += [path.relative_to(OWN).as_posix().encode(), path.read_bytes()]
    return hashlib.sha256(b"\0".join(parts)).hexdigest()[:16]


def _build(packages: Iterable[str], work: Path) -> None:
    unpacked, root, image = work / "unpacked", work / "root", Image(work / "image")
    _packages.fetch(packages, unpacked)
    kernel = _rootfs.assemble(unpacked, root)
    image.folder.mkdir()
    shutil.copyfile(kernel, image.kernel)
    _keys.make(unpacked, root, image.key_file, image.host_key_file)
    _cpio.write(root, image.initrd)
    (image.folder / "packages.txt").write_text("".join(f"{package}\n" for package in packages), encoding="utf-8")
