# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Judging a host against the documented requirements of NVMe hot plug. No I/O."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ansible_collections.directpath.nvme.plugins.module_utils._facts.host import HostFacts, Unreadable
from ansible_collections.directpath.nvme.plugins.module_utils._facts.settings import KernelSetting
from ansible_collections.directpath.nvme.plugins.module_utils._plan.rules import (
    KERNEL_SETTING_MAXIMUM,
    MAX_INTR_COOKIES,
)

PASS, FAIL, WARN, UNKNOWN = "pass", "fail", "warn", "unknown"

ATTESTED, NOT_ATTESTED = "attested", "not_attested"

PCIE_HOT_PLUG = "enablePCIEHotplug"

PASSTHROUGH_OFF = "disablePciPassthrough"

POSTED_INTERRUPTS = "iovEnablePostedIntr"

ONLY_ATTESTED = {
    "Q1": "The server's vendor supports NVMe hot plug with DirectPath I/O",
    "Q3": "Platform and devices meet KB 2142307",
    "Q4": "The server is certified for VM DirectPath I/O",
    "Q5": "The server is certified for PCIe native hot plug",
    "Q5_surprise": "The server is certified for PCIe native surprise hot plug",
}
"""No API tells these; the operator's word is all there is."""

ATTESTABLE = ("P1", "Q2", *ONLY_ATTESTED)
"""For P1 and Q2 the operator's word counts where the host cannot be read, never against what it says."""


@dataclass(frozen=True)
class Verdict:
    """One requirement: what was seen and, where it is not met, what to do."""

    id: str
    title: str
    status: str
    evidence: str
    remedy: str = ""

    def as_dict(self) -> dict[str, str]:
        """As results show it."""
        return dict(vars(self))


def judge(facts: HostFacts, attested: Mapping[str, bool]) -> list[Verdict]:
    """Every requirement on a host, in the order of the documentation."""
    return [
        _or_attested(_stateful(facts), attested),
        _boot_parameter(facts),
        _in_force(facts),
        _in_datacenter(facts),
        _attested_only("Q1", attested),
        _or_attested(_uefi(facts), attested),
        *(_attested_only(name, attested) for name in ("Q3", "Q4", "Q5", "Q5_surprise")),
        _supported(facts),
        _pcie_hot_plug(facts),
        _passthrough_allowed(facts),
        _posted_interrupts(facts),
        _drift(facts),
    ]


def _or_attested(verdict: Verdict, attested: Mapping[str, bool]) -> Verdict:
    """The operator's word, for what could not be read."""
    if verdict.status != UNKNOWN or not attested.get(verdict.id):
        return verdict
    return Verdict(verdict.id, verdict.title, ATTESTED, f"{verdict.evidence} The operator attests it.")


def _attested_only(name: str, attested: Mapping[str, bool]) -> Verdict:
    title = ONLY_ATTESTED[name]
    if attested.get(name):
        return Verdict(name, title, ATTESTED, "The operator attests it; no API tells.")
    remedy = f"Check the vendor's documentation and Broadcom's compatibility guide, then attest {name}."
    return Verdict(name, title, NOT_ATTESTED, "No API tells.", remedy)


def _stateful(facts: HostFacts) -> Verdict:
    """P1. What the fields of the answer mean is known from a public script, not from documentation."""
    title = "ESXi is installed to disk (stateful)"
    boot = facts.boot_device
    if isinstance(boot, Unreadable):
        return Verdict(
            "P1", title, UNKNOWN, f"The boot device cannot be read: {boot.reason}.", "Check it and attest P1."
        )
    stateless, disk = boot.get("StatelessBootNIC"), boot.get("BootFilesystemUUID")
    if stateless:
        evidence = f"The host boots statelessly over the network (StatelessBootNIC {stateless})."
        return Verdict("P1", title, FAIL, evidence, "Install ESXi to a disk of this host.")
    if disk:
        return Verdict("P1", title, PASS, f"The host boots from disk (BootFilesystemUUID {disk}).")
    return Verdict("P1", title, UNKNOWN, "The host names no boot device.", "Check it and attest P1.")


def _boot_parameter(facts: HostFacts) -> Verdict:
    title = f"{MAX_INTR_COOKIES} is configured to 4096"
    setting = _setting(facts, MAX_INTR_COOKIES)
    if isinstance(setting, Unreadable):
        return Verdict("P2", title, UNKNOWN, setting.reason, "Make the host readable, then ask again.")
    evidence = f"{MAX_INTR_COOKIES} is configured to {setting.configured} (default {setting.default})."
    if _enough(setting, setting.configured):
        return Verdict("P2", title, PASS, evidence)
    return Verdict("P2", title, FAIL, evidence, "Set it with directpath.nvme.host_boot_param.")


def _in_force(facts: HostFacts) -> Verdict:
    title = f"The host has been rebooted, so that {MAX_INTR_COOKIES} is in force"
    setting = _setting(facts, MAX_INTR_COOKIES)
    if isinstance(setting, Unreadable):
        return Verdict("P3", title, UNKNOWN, setting.reason, "Make the host readable, then ask again.")
    evidence = f"{MAX_INTR_COOKIES} is {setting.runtime} in force, {setting.configured} configured."
    if not _enough(setting, setting.runtime):
        remedy = "Reboot the host with directpath.nvme.host_reboot."
        if not _enough(setting, setting.configured):
            remedy = "Configure it first (P2), then reboot the host."
        return Verdict("P3", title, FAIL, evidence, remedy)
    return Verdict("P3", title, PASS, evidence)


def _in_datacenter(facts: HostFacts) -> Verdict:
    title = "The host is in a datacenter"
    if facts.datacenter is None:
        return Verdict("P4", title, FAIL, "The host is in no datacenter.", "Add the host to a datacenter.")
    if facts.is_vcenter:
        return Verdict("P4", title, PASS, f"The host is in {facts.datacenter}.")
    return Verdict("P4", title, PASS, f"Asked directly, the host is in {facts.datacenter}, its own datacenter.")


def _uefi(facts: HostFacts) -> Verdict:
    title = "The host's firmware is UEFI"
    if facts.firmware is None:
        evidence = "The host does not tell its firmware type; vSphere does from 8.0 Update 2 on."
        return Verdict("Q2", title, UNKNOWN, evidence, "Check it and attest Q2.")
    if facts.firmware.upper() == "UEFI":
        return Verdict("Q2", title, PASS, "The firmware type is UEFI.")
    return Verdict(
        "Q2", title, FAIL, f"The firmware type is {facts.firmware}.", "Switch the server to UEFI and reinstall ESXi."
    )


def _supported(facts: HostFacts) -> Verdict:
    title = "vCenter and ESXi are 8.0 Update 1 or later, and the host supports NVMe hot plug"
    upgrade = "Upgrade vCenter and ESXi to 8.0 Update 1 or later."
    evidence = f"ESXi is {facts.version}, the server's API {facts.server_api}, "
    if facts.version is None:
        return Verdict("Q8", title, UNKNOWN, "The host's version cannot be read.", "Reconnect the host.")
    if not facts.server_supported or not facts.version_supported:
        return Verdict("Q8", title, FAIL, f"{evidence}but 8.0.1.0 is needed.", upgrade)
    if facts.hot_plug_supported is None:
        return Verdict("Q8", title, UNKNOWN, f"{evidence}but the host does not tell fptHotplugSupported.", upgrade)
    if not facts.hot_plug_supported:
        remedy = "Ask the server's vendor whether the platform supports the feature."
        return Verdict("Q8", title, FAIL, f"{evidence}but the host says fptHotplugSupported=false.", remedy)
    return Verdict("Q8", title, PASS, f"{evidence}and the host says fptHotplugSupported=true.")


def _pcie_hot_plug(facts: HostFacts) -> Verdict:
    return _switch(facts, PCIE_HOT_PLUG, "PCIe hot plug is enabled in ESXi", wanted=True)


def _passthrough_allowed(facts: HostFacts) -> Verdict:
    return _switch(facts, PASSTHROUGH_OFF, "PCI passthrough is not disabled in ESXi", wanted=False)


def _switch(facts: HostFacts, name: str, title: str, wanted: bool) -> Verdict:
    """A boolean setting that must have one value, now and after the next boot."""
    setting = _setting(facts, name)
    if isinstance(setting, Unreadable):
        return Verdict(name, title, UNKNOWN, setting.reason)
    evidence = f"{name} is {setting.runtime} in force, {setting.configured} configured."
    values = {setting.value_of(text) for text in (setting.configured, setting.runtime) if text}
    if values == {wanted}:
        return Verdict(name, title, PASS, evidence)
    remedy = f"Set it to {str(wanted).upper()} with directpath.nvme.host_boot_param and reboot the host."
    return Verdict(name, title, FAIL, evidence, remedy)


def _posted_interrupts(facts: HostFacts) -> Verdict:
    """N6: nothing to do about it, but worth knowing when the latency of a drive is not what it was."""
    title = "Posted interrupts may be off for VMs with hot plug"
    setting = _setting(facts, POSTED_INTERRUPTS)
    if isinstance(setting, Unreadable):
        return Verdict("N6", title, UNKNOWN, setting.reason)
    evidence = f"{POSTED_INTERRUPTS} is {setting.runtime} in force."
    if setting.value_of(setting.runtime):
        return Verdict("N6", title, WARN, f"{evidence} A VM with hot plug may run without it.")
    return Verdict("N6", title, PASS, f"{evidence} The host does not use them anyway.")


def _drift(facts: HostFacts) -> Verdict:
    title = "Nothing else manages the host's settings"
    if isinstance(facts.managers, Unreadable):
        return Verdict("drift", title, UNKNOWN, facts.managers.reason)
    if not facts.managers:
        return Verdict("drift", title, PASS, "Neither Configuration Profiles nor a host profile apply to the host.")
    names = " and ".join(facts.managers)
    remedy = f"Set {MAX_INTR_COOKIES} and passthrough there as well."
    return Verdict("drift", title, WARN, f"{names} can set the boot parameter and passthrough back.", remedy)


def _setting(facts: HostFacts, name: str) -> KernelSetting | Unreadable:
    if isinstance(facts.settings, Unreadable):
        return Unreadable(f"VMkernel settings cannot be read: {facts.settings.reason}.")
    return facts.settings.get(name) or Unreadable(f"The host has no VMkernel setting {name}.")


def _enough(setting: KernelSetting, text: str) -> bool:
    return text != "" and int(setting.value_of(text)) >= KERNEL_SETTING_MAXIMUM[MAX_INTR_COOKIES]
