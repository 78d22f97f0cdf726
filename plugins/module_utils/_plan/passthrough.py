# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Deciding which devices of which hosts to toggle. No I/O."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import List, Optional, Sequence, Tuple

from ansible_collections.directpath.nvme.plugins.module_utils._errors import DirectPathError
from ansible_collections.directpath.nvme.plugins.module_utils._host_devices import HostDevice, HostDevices
from ansible_collections.directpath.nvme.plugins.module_utils._pci import Selector


@dataclass(frozen=True)
class HostPlan:
    """One host: what is meant, what it lacks, and which addresses are to be written."""

    view: HostDevices
    matches: Tuple[str, ...]
    missing: Tuple[Selector, ...]
    writes: Tuple[str, ...]

    def predict(self, enable: bool, apply_now: Optional[bool]) -> HostDevices:
        """The host as it would be after the writes, for check mode."""
        at_once = self.view.rebinds_without_reboot if apply_now is None else apply_now
        devices = dict(self.view.devices)
        for address in self.writes:
            device = devices[address]
            devices[address] = replace(device, enabled=enable, active=enable if at_once else device.active)
        return replace(self.view, devices=devices)


def plan_passthrough(
    views: Sequence[HostDevices], selectors: Sequence[Selector], enable: bool, expect_count: Optional[int]
) -> List[HostPlan]:
    """Plan every host, or raise before any is touched.

    A host that lacks a device does not stop the others; a device that no host has is an error.

    :raises DirectPathError: ``not_nvme`` (L5), ``not_capable`` (Q3), ``device_not_found``, ``unexpected_count``.
    """
    plans = [_plan_host(view, selectors, enable) for view in views]
    for selector in selectors:
        if all(selector in plan.missing for plan in plans):
            raise not_found(selector, [plan.view for plan in plans])
    for plan in plans:
        if expect_count is not None and len(plan.matches) != expect_count:
            raise DirectPathError(
                f"{len(plan.matches)} devices of host {plan.view.host.name} match, but expect_count is "
                f"{expect_count}: {', '.join(plan.matches) or 'none'}. Nothing was changed.",
                "unexpected_count",
                host=plan.view.host.name,
                remedy="Narrow the selectors, or correct expect_count.",
            )
    return plans


def not_found(selector: Selector, views: Sequence[HostDevices]) -> DirectPathError:
    """The error for a device that is on none of the hosts, naming the NVMe devices that are."""
    names = ", ".join(view.host.name for view in views)
    devices = [f"{item.pci.address} {item.pci.name}" for view in views[:1] for item in view.nvme()]
    return DirectPathError(
        f"No device with {selector.describe()} is on {names}. "
        f"NVMe devices of {views[0].host.name}: {', '.join(devices) or 'none'}.",
        "device_not_found",
        host=views[0].host.name if len(views) == 1 else None,
        device=selector.address,
        remedy="Correct the selector. A drive inserted a moment ago may need a rescan of the host.",
    )


def _plan_host(view: HostDevices, selectors: Sequence[Selector], enable: bool) -> HostPlan:
    matches: List[str] = []
    missing: List[Selector] = []
    for selector in selectors:
        devices = _nvme_matches(view, selector)
        if not devices:
            missing.append(selector)
        matches += [device.pci.address for device in devices if device.pci.address not in matches]
    writes = [address for address in matches if view.devices[address].enabled != enable]
    for address in writes:
        if enable and not view.devices[address].capable:
            raise DirectPathError(
                f"Device {address} ({view.devices[address].pci.name}) of host {view.host.name} is not capable of "
                "passthrough. Nothing was changed.",
                "not_capable",
                requirement="Q3",
                host=view.host.name,
                device=address,
                remedy="Check that the IOMMU (VT-d or AMD-Vi) is on in the host's firmware, and KB 2142307.",
            )
    return HostPlan(view, tuple(matches), tuple(missing), tuple(writes))


def _nvme_matches(view: HostDevices, selector: Selector) -> List[HostDevice]:
    """A selector means NVMe devices only; one that names something else is a mistake worth stopping for (L5)."""
    found = view.select(selector)
    nvme = [device for device in found if device.pci.is_nvme]
    if found and not nvme:
        other = found[0].pci
        raise DirectPathError(
            f"Device {other.address} ({other.name}) of host {view.host.name} is no NVMe device: its PCI class is "
            f"{other.class_id:04x}, not 0108 (L5). Nothing was changed.",
            "not_nvme",
            requirement="L5",
            host=view.host.name,
            device=other.address,
            remedy="Only NVMe devices can be hot-added; correct the selector.",
        )
    return nvme
