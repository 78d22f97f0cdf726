# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How hosts and guests are reached is not how the controller is: it never becomes, and keeps its Python and shell."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from ansible_run import run_playbook
from labclient import Lab

EFI = {"firmware": "efi", "layout": "acpiHostBridges", "mem_locked": True, "fpt_hotplug": True, "power": "poweredOn"}
CONFIG: dict[str, Any] = {
    "hosts": [{"name": "esxi-01.lab", "version": "8.0.3", "rebind_without_reboot": True}],
    "vms": [{"name": "db-01", "host": "esxi-01.lab", **EFI}],
}
HOSTS = {"hosts": {"esxi-01.lab": {"nvme_hotplug_attested": {"P1": {"by": "J. Doe", "date": "2026-01-31"}}}}}
VMS = {
    "hosts": {
        "db-01": {
            "nvme_hotplug_esxi_host": "esxi-01.lab",
            "nvme_hotplug_devices": [{"address": "0000:d8:00.0"}],
            "hotplug_verify_guest": False,
        }
    }
}

# What an inventory may say of its guests, and none of it is true of the controller.
OF_GUESTS = {
    "ansible_become": True,
    "ansible_become_exe": "/nonexistent/sudo",
    "ansible_become_user": "postgres",
    "ansible_connection": "ssh",
    "ansible_host": "192.0.2.1",
    "ansible_password": "of-the-guests",
    "ansible_port": 1,
    "ansible_python_interpreter": "/nonexistent/python",
    "ansible_shell_executable": "/nonexistent/sh",
    "ansible_shell_type": "powershell",
    "ansible_ssh_common_args": "-F /nonexistent",
    "ansible_user": "guest",
}


@pytest.fixture(scope="module")
def lab_config() -> dict[str, Any]:
    return CONFIG


@pytest.mark.parametrize(
    ("groups", "arguments"),
    [
        pytest.param({"vms": {**VMS, "vars": OF_GUESTS}}, [], id="variables of the guests"),
        pytest.param(
            {"all": {"hosts": {"localhost": {}}, "vars": OF_GUESTS}}, ["--become"], id="variables of all hosts"
        ),
    ],
)
def test_the_controller_goes_by_none_of_what_is_meant_for_guests(
    lab: Lab, tmp_path: Path, groups: dict[str, Any], arguments: list[str]
) -> None:
    sudo = tmp_path / "sudo"
    sudo.write_text("#!/bin/sh\necho 'sudo: a password is required' >&2\nexit 1\n")
    sudo.chmod(0o755)
    # Tests may run as root, and only with this does Ansible ask sudo to make root of root.
    env = {"PATH": f"{tmp_path}:{os.environ['PATH']}", "ANSIBLE_BECOME_ALLOW_SAME_USER": "true"}
    inventory = {"esxi_hosts": HOSTS, "vms": VMS, **groups}
    run = run_playbook("directpath.nvme.site", lab, inventory=inventory, env=env, arguments=arguments, check=True)
    assert run.rc == 0, run.output
    assert {task.host for task in run.of("vm_pci_hotplug")} == {"db-01"}
