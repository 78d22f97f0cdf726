# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""PCI addresses, ids and slots. No I/O; every form that vSphere, lspci and people use is understood here."""

from __future__ import annotations

import re
from dataclasses import dataclass

from ansible_collections.directpath.nvme.plugins.module_utils._errors import DirectPathError

NVME_CLASS = 0x0108
"""PCI class and subclass of a Non-Volatile memory controller (L5)."""

STORAGE_BASE_CLASS = 0x01
BRIDGE_BASE_CLASS = 0x06

_ADDRESS = re.compile(r"^(?:([0-9a-f]{4,8}):)?([0-9a-f]{2}):([01][0-9a-f])\.([0-7])$")
"""A segment has more than four digits where devices are behind Intel VMD: ``10000:e1:00.0``."""

ADDRESS_ON_HOST = re.compile(r"^[0-9a-f]{4,8}:[0-9a-f]{2}:[0-9a-f]{2}\.[0-7]$")
"""As hosts write it, and as all addresses are compared."""

_VMX_ADDRESS = re.compile(r"^([0-9]{5}):([0-9]{3}):([0-9]{2})\.([0-7])$")
"""``pciPassthru0.id`` of a VMX file: the same numbers, all decimal."""


@dataclass(frozen=True)
class PciDevice:
    """One PCI function of a host, HostPciDevice with unsigned ids.

    :param address: ``0000:d9:00.0`` (segment:bus:device.function, hex).
    :param class_id: class and subclass, 0x0108 for NVMe.
    """

    address: str
    name: str
    vendor_id: int
    device_id: int
    class_id: int

    @property
    def is_nvme(self) -> bool:
        """L5: only these may be hot-added."""
        return self.class_id == NVME_CLASS

    @property
    def is_storage(self) -> bool:
        """A storage controller of any kind, NVMe or not: a disk behind it may be the one that ESXi boots from."""
        return self.class_id >> 8 == STORAGE_BASE_CLASS

    @property
    def is_bridge(self) -> bool:
        """A bridge holds no data; it may share a passthrough group with a drive."""
        return self.class_id >> 8 == BRIDGE_BASE_CLASS

    @property
    def vendor_device(self) -> str:
        """``144d:a80a``, as lspci -n prints it."""
        return f"{self.vendor_id:04x}:{self.device_id:04x}"


_NO_SLOT = 0xFFFFFFFF
"""What esxcli says of a device that is in no slot; the API says -1."""


def slot_number(told: int | str | None) -> str | None:
    """A physical slot as text, ``5``. None for what is no slot, whoever told it."""
    text = str("" if told is None else told).strip()
    number = text.lstrip("0") or "0"
    # Python makes no number of very many digits.
    return number if text.isascii() and text.isdigit() and number != str(_NO_SLOT) else None


def is_number(value: object) -> bool:
    """Whether it is a whole number, as YAML makes of a slot. From an inventory it may have a type of Ansible's own."""
    return isinstance(value, int) and not isinstance(value, bool)


def unsigned16(value: int) -> int:
    """The API sends PCI ids as int16: 0xa80a arrives as -22518."""
    return value & 0xFFFF


def signed16(value: int) -> int:
    """A PCI id as the API wants it in a field of type short."""
    return value - 0x10000 if value & 0x8000 else value


def parse_hex_id(text: str) -> int:
    """A PCI id as ConfigTarget and VM backings spell it: ``a80a``, ``0xa80a``; never decimal."""
    return int(text, 16) & 0xFFFF


def format_hex_id(value: int) -> str:
    """A device id as a passthrough backing wants it: hex of the unsigned value, no prefix."""
    return f"{unsigned16(value):x}"


def parse_address(text: str) -> str:
    """Normalise ``D9:00.0`` or ``0000:d9:00.0`` to ``0000:d9:00.0``.

    :raises DirectPathError: ``invalid_selector``, for anything else, the decimal form of VMX files among it.
    """
    match = _ADDRESS.match(text.strip().lower())
    if match:
        return _written(*match.groups())
    example, hint = "0000:d9:00.0", ""
    vmx = _VMX_ADDRESS.match(text.strip())
    if vmx:
        segment, bus, device, function = (int(part) for part in vmx.groups())
        if bus <= 0xFF and device <= 0x1F:
            example = f"{segment:04x}:{bus:02x}:{device:02x}.{function}"
            hint = f" In a VMX file, where all numbers are decimal, it means {example}."
    raise DirectPathError(
        f"'{text}' is not a PCI address.{hint}",
        "invalid_selector",
        device=text,
        remedy="Write it as segment:bus:device.function in hex, in quotes as YAML takes some for numbers, "
        f'for example "{example}".',
    )


def _written(segment: str | None, bus: str, device: str, function: str) -> str:
    return f"{int(segment or '0', 16):04x}:{bus}:{device}.{function}"
