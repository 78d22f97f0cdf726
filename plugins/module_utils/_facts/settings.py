# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Settings of a host that come into force with a reboot, as plain data."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Union

_INTEGER_TYPE = re.compile(r"^(u?)int(8|16|32|64)$", re.IGNORECASE)

Value = Union[bool, int, str]


@dataclass(frozen=True)
class KernelSetting:
    """A row of ``esxcli system settings kernel list``, as text.

    :param type: ``Bool``, ``uint32``, ``String`` and so on.
    :param configured: the value of the next boot; empty for a setting that cannot be set.
    :param runtime: the value in force.
    """

    name: str
    type: str
    configured: str
    runtime: str
    default: str

    @classmethod
    def from_row(cls, row: Mapping[str, str]) -> KernelSetting:
        """From esxcli's field names."""
        return cls(row["Name"], row["Type"], row["Configured"], row["Runtime"], row["Default"])

    @property
    def pending(self) -> bool:
        """A reboot would change the value in force (P3). A setting that cannot be set is never pending."""
        return self.configured != "" and self.value_of(self.configured) != self.value_of(self.runtime)

    def value_of(self, text: str) -> Value:
        """A value of this setting's type from esxcli's text: TRUE/FALSE, decimal or 0x hex.

        :raises ValueError: the text is no value of the type.
        """
        if self.type.lower() == "bool":
            words = {"true": True, "false": False}
            if text.strip().lower() not in words:
                raise ValueError("TRUE or FALSE")
            return words[text.strip().lower()]
        integer = _INTEGER_TYPE.match(self.type)
        if not integer:
            return text
        unsigned, bits = integer.group(1) == "u", int(integer.group(2))
        low, high = (0, 2**bits - 1) if unsigned else (-(2 ** (bits - 1)), 2 ** (bits - 1) - 1)
        return whole_number(text, low, high)

    def as_dict(self) -> dict[str, str]:
        """As results show it."""
        return dict(vars(self))


def whole_number(text: str, low: int, high: int) -> int:
    try:
        number = int(text.strip(), 0)
    except ValueError:
        number = low - 1
    if not low <= number <= high:
        raise ValueError(f"a whole number from {low} to {high}")
    return number


@dataclass(frozen=True)
class BootSetting:
    """A setting of a host that comes into force with a reboot.

    :param kind: ``boot_param`` or ``passthrough``.
    :param name: name of the VMkernel setting, or PCI address of the device.
    :param pending: what is configured is not in force (P3, P5).
    """

    kind: str
    name: str
    configured: str
    runtime: str
    pending: bool

    def as_dict(self) -> dict[str, str]:
        """As results show what is pending."""
        return {"kind": self.kind, "name": self.name, "configured": self.configured, "runtime": self.runtime}


def of_kernel(setting: KernelSetting) -> BootSetting:
    """A VMkernel setting."""
    return BootSetting("boot_param", setting.name, setting.configured, setting.runtime, setting.pending)


def of_passthrough(address: str, enabled: bool, active: bool) -> BootSetting:
    """Passthrough of a device."""
    words = {True: "enabled", False: "disabled"}
    return BootSetting("passthrough", address, words[enabled], words[active], enabled != active)
