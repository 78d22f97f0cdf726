# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which devices of which hosts to toggle, and what forbids it. No I/O."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace

from ansible_collections.directpath.nvme.plugins.module_utils._errors import DirectPathError, combined
from ansible_collections.directpath.nvme.plugins.module_utils._facts.device import HostDevice, HostDevices
from ansible_collections.directpath.nvme.plugins.module_utils._facts.owners import Owners
from ansible_collections.directpath.nvme.plugins.module_utils._facts.selector import Selector
from ansible_collections.directpath.nvme.plugins.module_utils._facts.use import Use
from ansible_collections.directpath.nvme.plugins.module_utils._plan.plan import Note, Obstacle, Plan
from ansible_collections.directpath.nvme.plugins.module_utils._plan.selection import not_found, not_nvme
from ansible_collections.directpath.nvme.plugins.module_utils._plan.use_on_host import (
    describe,
    in_use,
    remedy_for,
    uses_by_vms,
    uses_lost_by_reboot,
    uses_of,
)


@dataclass(frozen=True)
class HostToggle:
    """One host: what is meant, what it lacks, and which addresses are to be written.

    :param awaited: addresses whose passthrough is to be on and is configured already, but not yet in force.
    :param owners: which of its VMs have its devices; read where something is to be judged.
    """

    host: HostDevices
    enable: bool
    matches: tuple[str, ...]
    missing: tuple[Selector, ...]
    writes: tuple[str, ...]
    awaited: tuple[str, ...]
    owners: Owners = field(default_factory=Owners)

    @property
    def judged(self) -> tuple[str, ...]:
        """Addresses whose users matter: nothing is to be judged on a host that is as wanted."""
        return (*self.writes, *self.awaited)

    @property
    def companions(self) -> tuple[str, ...]:
        """NVMe devices that nobody asked for, which change hands with those that are to be written."""
        written = [self.host.devices[address] for address in self.writes]
        groups = {other.pci.address: other.pci for device in written for other in self.host.group(device)}
        return tuple(address for address, pci in groups.items() if pci.is_nvme and address not in self.matches)

    def predict(self, apply_now: bool | None) -> HostDevices:
        """The host as it would be after the writes, for check mode."""
        at_once = self.host.rebinds_without_reboot and apply_now is not False
        devices = dict(self.host.devices)
        for address in self.writes:
            device = devices[address]
            devices[address] = replace(device, enabled=self.enable, active=self.enable if at_once else device.active)
        return replace(self.host, devices=devices)


def choose(
    hosts: Sequence[HostDevices],
    selectors: Sequence[Selector],
    enable: bool,
    expect_count: int | None = None,
    fail_on_missing: bool = False,
) -> Plan[HostToggle]:
    """Find on every host what is meant: one step a host, in its order.

    A host that lacks a device does not stop the others, unless that is asked for; a device that no host has does.
    Obstacles: ``not_nvme`` (L5), ``device_not_found``, ``unexpected_count``, ``not_capable`` (Q3).
    """
    toggles = [_toggle(host, selectors, enable) for host in hosts]
    errors = [error for host in hosts for selector in selectors if (error := not_nvme(host, selector))]
    errors += [
        not_found(selector, hosts) for selector in selectors if all(selector in toggle.missing for toggle in toggles)
    ]
    lacking = [toggle for toggle in toggles if toggle.missing]
    if lacking and fail_on_missing:
        errors.append(_lacking(lacking))
    for toggle in toggles:
        if expect_count is not None and len(toggle.matches) != expect_count:
            errors.append(_unexpected_count(toggle, expect_count))
        errors += [_not_capable(toggle.host, toggle.host.devices[address]) for address in _incapable(toggle)]
    notes = [Note("P5", f"Some hosts lack a device that was asked for: {_what_lacks(lacking)}.")] if lacking else []
    notes += [
        Note(
            "P5",
            f"On host {toggle.host.name}, {', '.join(toggle.companions)} changes hands with the devices that were "
            "asked for.",
        )
        for toggle in toggles
        if toggle.companions
    ]
    return Plan(tuple(toggles), tuple(notes), tuple(Obstacle(error) for error in errors))


def plan_passthrough(toggles: Sequence[HostToggle], allow_foreign_data: Collection[str] = ()) -> Plan[HostToggle]:
    """Judge what was chosen, with the users of its devices: the hosts to write are the steps.

    Obstacles: ``device_in_use``, ``foreign_data``; those of all hosts in one.

    :param allow_foreign_data: addresses of drives on which data that ESXi does not use may be lost.
    """
    errors: list[DirectPathError] = []
    notes: list[Note] = []
    for toggle in toggles:
        for address in toggle.judged:
            device = toggle.host.devices[address]
            uses = _uses_in_the_way(toggle, device)
            lost = [use for use in uses if use.kind == "foreign" and (use.device or address) in allow_foreign_data]
            left = [use for use in uses if use not in lost]
            if left:
                errors.append(in_use(toggle.host, device, left, _remedy(toggle, device, left)))
            elif lost:
                notes.append(_will_be_lost(toggle.host, device, lost))
    steps = tuple(toggle for toggle in toggles if toggle.writes)
    judged = [toggle for toggle in toggles if toggle.judged]
    return Plan(steps, tuple(notes), (Obstacle(combined(errors, len(judged))),) if errors else ())


def _uses_in_the_way(toggle: HostToggle, device: HostDevice) -> list[Use]:
    """Who would lose a device. The host's own use is no reason to keep passthrough on."""
    if not toggle.enable:
        return uses_by_vms(toggle.host, device, toggle.owners)
    if device.enabled:
        return uses_lost_by_reboot(toggle.host, device, toggle.owners)
    return uses_of(toggle.host, device, toggle.owners)


def _remedy(toggle: HostToggle, device: HostDevice, uses: Sequence[Use]) -> str:
    if not toggle.enable:
        return remedy_for(uses, "Remove it from the VM first (vm_pci_hotplug).")
    if device.enabled:
        return f"Disable its passthrough before host {toggle.host.name} is rebooted: the reboot takes it from its user."
    return remedy_for(uses)


def _toggle(host: HostDevices, selectors: Sequence[Selector], enable: bool) -> HostToggle:
    found = {selector: [device for device in host.select(selector) if device.pci.is_nvme] for selector in selectors}
    matches = tuple(dict.fromkeys(device.pci.address for devices in found.values() for device in devices))
    writes = tuple(address for address in matches if host.devices[address].enabled != enable)
    awaited = [address for address in matches if enable and address not in writes and host.devices[address].pending]
    missing = tuple(selector for selector in selectors if not host.select(selector))
    return HostToggle(host, enable, matches, missing, writes, tuple(awaited))


def _incapable(toggle: HostToggle) -> list[str]:
    return [address for address in toggle.writes if toggle.enable and not toggle.host.devices[address].capable]


def _what_lacks(lacking: Sequence[HostToggle]) -> str:
    return ", ".join(f"{item.host.name}: {'; '.join(s.describe() for s in item.missing)}" for item in lacking)


def _lacking(lacking: Sequence[HostToggle]) -> DirectPathError:
    texts = [f"{item.host.name} lacks {'; '.join(s.describe() for s in item.missing)}" for item in lacking]
    return DirectPathError(
        f"Not every host has every device: {', '.join(texts)}. Nothing was changed.",
        "device_not_found",
        host=lacking[0].host.name,
        device=lacking[0].missing[0].address,
        remedy="Correct the selectors, or set fail_on_missing to false.",
    )


def _unexpected_count(toggle: HostToggle, expected: int) -> DirectPathError:
    return DirectPathError(
        f"{len(toggle.matches)} devices of host {toggle.host.name} match, but expect_count is {expected}: "
        f"{', '.join(toggle.matches) or 'none'}. Nothing was changed.",
        "unexpected_count",
        host=toggle.host.name,
        remedy="Narrow the selectors, or correct expect_count.",
    )


def _not_capable(host: HostDevices, device: HostDevice) -> DirectPathError:
    return DirectPathError(
        f"Device {device.pci.address} ({device.pci.name}) of host {host.name} is not capable of passthrough. "
        "Nothing was changed.",
        "not_capable",
        requirement="Q3",
        host=host.name,
        device=device.pci.address,
        remedy="Check that the IOMMU (VT-d or AMD-Vi) is on in the host's firmware, and KB 2142307.",
    )


def _will_be_lost(host: HostDevices, device: HostDevice, uses: Sequence[Use]) -> Note:
    return Note(
        "P5",
        f"Device {device.pci.address} ({device.pci.name}) of host {host.name} is taken WITH THE DATA ON IT "
        f"(allow_foreign_data): {'; '.join(describe(use) for use in uses)}. Whoever gets the drive may overwrite it.",
    )
