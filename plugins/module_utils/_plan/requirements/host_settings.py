# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is required of a host's VMkernel settings (P2, P3, N6), and what switches hot plug off."""

from __future__ import annotations

from functools import partial

from ansible_collections.directpath.nvme.plugins.module_utils._facts.host import Unreadable
from ansible_collections.directpath.nvme.plugins.module_utils._facts.readiness import HostFacts
from ansible_collections.directpath.nvme.plugins.module_utils._facts.settings import KernelSetting
from ansible_collections.directpath.nvme.plugins.module_utils._plan.requirement import (
    FAIL,
    PASS,
    UNKNOWN,
    WARN,
    Requirement,
    Seen,
    Text,
    text,
)
from ansible_collections.directpath.nvme.plugins.module_utils._plan.requirements.host_seen import unread
from ansible_collections.directpath.nvme.plugins.module_utils._plan.requirements.limits import (
    KERNEL_SETTING_MAXIMUM,
    MAX_INTR_COOKIES,
)
from ansible_collections.directpath.nvme.plugins.module_utils._plan.requirements.remedies import (
    ASK_AGAIN,
    ENABLE_HOT_PLUG,
    ENABLE_PASSTHROUGH,
    REBOOT,
    SET_COOKIES,
    SET_COOKIES_FIRST,
)

PCIE_HOT_PLUG = "enablePCIEHotplug"

PASSTHROUGH_OFF = "disablePciPassthrough"

POSTED_INTERRUPTS = "iovEnablePostedIntr"


def _boot_parameter(facts: HostFacts) -> Seen:
    setting = _setting(facts, MAX_INTR_COOKIES)
    if isinstance(setting, Seen):
        return setting
    evidence = text(
        "{name} is configured to {configured} (default {default}).",
        name=setting.name,
        configured=setting.configured,
        default=setting.default,
    )
    return Seen(PASS if _enough(setting, setting.configured) else FAIL, evidence, setting.configured)


def _in_force(facts: HostFacts) -> Seen:
    setting = _setting(facts, MAX_INTR_COOKIES)
    if isinstance(setting, Seen):
        return setting
    if _enough(setting, setting.runtime):
        return Seen(PASS, _both(setting), setting.runtime)
    pending = _enough(setting, setting.configured)
    return Seen(FAIL, _both(setting), setting.runtime, REBOOT if pending else SET_COOKIES_FIRST)


def _posted_interrupts(facts: HostFacts) -> Seen:
    """N6: nothing to do about it, but worth knowing when the latency of a drive is not what it was."""
    setting = _setting(facts, POSTED_INTERRUPTS)
    if isinstance(setting, Seen):
        return setting
    known = {"name": setting.name, "runtime": setting.runtime}
    if setting.value_of(setting.runtime):
        evidence = text("{name} is {runtime} in force. A VM with hot plug may run without it.", **known)
        return Seen(WARN, evidence, setting.runtime)
    evidence = text("{name} is {runtime} in force. The host does not use posted interrupts anyway.", **known)
    return Seen(PASS, evidence, setting.runtime)


def _switch(name: str, wanted: bool, facts: HostFacts) -> Seen:
    """A boolean setting that must have one value, now and after the next boot."""
    setting = _setting(facts, name)
    if isinstance(setting, Seen):
        return setting
    values = {setting.value_of(told) for told in (setting.configured, setting.runtime) if told}
    shown = setting.runtime if setting.runtime == setting.configured else f"{setting.runtime} > {setting.configured}"
    return Seen(PASS if values == {wanted} else FAIL, _both(setting), shown)


def _both(setting: KernelSetting) -> Text:
    return text(
        "{name} is {runtime} in force, {configured} configured.",
        name=setting.name,
        runtime=setting.runtime,
        configured=setting.configured,
    )


def _setting(facts: HostFacts, name: str) -> KernelSetting | Seen:
    """The setting, or what is to be said of it if it is not known."""
    if isinstance(facts.settings, Unreadable):
        return unread(facts, facts.settings)
    if name not in facts.settings:
        return Seen(UNKNOWN, text("The host has no VMkernel setting {name}.", name=name), remedy=ASK_AGAIN)
    setting = facts.settings[name]
    if _understood(setting):
        return setting
    evidence = text(
        "Nobody can tell what {name} is: '{runtime}' in force, '{configured}' configured.",
        name=name,
        runtime=setting.runtime,
        configured=setting.configured,
    )
    return Seen(UNKNOWN, evidence, remedy=ASK_AGAIN)


def _understood(setting: KernelSetting) -> bool:
    """Whether it is in force with a value of its type. One that cannot be set is configured to nothing."""
    try:
        values = [setting.value_of(told) for told in (setting.runtime, setting.configured or setting.runtime)]
        return setting.name not in KERNEL_SETTING_MAXIMUM or all(int(value) >= 0 for value in values)
    except ValueError:
        return False


def _enough(setting: KernelSetting, told: str) -> bool:
    return told != "" and int(setting.value_of(told)) >= KERNEL_SETTING_MAXIMUM[MAX_INTR_COOKIES]


def _listed(name: str) -> str:
    return f"esxcli system settings kernel list: {name}"


_STATES = (PASS, FAIL, UNKNOWN)

BOOT_PARAMETER = Requirement(
    "P2", "maxIntrCookies is configured to 4096", _listed(MAX_INTR_COOKIES), _boot_parameter, _STATES, SET_COOKIES
)

IN_FORCE = Requirement(
    "P3",
    "The host has been rebooted, so that maxIntrCookies is in force",
    _listed(MAX_INTR_COOKIES),
    _in_force,
    _STATES,
    REBOOT,
)

HOT_PLUG_ON = Requirement(
    PCIE_HOT_PLUG,
    "PCIe hot plug is enabled in ESXi",
    _listed(PCIE_HOT_PLUG),
    partial(_switch, PCIE_HOT_PLUG, True),
    _STATES,
    ENABLE_HOT_PLUG,
)

PASSTHROUGH_ALLOWED = Requirement(
    PASSTHROUGH_OFF,
    "PCI passthrough is not disabled in ESXi",
    _listed(PASSTHROUGH_OFF),
    partial(_switch, PASSTHROUGH_OFF, False),
    _STATES,
    ENABLE_PASSTHROUGH,
)

INTERRUPTS = Requirement(
    "N6",
    "Posted interrupts may be off for VMs with hot plug",
    _listed(POSTED_INTERRUPTS),
    _posted_interrupts,
    (PASS, WARN, UNKNOWN),
)
