# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Start and steer the simulated vCenter from Python (tests and the demo share this)."""

from __future__ import annotations

from ._guest import GuestAccess, GuestError
from ._lab import Inserted, Lab, LabError

__all__ = ["GuestAccess", "GuestError", "Inserted", "Lab", "LabError"]
