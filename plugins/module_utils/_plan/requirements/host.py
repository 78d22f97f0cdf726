# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The documented requirements on a host, once, with their ids; docs/requirements.md explains each."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from functools import partial

from ansible_collections.directpath.nvme.plugins.module_utils._facts.host import HostFacts, Unreadable
from ansible_collections.directpath.nvme.plugins.module_utils._facts.settings import KernelSetting
from ansible_collections.directpath.nvme.plugins.module_utils._plan.requirement import (
    ATTESTED,
    FAIL,
    NOT_ATTESTED,
    PASS,
    UNKNOWN,
    WARN,
    Requirement,
    Seen,
    Verdict,
)
from ansible_collections.directpath.nvme.plugins.module_utils._plan.requirements.limits import (
    KERNEL_SETTING_MAXIMUM,
    MAX_INTR_COOKIES,
)
from ansible_collections.directpath.nvme.plugins.module_utils._plan.requirements.stateful import stateful

ATTESTABLE = ("P1", "Q1", "Q2", "Q3", "Q4", "Q5", "Q5_surprise")
"""What the operator may vouch for. For P1 and Q2 that counts where the host cannot be read, never against what it says;
no API tells the others."""

PCIE_HOT_PLUG = "enablePCIEHotplug"

PASSTHROUGH_OFF = "disablePciPassthrough"

POSTED_INTERRUPTS = "iovEnablePostedIntr"


def judge(facts: HostFacts, attested: Collection[str]) -> list[Verdict]:
    """Every requirement on a host, in the order of the documentation.

    :param attested: those of ATTESTABLE that the operator vouches for.
    """
    return [_vouched(requirement.judge(facts), attested) for requirement in HOST_REQUIREMENTS]


def _vouched(verdict: Verdict, attested: Collection[str]) -> Verdict:
    """The operator's word, for what the host does not tell."""
    if verdict.status not in (UNKNOWN, NOT_ATTESTED) or verdict.id not in {*ATTESTABLE} & {*attested}:
        return verdict
    return replace(verdict, status=ATTESTED, evidence=f"{verdict.evidence} The operator attests it.", remedy="")


def _boot_parameter(facts: HostFacts) -> Seen:
    setting = _setting(facts, MAX_INTR_COOKIES)
    if isinstance(setting, Unreadable):
        return Seen(UNKNOWN, setting.reason, _ASK_AGAIN)
    evidence = f"{MAX_INTR_COOKIES} is configured to {setting.configured} (default {setting.default})."
    return Seen(PASS if _enough(setting, setting.configured) else FAIL, evidence)


def _in_force(facts: HostFacts) -> Seen:
    setting = _setting(facts, MAX_INTR_COOKIES)
    if isinstance(setting, Unreadable):
        return Seen(UNKNOWN, setting.reason, _ASK_AGAIN)
    evidence = f"{MAX_INTR_COOKIES} is {setting.runtime} in force, {setting.configured} configured."
    if _enough(setting, setting.runtime):
        return Seen(PASS, evidence)
    if _enough(setting, setting.configured):
        return Seen(FAIL, evidence)
    return Seen(FAIL, evidence, "Configure it first (P2), then reboot the host.")


def _in_datacenter(facts: HostFacts) -> Seen:
    if facts.datacenter is None:
        return Seen(FAIL, "The host is in no datacenter.")
    if facts.is_vcenter:
        return Seen(PASS, f"The host is in {facts.datacenter}.")
    return Seen(PASS, f"Asked directly, the host is in {facts.datacenter}, its own datacenter.")


def _uefi(facts: HostFacts) -> Seen:
    if facts.firmware is None:
        evidence = "The host does not tell its firmware type; vSphere does from 8.0 Update 2 on."
        return Seen(UNKNOWN, evidence, "Check it and attest Q2.")
    return Seen(PASS if facts.firmware.upper() == "UEFI" else FAIL, f"The firmware type is {facts.firmware}.")


def _supported(facts: HostFacts) -> Seen:
    evidence = f"ESXi is {facts.version}, the server's API {facts.server_api}, "
    if facts.version is None:
        return Seen(UNKNOWN, "The host's version cannot be read.", "Reconnect the host.")
    if not facts.server_supported or not facts.version_supported:
        return Seen(FAIL, f"{evidence}but 8.0.1.0 is needed.")
    if facts.hot_plug_supported is None:
        return Seen(UNKNOWN, f"{evidence}but the host does not tell fptHotplugSupported.")
    if not facts.hot_plug_supported:
        remedy = "Ask the server's vendor whether the platform supports the feature."
        return Seen(FAIL, f"{evidence}but the host says fptHotplugSupported=false.", remedy)
    return Seen(PASS, f"{evidence}and the host says fptHotplugSupported=true.")


def _posted_interrupts(facts: HostFacts) -> Seen:
    """N6: nothing to do about it, but worth knowing when the latency of a drive is not what it was."""
    setting = _setting(facts, POSTED_INTERRUPTS)
    if isinstance(setting, Unreadable):
        return Seen(UNKNOWN, setting.reason, _ASK_AGAIN)
    evidence = f"{POSTED_INTERRUPTS} is {setting.runtime} in force."
    if setting.value_of(setting.runtime):
        return Seen(WARN, f"{evidence} A VM with hot plug may run without it.")
    return Seen(PASS, f"{evidence} The host does not use them anyway.")


def _drift(facts: HostFacts) -> Seen:
    if isinstance(facts.managers, Unreadable):
        return Seen(UNKNOWN, facts.managers.reason, _ASK_AGAIN)
    if not facts.managers:
        return Seen(PASS, "Neither Configuration Profiles nor a host profile apply to the host.")
    return Seen(WARN, f"{' and '.join(facts.managers)} can set the boot parameter and passthrough back.")


def _switch(name: str, wanted: bool, facts: HostFacts) -> Seen:
    """A boolean setting that must have one value, now and after the next boot."""
    setting = _setting(facts, name)
    if isinstance(setting, Unreadable):
        return Seen(UNKNOWN, setting.reason, _ASK_AGAIN)
    evidence = f"{name} is {setting.runtime} in force, {setting.configured} configured."
    values = {setting.value_of(text) for text in (setting.configured, setting.runtime) if text}
    return Seen(PASS if values == {wanted} else FAIL, evidence)


def _setting(facts: HostFacts, name: str) -> KernelSetting | Unreadable:
    if isinstance(facts.settings, Unreadable):
        return Unreadable(f"VMkernel settings cannot be read: {facts.settings.reason}.")
    return facts.settings.get(name) or Unreadable(f"The host has no VMkernel setting {name}.")


def _enough(setting: KernelSetting, text: str) -> bool:
    return text != "" and int(setting.value_of(text)) >= KERNEL_SETTING_MAXIMUM[MAX_INTR_COOKIES]


def _switched(name: str, title: str, wanted: bool) -> Requirement[HostFacts]:
    remedy = f"Set it to {str(wanted).upper()} with directpath.nvme.host_boot_param and reboot the host."
    return Requirement(name, title, partial(_switch, name, wanted), remedy)


def _by_word(id_: str, title: str) -> Requirement[HostFacts]:
    remedy = f"Check the vendor's documentation and Broadcom's compatibility guide, then attest {id_}."
    return Requirement(id_, title, lambda facts: Seen(NOT_ATTESTED, "No API tells."), remedy)


_ASK_AGAIN = "Make the host readable, then ask again."

HOST_REQUIREMENTS: tuple[Requirement[HostFacts], ...] = (
    Requirement(
        "P1", "ESXi is installed to disk (stateful)", lambda facts: stateful(facts.boot), "Check it and attest P1."
    ),
    Requirement(
        "P2",
        f"{MAX_INTR_COOKIES} is configured to {KERNEL_SETTING_MAXIMUM[MAX_INTR_COOKIES]}",
        _boot_parameter,
        "Set it with directpath.nvme.host_boot_param.",
    ),
    Requirement(
        "P3",
        f"The host has been rebooted, so that {MAX_INTR_COOKIES} is in force",
        _in_force,
        "Reboot the host with directpath.nvme.host_reboot.",
    ),
    Requirement("P4", "The host is in a datacenter", _in_datacenter, "Add the host to a datacenter."),
    _by_word("Q1", "The server's vendor supports NVMe hot plug with DirectPath I/O"),
    Requirement("Q2", "The host's firmware is UEFI", _uefi, "Switch the server to UEFI and reinstall ESXi."),
    _by_word("Q3", "Platform and devices meet KB 2142307"),
    _by_word("Q4", "The server is certified for VM DirectPath I/O"),
    _by_word("Q5", "The server is certified for PCIe native hot plug"),
    _by_word("Q5_surprise", "The server is certified for PCIe native surprise hot plug"),
    Requirement(
        "Q8",
        "vCenter and ESXi are 8.0 Update 1 or later, and the host supports NVMe hot plug",
        _supported,
        "Upgrade vCenter and ESXi to 8.0 Update 1 or later.",
    ),
    _switched(PCIE_HOT_PLUG, "PCIe hot plug is enabled in ESXi", wanted=True),
    _switched(PASSTHROUGH_OFF, "PCI passthrough is not disabled in ESXi", wanted=False),
    Requirement("N6", "Posted interrupts may be off for VMs with hot plug", _posted_interrupts),
    Requirement(
        "drift",
        "Nothing else manages the host's settings",
        _drift,
        f"Set {MAX_INTR_COOKIES} and passthrough there as well.",
    ),
)
"""P1 to P4, Q1 to Q8, N6 and what ruins them: what hotplug_readiness_info reports and host_prepare is refused for."""
