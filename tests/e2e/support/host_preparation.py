# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs of prepare_hosts on one host, and what they leave."""

from __future__ import annotations

from typing import Any

from ansible_run import Result, run_playbook
from labclient import Lab
from module_steps import run_steps

PLAYBOOK = "directpath.nvme.prepare_hosts"
NO_DRIVE: dict[str, Any] = {"host_prepare_devices": []}
DRIVE: dict[str, Any] = {"host_prepare_devices": [{"address": "0000:d8:00.0"}]}


def prepare(lab: Lab, host: str, **variables: Any) -> Result:
    inventory = {"esxi_hosts": {"hosts": {host: {**NO_DRIVE, **variables}}}}
    return run_playbook(PLAYBOOK, lab, inventory=inventory)


def failure(run: Result) -> str:
    """The message that ended the run."""
    assert run.rc != 0, run.output
    return str(run.failed[-1].result["msg"])


def state(lab: Lab, host: str) -> dict[str, Any]:
    """In maintenance mode? And marked as ours?"""
    (answer,) = run_steps(lab, "directpath.nvme.hotplug_readiness_info", {"esxi_host_name": host})
    return {
        "maintenance": answer["hosts"][0]["in_maintenance_mode"],
        "ours": answer["hosts"][0]["maintenance_claim"]["claimed"],
    }


FREE = {"maintenance": False, "ours": False}
