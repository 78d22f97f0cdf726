# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run the unit tests as ansible-test runs them, with its own configuration of pytest, on a copy of the collection."""

from __future__ import annotations

import sys

import layout
from checkout import make_checkout, run

if __name__ == "__main__":
    sys.exit(run(make_checkout(layout.CACHE / "units"), "units", ["--num-workers", "2", *sys.argv[1:]]))
