# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Format the Python and Go code."""

from __future__ import annotations

import os

import layout
import prepare


def main() -> None:
    prepare.prepare(["dev"])
    ruff = layout.venv_bin("dev", "ruff")
    prepare.run([ruff, "check", "--fix", "--exit-zero", "--quiet"])
    prepare.run([ruff, "format"])
    prepare.run([prepare.go(), "fmt", "./..."], {**os.environ, **prepare.GO_SETTINGS}, layout.LAB)


if __name__ == "__main__":
    main()
