# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The machine and the versions that figures were measured with, without its name and without paths."""

from __future__ import annotations

import json
import os
import platform
from importlib.metadata import version
from pathlib import Path

GIB = 2**30


def description(collections: Path) -> list[str]:
    """One line each, of the machine and of the software.

    :param collections: the folder that has ansible_collections.
    """
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    cores = len(os.sched_getaffinity(0))
    return [
        f"{processor()}, {cores} cores, {memory / GIB:.0f} GiB of memory, the simulated vCenter beside it",
        f"Python {platform.python_version()}, ansible-core {version('ansible-core')}, pyVmomi {version('pyvmomi')}, "
        + ", ".join(f"{name} {collection(collections, name)}" for name in ("vmware.vmware", "community.vmware")),
    ]


def processor(cpuinfo: Path = Path("/proc/cpuinfo")) -> str:
    """The model as the kernel names it; not every architecture does."""
    models = [line.partition(":")[2].strip() for line in lines(cpuinfo) if line.startswith("model name")]
    return models[0] if models else platform.machine()


def lines(file: Path) -> list[str]:
    return file.read_text(encoding="utf-8").splitlines()


def collection(collections: Path, name: str) -> str:
    manifest = collections / "ansible_collections" / name.replace(".", "/") / "MANIFEST.json"
    return str(json.loads(manifest.read_text(encoding="utf-8"))["collection_info"]["version"])
