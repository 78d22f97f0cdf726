# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Renew the lock files: requirements/NAME.txt from requirements/NAME.in, with the newest versions that fit.

A lock holds for every Python from the one given here on, names each package of the closure by exact version and hash,
and no index.
"""

from __future__ import annotations

import os

import layout
import prepare
import registry

# In this order: newest and rulebook are constrained by demo, dev by newest.
OLDEST_PYTHON = {
    "uv": "3.11",
    "go": "3.11",
    "collections": "3.12",  # what ansible asks for; only files of it are used, on any Python
    "demo": "3.11",
    "newest": "3.11",
    "rulebook": "3.11",
    "page": "3.11",
    "oldest": "3.11",
    "dev": "3.11",
    "modules": "3.9",
}
OPTIONS = ("--quiet", "--upgrade", "--universal", "--generate-hashes", "--no-emit-index-url", "--no-emit-find-links")
TERSE = ("--no-header", "--no-annotate")


def main() -> None:
    uv = prepare.uv()
    env = {**os.environ, **registry.uv_settings()}
    for name, python in OLDEST_PYTHON.items():
        alone = ("--no-deps",) if name == "collections" else ()
        source = layout.LOCKS / f"{name}.in"
        command = [uv, "pip", "compile", *OPTIONS, *TERSE, *alone, "--python-version", python, source]
        prepare.run([*command, "--output-file", layout.lock(name)], env, cwd=layout.LOCKS)


if __name__ == "__main__":
    main()
