# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What lies behind the words of a server that refuses a change of a VM, as far as anybody has published it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Hint:
    """The requirement that is behind a fault, and what to do about it."""

    requirement: str
    remedy: str


_SAVED = Hint(
    "P7",
    "The server tried to save and restore the VM instead of plugging the device, as it does where hot plug is not in "
    "force: run vm_hotplug_config on the VM (P7), power it off and on, then run the play again.",
)

_HINTS = {
    "msg.migrate.save.error": _SAVED,
    "msg.pciPassthru.noMigration": _SAVED,
    "msg.pciPassthru.noSuspend.postedInterrupts": _SAVED,
    "DeviceHotPlugNotSupported": Hint(
        "P7", "Prepare the VM with vm_hotplug_config (P6, P7), power it off and on, then run the play again."
    ),
    "sched.mem.min": Hint("P7", "Reserve all memory of the VM: run vm_hotplug_config on it (P7)."),
    "ACPI motherboard layout requires EFI": Hint(
        "P6", "Give the VM EFI firmware with vm_hotplug_config and allow_firmware_change: true (P6)."
    ),
    "is not a passthrough device": Hint(
        "P5", "Enable passthrough of the device on the host the VM is on (P5), or take its entry out of the VM."
    ),
    "systemId does not match": Hint(
        "P5", "The VM has an entry that was made for another host, or for another drive: take it out of the VM."
    ),
    "not supported on a virtual machine with a PCI passthrough device": Hint(
        "N9", "Turn off what the server names: vm_hotplug_config with correct_unsupported: true does (N9)."
    ),
    "register interrupt": Hint("P2", "Raise maxIntrCookies with host_boot_param, then reboot the host (P2, P3)."),
    "free interrupt number": Hint("P2", "Raise maxIntrCookies with host_boot_param, then reboot the host (P2, P3)."),
}
"""faultMessage keys, fault types and words as seen on real servers, the most telling first."""


def hint_of(said: str) -> Hint | None:
    """What is known of a fault.

    :param said: its type, texts and keys in one line.
    """
    return next((hint for words, hint in _HINTS.items() if words in said), None)


def residue_text(names: Sequence[str], said: str) -> str:
    """What a failed hot-add left in the VM's configuration, told apart from what an earlier one left.

    :param names: entries of the configuration that are not present: ``pciPassthru26``.
    """
    named = set(re.findall(r"pciPassthru\d+", said))
    own = [name for name in names if name in named]
    listed = ", ".join(f"{name}.present=FALSE" for name in own or names)
    if own:
        return f"It left {listed} in the VM's configuration; {_HARMLESS}."
    if names and not named:
        return f"The VM's configuration has {listed}, left by this or an earlier failed hot-add; {_HARMLESS}."
    return ""


_HARMLESS = "that does no harm, and vm_hotplug_config with clean_residue: true removes it"
