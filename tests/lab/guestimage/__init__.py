# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Build the Linux guest that the lab boots in QEMU: a kernel and an initramfs, from Debian packages only."""

from __future__ import annotations

from ._build import Image, build
from ._errors import GuestImageError
from ._machine import install, missing

__all__ = ["GuestImageError", "Image", "build", "install", "missing"]
