# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is known to bite on some hosts: builds, Intel VMD, how drives are reset, and what changes hands with them."""

from __future__ import annotations

from ansible_collections.directpath.nvme.plugins.module_utils._facts.device import HostDevices
from ansible_collections.directpath.nvme.plugins.module_utils._facts.host import Unreadable, version_tuple
from ansible_collections.directpath.nvme.plugins.module_utils._facts.pci import PciDevice
from ansible_collections.directpath.nvme.plugins.module_utils._facts.readiness import HostFacts
from ansible_collections.directpath.nvme.plugins.module_utils._plan.requirement import (
    NOT_APPLICABLE,
    PASS,
    UNKNOWN,
    WARN,
    Requirement,
    Seen,
    text,
)
from ansible_collections.directpath.nvme.plugins.module_utils._plan.requirements.host_devices import (
    devices_of,
    with_drives,
)
from ansible_collections.directpath.nvme.plugins.module_utils._plan.requirements.host_seen import unread
from ansible_collections.directpath.nvme.plugins.module_utils._plan.requirements.remedies import (
    ASK_AGAIN,
    EXPECT_RESET,
    PLAN_GROUP,
    READ_ACS,
    TURN_VMD_OFF,
    UPGRADE_U3G,
)

U3G_BUILD = 24859861
"""ESXi 8.0 Update 3g, from which on no device vanishes when its VM powers on (KB 409712)."""

VMD = frozenset({"8086:201d", "8086:28c0", "8086:9a0b", "8086:467f", "8086:a77f", "8086:7d0b", "8086:ad0b"})
"""Controllers of Intel VMD, behind which drives are no PCI devices of their own."""

_VMD_SEGMENT = 0x10000
"""From here on segments are those of a VMD controller: ``10000:e1:00.0``."""

_OWN_RESET = "function reset"
"""How esxcli calls a reset that takes the drive alone. All others are taken for ones that may reach further (a guess:
what ``Bridge reset``, ``Link reset`` and the like do to neighbours is not published)."""


def _builds(facts: HostFacts) -> Seen:
    if not facts.version or not facts.build or not facts.build.isdigit():
        return unread(facts, facts.why("config.product"))
    version, known = version_tuple(facts.version)[:3], {"version": facts.version, "build": facts.build}
    value = f"{facts.version} build {facts.build}"
    if version[:2] == (8, 0) and (version < (8, 0, 3) or int(facts.build) < U3G_BUILD):
        evidence = text(
            "ESXi is {version} build {build}: before 8.0 Update 3g a drive can vanish when its VM powers on.", **known
        )
        return Seen(WARN, evidence, value)
    view = devices_of(facts)
    if version == (8, 0, 3) and isinstance(view, Seen):
        return view
    refused = [] if isinstance(view, Seen) else [drive for drive in view.nvme() if not drive.capable]
    if version == (8, 0, 3) and refused:
        evidence = text(
            "ESXi is {version} build {build}, whose ACS check may be why {count} NVMe drives cannot be passed through.",
            count=len(refused),
            **known,
        )
        return Seen(WARN, evidence, value, READ_ACS)
    return Seen(PASS, text("Nothing is known to bite on ESXi {version} build {build}.", **known), value)


def _vmd(facts: HostFacts) -> Seen:
    view = devices_of(facts)
    if isinstance(view, Seen):
        return view
    found = [device.pci for device in view.devices.values() if _of_vmd(device.pci)]
    if not found:
        return Seen(PASS, text("The host shows no controller of Intel VMD."), "0")
    named = ", ".join(device.address for device in found)
    evidence = text(
        "Intel VMD is at work: {devices}. Drives behind it are no PCI devices of their own and cannot be passed "
        "through one by one; some servers need it for surprise hot plug and drive LEDs.",
        devices=named,
    )
    return Seen(WARN, evidence, named)


def _of_vmd(device: PciDevice) -> bool:
    return device.vendor_device in VMD or int(device.address.split(":")[0], 16) >= _VMD_SEGMENT


def _reset(facts: HostFacts, view: HostDevices) -> Seen:
    if isinstance(facts.listing, Unreadable):
        return unread(facts, facts.listing)
    rows = {drive.pci.address: facts.listing.get(drive.pci.address) for drive in view.nvme()}
    told = {address: row.reset_method if row else None for address, row in rows.items()}
    value = ", ".join(dict.fromkeys(sorted(method for method in told.values() if method))) or None
    wide = [f"{address} ({method})" for address, method in told.items() if method and method.lower() != _OWN_RESET]
    if wide:
        drives = ", ".join(wide)
        return Seen(WARN, text("A reset of these drives may reach others or the link: {drives}.", drives=drives), value)
    silent = [address for address, method in told.items() if not method]
    if silent:
        evidence = text("The host does not tell how these drives are reset: {drives}.", drives=", ".join(silent))
        return Seen(UNKNOWN, evidence, value, ASK_AGAIN)
    return Seen(PASS, text("All NVMe drives are reset alone (Function reset)."), value)


def _dependents(facts: HostFacts, view: HostDevices) -> Seen:
    """A bridge holds no data, so that a group of a drive and its bridge is none to speak of."""
    members = [[device.pci for device in view.group(drive)] for drive in view.nvme()]
    groups = dict.fromkeys(tuple(pci.address for pci in group if not pci.is_bridge) for group in members)
    named = "; ".join(" + ".join(group) for group in groups if len(group) > 1)
    if not named:
        return Seen(PASS, text("Each NVMe drive changes hands alone."), "0")
    return Seen(WARN, text("These devices change hands together: {groups}.", groups=named), named)


BUILDS = Requirement(
    "builds",
    "The build of ESXi is not known to lose drives",
    "HostSystem.config.product",
    _builds,
    (PASS, WARN, UNKNOWN),
    UPGRADE_U3G,
)

NO_VMD = Requirement(
    "vmd",
    "No drives are behind Intel VMD",
    "HostSystem.hardware.pciDevice",
    _vmd,
    (PASS, WARN, UNKNOWN),
    TURN_VMD_OFF,
)

RESET_METHOD = Requirement(
    "reset_method",
    "Each NVMe drive is reset alone",
    "esxcli hardware pci list: Reset Method",
    with_drives(_reset),
    (PASS, WARN, UNKNOWN, NOT_APPLICABLE),
    EXPECT_RESET,
)

DEPENDENTS = Requirement(
    "dependents",
    "Each NVMe drive is passed through alone",
    "HostSystem.config.pciPassthruInfo.dependentDevice",
    with_drives(_dependents),
    (PASS, WARN, UNKNOWN, NOT_APPLICABLE),
    PLAN_GROUP,
)
