# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which devices of which hosts a toggle of passthrough means. No I/O."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from ansible_collections.directpath.nvme.plugins.module_utils._errors import DirectPathError
from ansible_collections.directpath.nvme.plugins.module_utils._facts.device import HostDevice, HostDevices
from ansible_collections.directpath.nvme.plugins.module_utils._facts.owners import Owners
from ansible_collections.directpath.nvme.plugins.module_utils._facts.selector import Selector
from ansible_collections.directpath.nvme.plugins.module_utils._plan.plan import Note, Obstacle, Plan
from ansible_collections.directpath.nvme.plugins.module_utils._plan.selection import (
    all_that_match,
    choose,
    drives_of,
    require_nvme,
)
from ansible_collections.directpath.nvme.plugins.module_utils._plan.selection_errors import (
    Scene,
    not_found,
    on_several_hosts,
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


@dataclass(frozen=True)
class _Answer:
    """What a selector means on one host: addresses, none perhaps, or why that cannot be said."""

    host: HostDevices
    matches: tuple[str, ...] = ()
    error: DirectPathError | None = None


def choose_devices(
    hosts: Sequence[HostDevices],
    selectors: Sequence[Selector],
    enable: bool,
    expect_count: int | None = None,
    fail_on_missing: bool = False,
) -> Plan[HostToggle]:
    """Find on every host what is meant: one step a host, in its order.

    A host that lacks a device does not stop the others, unless that is asked for; a device that no host has does.
    Obstacles: ``not_nvme`` (L5), ``device_not_found``, ``device_unknown``, ``device_changed``, ``ambiguous_device``,
    ``unexpected_count``, ``not_capable`` (Q3).
    """
    answers = {selector: [_answer(host, selector) for host in hosts] for selector in selectors}
    errors = [error for selector in selectors for error in _in_the_way(selector, answers[selector])]
    toggles = [
        _toggle(host, {selector: answers[selector][number].matches for selector in selectors}, enable)
        for number, host in enumerate(hosts)
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


def _answer(host: HostDevices, selector: Selector) -> _Answer:
    try:
        require_nvme(host, selector)
        if not selector.exact:
            return _Answer(host, tuple(device.pci.address for device in all_that_match(host, selector)))
        found = choose(selector, drives_of(host, selector), Scene(host))
    except DirectPathError as error:
        return _Answer(host, error=error)
    return _Answer(host, (found.address,) if found else ())


def _in_the_way(selector: Selector, answers: Sequence[_Answer]) -> list[DirectPathError]:
    """Why it cannot be said which drives a selector means on all hosts together."""
    having = [answer.host for answer in answers if answer.matches]
    if selector.serial and len(having) > 1:
        return [on_several_hosts(selector, having)]
    errors = [answer.error for answer in answers if answer.error and not _settled(selector, answer.error, having)]
    return errors if errors or having else [not_found(selector, [answer.host for answer in answers])]


def _settled(selector: Selector, error: DirectPathError, having: Sequence[HostDevices]) -> bool:
    """Whether a host only lacks the device that another one has: there is one drive of a serial number."""
    if error.code == "device_unknown":
        return bool(selector.serial and having)
    return error.code == "device_changed" and bool(having)


def _toggle(host: HostDevices, found: Mapping[Selector, Sequence[str]], enable: bool) -> HostToggle:
    matches = tuple(dict.fromkeys(address for addresses in found.values() for address in addresses))
    writes = tuple(address for address in matches if host.devices[address].enabled != enable)
    awaited = [address for address in matches if enable and address not in writes and host.devices[address].pending]
    missing = tuple(selector for selector in found if not found[selector])
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
