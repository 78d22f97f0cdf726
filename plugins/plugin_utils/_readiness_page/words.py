# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Words of the page that stand in neither its template nor its code."""

from __future__ import annotations

STATUSES = {
    "pass": ("pass", "Read, and as it has to be."),
    "fail": ("fail", "Read, and not as it has to be."),
    "warn": ("warn", "Worth knowing; stops nothing."),
    "unknown": ("unknown", "Could not be read."),
    "attested": ("attested", "Cannot be read; an operator vouches for it."),
    "not_attested": ("not attested", "Cannot be read; nobody vouches for it yet."),
    "not_applicable": ("not applicable", "Does not concern this host or VM."),
}
"""By status, its word and what it means."""

SCRIPT_TEXTS = (
    "Shown: {hosts} of {all_hosts} hosts, {vms} of {all_vms} VMs, {drives} of {all_drives} drives.",
    "Status",
    "Value",
    "Source",
    "Evidence",
    "Remedy",
    "Attested by",
    "Guest",
    "Ready",
    "answered",
    "did not answer",
    "not asked",
    "Hosts",
    "VMs",
    "All requirements",
    "Close",
)
"""What the script says, beside the words of the statuses; it knows them in this order."""
