# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Passthrough of NVMe devices on hosts: read, guard, toggle, read back. The engine of nvme_passthrough_toggle."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from ansible_collections.directpath.nvme.plugins.module_utils._errors import DirectPathError
from ansible_collections.directpath.nvme.plugins.module_utils._facts.device import HostDevices
from ansible_collections.directpath.nvme.plugins.module_utils._facts.selector import Selector
from ansible_collections.directpath.nvme.plugins.module_utils._plan.selection import not_found, nvme_matches


def refuse_missing(plans: Sequence[HostPlan], fail_on_missing: bool) -> None:
    lacking = [plan for plan in plans if plan.missing]
    if fail_on_missing and lacking:
        texts = [f"{plan.view.host.name} lacks {'; '.join(s.describe() for s in plan.missing)}" for plan in lacking]
        raise DirectPathError(
            f"Not every host has every device: {', '.join(texts)}. Nothing was changed.",
            "device_not_found",
            host=lacking[0].view.host.name,
            device=lacking[0].missing[0].address,
            remedy="Correct the selectors, or set fail_on_missing to false.",
        )


@dataclass(frozen=True)
class HostPlan:
    """One host: what is meant, what it lacks, and which addresses are to be written.

    :param awaited: addresses whose passthrough is to be on and is configured already, but not yet in force.
    """

    view: HostDevices
    matches: tuple[str, ...]
    missing: tuple[Selector, ...]
    writes: tuple[str, ...]
    awaited: tuple[str, ...]

    @property
    def companions(self) -> tuple[str, ...]:
        """NVMe devices that nobody asked for, which change hands with those that are to be written."""
        written = [self.view.devices[address] for address in self.writes]
        groups = {other.pci.address: other.pci for device in written for other in self.view.group(device)}
        return tuple(address for address, pci in groups.items() if pci.is_nvme and address not in self.matches)

    def predict(self, enable: bool, apply_now: bool | None) -> HostDevices:
        """The host as it would be after the writes, for check mode."""
        at_once = self.view.rebinds_without_reboot and apply_now is not False
        devices = dict(self.view.devices)
        for address in self.writes:
            device = devices[address]
            devices[address] = replace(device, enabled=enable, active=enable if at_once else device.active)
        return replace(self.view, devices=devices)


def plan_passthrough(
    views: Sequence[HostDevices], selectors: Sequence[Selector], enable: bool, expect_count: int | None
) -> list[HostPlan]:
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


def _plan_host(view: HostDevices, selectors: Sequence[Selector], enable: bool) -> HostPlan:
    matches: list[str] = []
    missing: list[Selector] = []
    for selector in selectors:
        devices = nvme_matches(view, selector)
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
    awaited = [address for address in matches if enable and address not in writes and view.devices[address].pending]
    return HostPlan(view, tuple(matches), tuple(missing), tuple(writes), tuple(awaited))
