# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A controller that dies in the middle of a run: the next run finishes the job and leaves nothing behind."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from ansible_run import playbook_command, run_playbook
from interrupted import CONFIG, DRIVES, inventory, kill_after, kill_in_reboot, vm_of
from labclient import Lab
from vsphere import in_maintenance_mode, maintenance_mark

SITE = "directpath.nvme.site"
ADD = "directpath.nvme.hot_add_nvme"


@pytest.fixture(scope="module")
def lab_config() -> dict[str, Any]:
    return CONFIG


def test_the_next_run_goes_on_after_the_reboot(lab: Lab, tmp_path: Path) -> None:
    kill_in_reboot(playbook_command(SITE, lab, tmp_path, inventory=inventory("fresh")), lab, "fresh")
    lab.release()
    run = run_playbook(SITE, lab, inventory=inventory("fresh"))
    assert run.rc == 0, run.output
    assert not in_maintenance_mode(lab, "fresh.lab")
    assert maintenance_mark(lab, "fresh.lab") == ""
    assert lab.mutating_calls()["RebootHost_Task"] == 1
    assert vm_of(lab, "fresh") == {"power": "poweredOn", "drives": DRIVES}


def test_the_next_run_adds_the_other_drive(lab: Lab, tmp_path: Path) -> None:
    kill_after(playbook_command(ADD, lab, tmp_path, inventory=inventory("ready")), lab, "ReconfigVM_Task")
    run = run_playbook(ADD, lab, inventory=inventory("ready"))
    assert run.rc == 0, run.output
    assert vm_of(lab, "ready") == {"power": "poweredOn", "drives": DRIVES}
    assert lab.mutating_calls()["ReconfigVM_Task"] == len(DRIVES)
