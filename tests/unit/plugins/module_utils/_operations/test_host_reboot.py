# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One reboot, if anything is pending, of a host whose pending changes take nothing that is used."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from ansible_collections.directpath.nvme.plugins.module_utils._errors import DirectPathError
from ansible_collections.directpath.nvme.plugins.module_utils._operations.host_reboot import operate
from memory_vsphere import NOW, Unreadable, Vsphere
from pyVmomi import vim

REBOOT = "RebootHost_Task"
D9 = "0000:d9:00.0"


class Host(Vsphere):
    """One host in maintenance mode that waits for a reboot: passthrough of a free drive is pending."""

    def __init__(self, ends: Exception | None = None) -> None:
        """
        :param ends: what the task fails with.
        """
        super().__init__()
        self.ends = ends
        self.host = self.add_host(
            runtime__inMaintenanceMode=True, runtime__powerState="poweredOn", runtime__bootTime=NOW - timedelta(days=9)
        )
        self.add_drives(self.host, d9=False)
        (self.info,) = self.values[self.host]["config.pciPassthruInfo"]
        self.info.passthruEnabled = True

    def RebootHost_Task(self, _host: Any, _force: bool) -> Any:
        facts = {"info__state": "error", "info__error": self.ends} if self.ends else {"info__state": "success"}
        self.events = [self._down, self._up]
        return self.add(vim.Task, "task-1", "reboot", None, **facts)

    def _down(self) -> None:
        self.values[self.host]["runtime.connectionState"] = "notResponding"

    def _up(self) -> None:
        self.values[self.host].update({"runtime.connectionState": "connected", "runtime.bootTime": NOW})
        self.info.passthruActive = self.info.passthruEnabled


def reboot(vsphere: Vsphere, check: bool = False, **changes: Any) -> Any:
    params = {
        "esxi_host_name": "esxi-01.lab",
        "boot_params": [],
        "reboot": "if_needed",
        "force": False,
        "timeout": 60,
        "run": None,
    }
    return operate(vsphere.session(), {**params, **changes}, check)


def refusal(vsphere: Vsphere, **changes: Any) -> DirectPathError:
    with pytest.raises(DirectPathError) as caught:
        reboot(vsphere, **changes)
    return caught.value


def test_what_is_pending_comes_into_force() -> None:
    vsphere = Host()
    outcome = reboot(vsphere)
    (found,) = outcome.result["hosts"]
    assert (outcome.result["changed"], found["rebooted"], found["reboot_required"]) == (True, True, False)
    assert (found["previous_boot_time"], found["boot_time"]) == ("2025-12-24T03:04:05Z", "2026-01-02T03:04:05Z")
    assert outcome.before["esxi-01.lab"]["pending"] == [
        {"kind": "passthrough", "name": D9, "configured": "enabled", "runtime": "disabled"}
    ]
    again = reboot(vsphere)
    assert (again.result["changed"], vsphere.calls.count(REBOOT)) == (False, 1)


def test_check_mode_reboots_nothing() -> None:
    vsphere = Host()
    planned = reboot(vsphere, check=True)
    assert (planned.result["changed"], planned.result["reboot_required"]) == (True, False)
    assert REBOOT not in vsphere.calls


def in_use(vsphere: Host) -> None:
    vsphere.values[vsphere.host]["config.storageDevice.hostBusAdapter"] = []


def running(vsphere: Host) -> None:
    vsphere.values[vsphere.host]["runtime.inMaintenanceMode"] = False


def timeless(vsphere: Host) -> None:
    vsphere.values[vsphere.host]["runtime.bootTime"] = None


def unmarked_or_not(vsphere: Host) -> None:
    vsphere.values[vsphere.host]["customValue"] = Unreadable(vim.fault.NoPermission(privilegeId="System.Read"))


def away(vsphere: Host) -> None:
    vsphere.values[vsphere.host]["runtime.connectionState"] = "disconnected"


@pytest.mark.parametrize(
    ("lacks", "code"),
    [
        (in_use, "device_in_use"),
        (running, "not_in_maintenance_mode"),
        (timeless, "boot_time_unknown"),
        (unmarked_or_not, "claim_unreadable"),
        (away, "host_not_connected"),
    ],
)
def test_a_host_that_must_not_be_rebooted(lacks: Callable[[Host], None], code: str) -> None:
    vsphere = Host()
    lacks(vsphere)
    error = refusal(vsphere)
    assert (error.code, error.host) == (code, "esxi-01.lab")
    assert REBOOT not in vsphere.calls


def test_a_run_reboots_only_what_bears_its_mark() -> None:
    vsphere = Host()
    assert refusal(vsphere, run="mine").code == "claim_lost"
    assert REBOOT not in vsphere.calls


@pytest.mark.parametrize(
    ("fault", "code", "changed"),
    [
        (vim.fault.NoPermission(privilegeId="Host.Config.Power"), "reboot_refused", False),
        # It is also what a host says that goes down already.
        (vim.fault.InvalidState(msg="An upgrade is in progress."), "reboot_unclear", False),
    ],
)
def test_a_refused_reboot_is_told_with_what_was_seen(fault: Exception, code: str, changed: bool) -> None:
    error = refusal(Host(ends=fault))
    assert (error.code, error.requirement, error.host) == (code, "P3", "esxi-01.lab")
    assert error.result["changed"] is changed
    (found,) = error.result["hosts"]
    assert found["pending"]
    assert not found["rebooted"]


def test_a_setting_that_the_reboot_sets_back_is_told() -> None:
    class Managed(Host):
        def _up(self) -> None:
            self.info.passthruEnabled = False
            super()._up()

    outcome = reboot(Managed())
    (warning,) = outcome.warnings
    assert f"passthrough {D9} was to become enabled" in warning
    assert "host profile" in warning
