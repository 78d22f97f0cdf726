# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from typing import Any

from ansible_collections.directpath.nvme.plugins.module_utils._plan.lost import lost_complaint, lost_notes

MOUNT = {"kind": "mount", "name": "/data\r", "device": "nvme1n1", "degraded": False}
STRIPED = {"kind": "md", "name": "md0", "device": "nvme1n1", "degraded": False}
MIRROR = {"kind": "md", "name": "md1", "device": None, "degraded": True}
PROGRAM = {"kind": "open", "name": "smartd (pid 9)", "device": "nvme1", "degraded": False}


def guest(*lost: dict[str, Any]) -> dict[str, Any]:
    return {"devices": [], "lost": list(lost)}


def test_a_guest_that_has_lost_nothing_or_does_not_say() -> None:
    answers: list[dict[str, Any]] = [guest(), {"devices": []}, {}]
    for answer in answers:
        assert (lost_complaint(answer), lost_notes(answer)) == ("", [])


def test_what_is_out_of_reach_is_a_complaint() -> None:
    complaint = lost_complaint(guest(MOUNT, STRIPED, MIRROR, PROGRAM))
    assert complaint.startswith(
        "The guest still uses what is gone: mount /data\\x0d (nvme1n1), md md0 (nvme1n1) (V6). Unmount it,"
    )


def test_what_goes_on_without_is_a_note() -> None:
    assert lost_complaint(guest(MIRROR, PROGRAM)) == ""
    assert lost_notes(guest(MOUNT, MIRROR, PROGRAM)) == [
        "md md1 (of a drive that is not known any more) is degraded; the drive is gone.",
        "open smartd (pid 9) (nvme1) still has it open; the drive is gone.",
    ]
