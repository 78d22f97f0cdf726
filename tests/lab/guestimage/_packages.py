# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which Debian packages the guest is made of, and fetching them without installing anything."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Iterable
from pathlib import Path

from ._errors import GuestImageError, run

ROOTS = (
    "linux-image-cloud-amd64",
    "busybox-static",
    "dash",
    "kmod",
    "pciutils",
    "pci.ids",
    "python3",
    "dropbear-bin",
    "openssh-sftp-server",
    "util-linux",
    "e2fsprogs",
    "dmsetup",
    "lvm2",
    "mdadm",
    "zfs-fuse",
)

FOLLOWED = re.compile(r"(lib|zlib|python3|linux-image-\d).*")
"""Of what the roots depend on: libraries, Python, and the kernel itself. The rest serves an installed system."""

UNSANDBOXED = ("-o", "APT::Sandbox::User=root") if os.geteuid() == 0 else ()
"""apt as root would download as another user, who cannot write to a private folder."""


def resolve() -> list[str]:
    """The packages of the guest, as `name_version_architecture.deb`, the newest that apt knows.

    Where apt knows none yet (a fresh container), its lists are fetched first, which needs root.
    """
    _need_debian()
    try:
        return _file_names(_closure())
    except GuestImageError:
        if not _update():
            raise
        return _file_names(_closure())


def fetch(files: Iterable[str], to: Path) -> None:
    """Download the packages and unpack them all below one folder. apt checks their signatures."""
    wanted = list(files)
    downloads = to.with_name("packages")
    downloads.mkdir()
    try:
        run(_download(wanted), cwd=downloads)
    except GuestImageError:
        # The lists are older than a security update that has replaced a package.
        if not _update():
            raise
        run(_download(wanted), cwd=downloads)
    to.mkdir()
    for package in sorted(downloads.iterdir()):
        run(["dpkg-deb", "--extract", package, to])
    shutil.rmtree(downloads)


def _download(files: Iterable[str]) -> list[str]:
    return ["apt-get", *UNSANDBOXED, "--quiet=2", "download", *(_name(file) for file in files)]


def _name(file: str) -> str:
    return file.partition("_")[0]


def _need_debian() -> None:
    tools = [tool for tool in ("apt-get", "apt-cache", "dpkg-deb", "dpkg") if shutil.which(tool) is None]
    if tools:
        raise GuestImageError(f"the guest is made from Debian packages, and {tools[0]} is not on this machine")
    architecture = run(["dpkg", "--print-architecture"]).strip()
    if architecture != "amd64":
        raise GuestImageError(f"the guest is made from Debian packages for amd64, and this machine is {architecture}")


def _closure() -> list[str]:
    """The roots and what they need of FOLLOWED."""
    needs = _dependencies()
    found: set[str] = set()
    waiting = set(ROOTS)
    while waiting:
        name = waiting.pop()
        found.add(name)
        waiting |= {need for need in needs.get(name, ()) if FOLLOWED.fullmatch(need)} - found
    return sorted(found)


def _dependencies() -> dict[str, list[str]]:
    """What each package that the roots lead to depends on, of alternatives the first. One call: apt starts slowly."""
    needs: dict[str, list[str]] = {}
    alternative = False
    current: list[str] = []
    for line in run(["apt-cache", "depends", "--recurse", "--important", *ROOTS]).splitlines():
        kind, _colon, name = line.partition(": ")
        if not line.startswith((" ", "<")):
            current = needs[line] = []
        elif kind.strip(" |") in ("Depends", "PreDepends"):
            if not alternative:
                current.append(name)
            alternative = "|" in kind
    return needs


def _file_names(packages: Iterable[str]) -> list[str]:
    listing = run(["apt-get", *UNSANDBOXED, "download", "--print-uris", *packages])
    return sorted(re.findall(r"^'\S+' (\S+\.deb) ", listing, re.MULTILINE))


def _update() -> bool:
    """Fetch apt's lists, as root only; whether that was possible."""
    if os.geteuid() != 0:
        return False
    command = ["apt-get", "--quiet=2", "update"]
    return subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, check=False).returncode == 0
