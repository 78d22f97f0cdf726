# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What ansible-test wants to run in: a git checkout of the collection below ansible_collections/, others beside it."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import layout
import steps

VENV = "newest"
"""Whose ansible-test `run` starts. The sanity tests choose for themselves."""


def make_checkout(work: Path) -> Path:
    """The collection as it is in the work tree, copied to a checkout below a folder, with vmware.vmware beside it."""
    collection = work / "ansible_collections" / "directpath" / "nvme"
    _copy_collection(collection)
    link(work / "ansible_collections" / "vmware", layout.COLLECTIONS / "ansible_collections" / "vmware")
    return collection


def _copy_collection(target: Path) -> None:
    """Copy what git tracks, or would after `git add`, to a git checkout of its own."""
    shutil.rmtree(target, ignore_errors=True)
    listing = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    names = subprocess.run(listing, cwd=layout.ROOT, capture_output=True, text=True, check=True).stdout.split("\0")
    for name in filter(None, names):
        if (layout.ROOT / name).is_file():  # a file that was removed may still be in the index
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(layout.ROOT / name, target / name)
    subprocess.run(["git", "init", "--quiet"], cwd=target, check=True)
    subprocess.run(["git", "add", "--all"], cwd=target, check=True)


def link(path: Path, target: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.unlink(missing_ok=True)
    path.symlink_to(target)


def run(collection: Path, command: str, arguments: Sequence[str]) -> int:
    """The exit code of ansible-test, on this machine. HOME is another one, as ansible-test keeps its state there."""
    env = {**steps.environment(VENV), "HOME": str(collection.parents[2] / "home")}
    python = "{}.{}".format(*sys.version_info)
    local = ["ansible-test", command, "--color", "no", "--local", "--python", python]
    return subprocess.run([*local, *arguments], cwd=collection, env=env, check=False).returncode
