# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where everything lies: the work tree, and below .cache what the set-up makes."""

from __future__ import annotations

from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
LAB = ROOT / "tests" / "lab"
LOCKS = ROOT / "requirements"

CACHE = ROOT / ".cache"
BIN = CACHE / "bin"
COLLECTIONS = CACHE / "collections"
COLLECTION = COLLECTIONS / "ansible_collections" / "directpath" / "nvme"


def lock(name: str) -> Path:
    return LOCKS / f"{name}.txt"


def venv(name: str) -> Path:
    return CACHE / f"venv-{name}"


def venv_bin(name: str, program: str = "python") -> Path:
    return venv(name) / "bin" / program
