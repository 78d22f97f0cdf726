# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.directpath.nvme.plugins.module_utils._vsphere.faults import (
    as_error,
    describe_fault,
    fault_name,
    unforeseen,
    why_unreadable,
)
from pyVmomi import vim, vmodl


def message(text: str | None, key: str = "msg.key") -> Any:
    return vmodl.LocalizableMessage(key=key, message=text)


@pytest.mark.parametrize(
    ("fault", "text"),
    [
        (vim.fault.HostConfigFault(msg="Unable to\nconfigure."), "HostConfigFault: Unable to configure"),
        (vim.fault.GenericVmConfigFault(), "GenericVmConfigFault"),
        (vim.fault.ResourceInUse(msg="vim.fault.ResourceInUse"), "ResourceInUse"),
        (
            vim.fault.GenericVmConfigFault(
                msg="The hot-plug operation failed. ",
                faultMessage=[
                    message("The hot-plug operation failed. "),
                    message("Hot-add of pciPassthru26 failed."),
                    message(None, "msg.pciPassthru.noMigration"),
                ],
            ),
            "GenericVmConfigFault: The hot-plug operation failed. Hot-add of pciPassthru26 failed "
            "[msg.key, msg.pciPassthru.noMigration]",
        ),
        (
            vim.fault.NoPermission(msg="Permission denied.", privilegeId="Host.Config.PciPassthru"),
            "NoPermission: Permission denied. The privilege Host.Config.PciPassthru is missing",
        ),
        (
            vim.fault.NoPermission(privilegeId="Host.Config.Power", object=vim.HostSystem("host-1")),
            "NoPermission: The privilege Host.Config.Power is missing on host-1",
        ),
        (
            vim.fault.InvalidPowerState(msg="No.", requestedState="poweredOff", existingState="poweredOn"),
            "InvalidPowerState: No. It is poweredOn, and poweredOff is needed",
        ),
        (
            vmodl.fault.InvalidArgument(msg="A specified parameter was not correct.", invalidProperty="unitNumber"),
            "InvalidArgument: A specified parameter was not correct. Property: unitNumber",
        ),
        (
            vim.fault.HostConfigFault(
                msg="It failed.",
                faultCause=vim.fault.ResourceInUse(msg="Busy.", faultMessage=[message("By vSAN.", "msg.vsan")]),
            ),
            "HostConfigFault: It failed. Cause: ResourceInUse. Busy. By vSAN [msg.vsan]",
        ),
    ],
)
def test_a_fault_tells_its_reasons_once(fault: Exception, text: str) -> None:
    assert describe_fault(fault) == text


def test_faults_have_the_names_of_the_api() -> None:
    assert fault_name(vim.fault.HostConfigFault()) == "HostConfigFault"
    assert fault_name(vmodl.fault.ManagedObjectNotFound()) == "ManagedObjectNotFound"


SUBJECT = {"host": "h", "vm": "v", "device": "0000:d9:00.0", "requirement": "L1"}


@pytest.mark.parametrize(
    ("fault", "code", "remedy"),
    [
        (vim.fault.NoPermission(privilegeId="Host.Config.Power"), "no_permission", "Grant the account"),
        # It is a NoPermission to the API, and yet another thing to the operator.
        (vim.fault.NotAuthenticated(), "session_ended", "logs in anew"),
        (vmodl.fault.HostNotConnected(), "host_not_connected", "into contact with vCenter"),
        (vmodl.fault.HostNotReachable(), "host_not_connected", "into contact with vCenter"),
        (vim.fault.TaskInProgress(), "task_in_progress", "the other task has ended"),
        (vim.fault.ConcurrentAccess(), "changed_meanwhile", "at the same moment"),
        (vmodl.fault.ManagedObjectNotFound(), "object_gone", "look for it"),
        (vim.fault.InvalidPowerState(), "wrong_power_state", "power state"),
        (vim.fault.InvalidHostState(), "wrong_state", "what state it is in"),
        (vim.fault.ResourceInUse(), "resource_in_use", "which VM or service"),
        (vim.fault.LicenseExpired(), "not_licensed", "licence"),
        (vmodl.fault.RequestCanceled(), "task_cancelled", "who"),
        (vim.fault.MethodDisabled(), "method_disabled", "Another program"),
        (vim.fault.GenericVmConfigFault(), "hotplug_failed", "Ask."),
        (vmodl.fault.SystemError(), "hotplug_failed", "Ask."),
    ],
)
def test_a_fault_that_speaks_for_itself_has_its_own_code_and_remedy(fault: Exception, code: str, remedy: str) -> None:
    error = as_error(fault, "Hot-add failed", "hotplug_failed", "Ask.", **SUBJECT)
    assert error.code == code
    assert remedy in str(error)
    assert error.msg.startswith(f"Hot-add failed: {fault_name(fault)}")
    assert {**error.fields(), "remedy": None} == {
        **SUBJECT,
        "code": code,
        "fault": fault_name(fault),
        "remedy": None,
    }


def test_a_fault_that_nobody_expected() -> None:
    error = unforeseen(vim.fault.HostConfigFault(msg="Oh."), "esxi-01", "esxi-01")
    assert (error.code, error.host, error.msg) == ("vsphere_fault", "esxi-01", "esxi-01 refused: HostConfigFault: Oh.")


NO_PERMISSION = vim.fault.NoPermission


@pytest.mark.parametrize(
    ("fault", "text"),
    [
        (NO_PERMISSION(privilegeId="System.Read"), "NoPermission, the account lacks System.Read"),
        (NO_PERMISSION(), "NoPermission"),
        (
            NO_PERMISSION(
                privilegeId="System.Read",
                missingPrivileges=[
                    NO_PERMISSION.EntityPrivileges(
                        entity=vim.HostSystem("host-1"), privilegeIds=["System.View", "System.Read"]
                    )
                ],
            ),
            "NoPermission, the account lacks System.Read and System.View",
        ),
        (vim.fault.NotFound(), "NotFound"),
    ],
)
def test_what_cannot_be_read_names_the_privilege(fault: Exception, text: str) -> None:
    assert why_unreadable(fault) == text
