# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is required of a host itself: where it is (P4), what it is (Q1, Q2, Q4, Q5, Q8), and what it is doing."""

from __future__ import annotations

from ansible_collections.directpath.nvme.plugins.module_utils._facts.host import Unreadable
from ansible_collections.directpath.nvme.plugins.module_utils._facts.readiness import HostFacts
from ansible_collections.directpath.nvme.plugins.module_utils._plan.requirement import (
    FAIL,
    NOT_ATTESTED,
    PASS,
    UNKNOWN,
    WARN,
    Requirement,
    Seen,
    text,
)
from ansible_collections.directpath.nvme.plugins.module_utils._plan.requirements.host_seen import CONNECTED, unread
from ansible_collections.directpath.nvme.plugins.module_utils._plan.requirements.remedies import (
    ASK_AGAIN,
    ASK_VENDOR,
    ATTEST_P1,
    ATTEST_Q1,
    ATTEST_Q2,
    ATTEST_Q4,
    ATTEST_Q5,
    ATTEST_Q5_SURPRISE,
    JOIN_DATACENTER,
    LEAVE_MAINTENANCE,
    RECONNECT,
    SET_THERE_TOO,
    SWITCH_TO_UEFI,
    UPGRADE,
    WAIT_FOR_TASKS,
)
from ansible_collections.directpath.nvme.plugins.module_utils._plan.requirements.stateful import stateful

ATTESTATION = "attestation"
"""The source of what the operator vouches for."""

NO_API_TELLS = text("No API tells.")


def _in_datacenter(facts: HostFacts) -> Seen:
    found = facts.datacenter
    if found is None or isinstance(found, Unreadable):
        return unread(facts, found) if found else Seen(FAIL, text("The host is in no datacenter."))
    if facts.is_vcenter:
        return Seen(PASS, text("The host is in {datacenter}.", datacenter=found), found)
    return Seen(PASS, text("Asked directly, the host is in {datacenter}, its own datacenter.", datacenter=found), found)


def _uefi(facts: HostFacts) -> Seen:
    if isinstance(facts.firmware, Unreadable):
        return unread(facts, facts.firmware, ATTEST_Q2)
    if facts.firmware is None:
        return Seen(UNKNOWN, text("The host does not tell its firmware type; vSphere does from 8.0 Update 2 on."))
    found = text("The firmware type is {firmware}.", firmware=facts.firmware)
    if facts.firmware.upper() == "UEFI":
        return Seen(PASS, found, facts.firmware)
    return Seen(FAIL, found, facts.firmware, SWITCH_TO_UEFI)


def _supported(facts: HostFacts) -> Seen:
    if facts.version is None:
        return unread(facts, facts.why("config.product"))
    known = {"version": facts.version, "api": facts.server_api}
    value = f"{facts.version}, API {facts.server_api}"
    if not facts.server_supported or not facts.version_supported:
        return Seen(FAIL, text("ESXi is {version}, the server's API {api}, but 8.0.1.0 is needed.", **known), value)
    if isinstance(facts.hot_plug_supported, Unreadable):
        return unread(facts, facts.hot_plug_supported)
    if facts.hot_plug_supported is None:
        evidence = text(
            "ESXi is {version}, the server's API {api}, but the host does not tell fptHotplugSupported.", **known
        )
        return Seen(UNKNOWN, evidence, value, ASK_AGAIN)
    value = f"{value}, fptHotplugSupported={str(facts.hot_plug_supported).lower()}"
    if not facts.hot_plug_supported:
        evidence = text(
            "ESXi is {version}, the server's API {api}, but the host says fptHotplugSupported=false.", **known
        )
        return Seen(FAIL, evidence, value, ASK_VENDOR)
    evidence = text("ESXi is {version}, the server's API {api}, and the host says fptHotplugSupported=true.", **known)
    return Seen(PASS, evidence, value)


def _drift(facts: HostFacts) -> Seen:
    if isinstance(facts.managers, Unreadable):
        return unread(facts, facts.managers)
    if not facts.managers:
        return Seen(PASS, text("Neither Configuration Profiles nor a host profile apply to the host."), "0")
    found = ", ".join(facts.managers)
    return Seen(WARN, text("This can set the boot parameter and passthrough back: {managers}.", managers=found), found)


def _connection(facts: HostFacts) -> Seen:
    state = facts.connection_state
    if state == CONNECTED:
        return Seen(PASS, text("The host is connected."), state)
    if state in ("disconnected", "notResponding"):
        return Seen(FAIL, text("The host is {state}; nothing can be done on it.", state=state), state)
    return unread(facts, facts.why("runtime.connectionState"))


def _maintenance(facts: HostFacts) -> Seen:
    found = facts.in_maintenance_mode
    if found is None or isinstance(found, Unreadable):
        return unread(facts, found or Unreadable("runtime.inMaintenanceMode"))
    if found:
        return Seen(WARN, text("The host is in maintenance mode: no VM starts there."), "true")
    return Seen(PASS, text("The host is not in maintenance mode."), "false")


def _tasks(facts: HostFacts) -> Seen:
    if isinstance(facts.tasks, Unreadable):
        return unread(facts, facts.tasks)
    if not facts.tasks:
        return Seen(PASS, text("No task is running on the host."), "0")
    found = ", ".join(facts.tasks)
    return Seen(WARN, text("Tasks are running on the host: {tasks}.", tasks=found), found)


def _by_word(id_: str, title: str, remedy: str) -> Requirement[HostFacts]:
    """What only the operator can tell."""
    return Requirement(id_, title, ATTESTATION, lambda facts: Seen(NOT_ATTESTED, NO_API_TELLS), (NOT_ATTESTED,), remedy)


CONNECTION = Requirement(
    "connection",
    "The host is connected",
    "HostSystem.runtime.connectionState",
    _connection,
    (PASS, FAIL, UNKNOWN),
    RECONNECT,
)

STATEFUL = Requirement(
    "P1",
    "ESXi is installed to disk (stateful)",
    "esxcli system boot device get; UserVars.ImageCachedSystem; HostSystem.config.deploymentInfo",
    stateful,
    (PASS, FAIL, UNKNOWN),
    ATTEST_P1,
)

IN_DATACENTER = Requirement(
    "P4", "The host is in a datacenter", "HostSystem.parent", _in_datacenter, (PASS, FAIL, UNKNOWN), JOIN_DATACENTER
)

VENDOR_SUPPORT = _by_word("Q1", "The server's vendor supports NVMe hot plug with DirectPath I/O", ATTEST_Q1)

FIRMWARE = Requirement(
    "Q2",
    "The host's firmware is UEFI",
    "HostSystem.hardware.biosInfo.firmwareType",
    _uefi,
    (PASS, FAIL, UNKNOWN),
    ATTEST_Q2,
)

CERTIFIED = (
    _by_word("Q4", "The server is certified for VM DirectPath I/O", ATTEST_Q4),
    _by_word("Q5", "The server is certified for PCIe native hot plug", ATTEST_Q5),
    _by_word("Q5_surprise", "The server is certified for PCIe native surprise hot plug", ATTEST_Q5_SURPRISE),
)

SUPPORTED = Requirement(
    "Q8",
    "vCenter and ESXi are 8.0 Update 1 or later, and the host supports NVMe hot plug",
    "HostSystem.config.product; ServiceContent.about.apiVersion; HostSystem.capability.fptHotplugSupported",
    _supported,
    (PASS, FAIL, UNKNOWN),
    UPGRADE,
)

DRIFT = Requirement(
    "drift",
    "Nothing else manages the host's settings",
    "ComputeResource.configManagerEnabled; HostProfile.entity",
    _drift,
    (PASS, WARN, UNKNOWN),
    SET_THERE_TOO,
)

MAINTENANCE = Requirement(
    "maintenance",
    "The host is not in maintenance mode",
    "HostSystem.runtime.inMaintenanceMode",
    _maintenance,
    (PASS, WARN, UNKNOWN),
    LEAVE_MAINTENANCE,
)

TASKS = Requirement(
    "tasks", "No task is running on the host", "HostSystem.recentTask", _tasks, (PASS, WARN, UNKNOWN), WAIT_FOR_TASKS
)
