# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How a caller names a device."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ansible_collections.directpath.nvme.plugins.module_utils._errors import DirectPathError
from ansible_collections.directpath.nvme.plugins.module_utils._facts.pci import PciDevice, parse_address

_VENDOR_DEVICE = re.compile(r"^([0-9a-f]{4}):([0-9a-f]{4})$")


@dataclass(frozen=True)
class Selector:
    """Which devices are meant; every criterion that is given must match."""

    address: str | None = None
    name: str | None = None
    vendor_device: str | None = None

    def matches(self, address: str, name: str, vendor_device: str) -> bool:
        """Compare with one device's address, name and ``vvvv:dddd``."""
        actual = (address, name, vendor_device)
        wanted = (self.address, self.name, self.vendor_device)
        return all(want is None or want == have for want, have in zip(wanted, actual))

    def matches_device(self, device: PciDevice) -> bool:
        """Compare with a device of a host."""
        return self.matches(device.address, device.name, device.vendor_device)

    def describe(self) -> str:
        """For messages: ``address=0000:d9:00.0``."""
        return ", ".join(f"{key}={value}" for key, value in self.as_dict().items())

    def as_dict(self) -> dict[str, str]:
        """Only the criteria that were given."""
        criteria = {"address": self.address, "name": self.name, "vendor_device": self.vendor_device}
        return {key: value for key, value in criteria.items() if value is not None}


def parse_selectors(items: Sequence[Mapping[str, Any]]) -> list[Selector]:
    """Turn the ``devices`` argument into selectors, refusing what cannot match or is asked for twice."""
    selectors = [_parse_selector(item) for item in items]
    for index, selector in enumerate(selectors):
        if selector in selectors[:index]:
            raise DirectPathError(
                f"The device {selector.describe()} is asked for twice.",
                "invalid_selector",
                device=selector.address,
                remedy="Name every device once; to mean one of several alike devices, select it by address.",
            )
    return selectors


def _parse_selector(item: Mapping[str, Any]) -> Selector:
    vendor_device = item.get("vendor_device")
    if vendor_device is not None:
        vendor_device = vendor_device.strip().lower()
        if not _VENDOR_DEVICE.match(vendor_device):
            raise DirectPathError(
                f"'{item['vendor_device']}' is not a pair of PCI ids.",
                "invalid_selector",
                remedy="Write vendor:device as lspci -n does, four hex digits each, for example 144d:a80a.",
            )
    address, name = item.get("address"), item.get("name")
    if name is not None and not name.strip():
        raise DirectPathError(
            "The name of a device is empty.", "invalid_selector", remedy="Give its name, or leave the name out."
        )
    return Selector(
        address=parse_address(address) if address is not None else None,
        name=name,
        vendor_device=vendor_device,
    )
