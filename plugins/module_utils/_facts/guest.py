# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a guest tells of its drives, as plain data. Runs in guests: standard library only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from ansible_collections.directpath.nvme.plugins.module_utils._facts.use import Use


@dataclass(frozen=True)
class GuestProof:
    """What speaks for taking a drive from under a running guest.

    :param evidence: the result of guest_nvme_info, or None.
    :param unchecked: the operator's word that the guest does not use the drive; counts only without evidence.
    :param now: an aware time; the guest's clock is held against it.
    :param max_age: seconds that evidence is good for.
    """

    evidence: Mapping[str, Any] | None
    unchecked: bool
    now: datetime
    max_age: int

    @classmethod
    def of(cls, params: Mapping[str, Any], now: datetime) -> GuestProof:
        """From a module's arguments."""
        return cls(params["guest_evidence"], params["allow_guest_unchecked"], now, params["guest_evidence_max_age"])


@dataclass(frozen=True)
class VmDrive:
    """A passthrough device of a VM, as far as its guest can know it.

    :param slot: the VM's pciSlotNumber.
    :param serial: None where the host itself does not tell it.
    :param gone: the host no longer has it (V3), so that the guest should have it no more either.
    """

    vendor_device: str | None
    slot: int | None
    serial: str | None = None
    gone: bool = False

    @classmethod
    def from_dict(cls, facts: Mapping[str, Any]) -> VmDrive:
        """Of a device as results of modules show it."""
        # What is remembered may be wrong, and is held against what the guest says, not paired by it.
        serial = facts.get("serial") if facts.get("serial_from", "host") == "host" else None
        return cls(facts["vendor_device"], facts["pci_slot_number"], serial, bool(facts.get("gone")))


@dataclass(frozen=True)
class GuestDrive:
    """A drive as a guest has shown it.

    :param paths: of its block devices. :param size: bytes, of all of them; None where the guest does not tell.
    :param uses: who uses it. :param data: what is on it, used or not.
    """

    address: str
    vendor_device: str
    physical_slot: str | None
    serial: str | None
    paths: tuple[str, ...]
    lspci: str | None
    uses: tuple[Use, ...]
    data: tuple[Use, ...]
    size: int | None = None

    @classmethod
    def from_dict(cls, facts: Mapping[str, Any]) -> GuestDrive:
        """Of one of ``devices`` in the result of guest_nvme_info, or of what lspci alone has shown.

        :raises KeyError, TypeError, AttributeError: it is neither.
        """
        return cls(
            str(facts.get("address", "")),
            facts["vendor_device"].lower(),
            None if facts["physical_slot"] is None else str(facts["physical_slot"]),
            facts.get("serial"),
            tuple(str(item["path"]) for item in facts["namespaces"]),
            facts.get("lspci"),
            tuple(_use(item) for item in facts.get("in_use_by", ())),
            tuple(_use(item) for item in facts.get("data", ())),
            sum(int(item.get("size", 0)) for item in facts["namespaces"]) or None,
        )


@dataclass(frozen=True)
class GuestLook:
    """What guest_nvme_info answered.

    :param not_seen: what it could not look at.
    """

    gathered_at: datetime
    vm_uuid: str | None
    not_seen: tuple[str, ...]
    drives: tuple[GuestDrive, ...]

    @classmethod
    def from_dict(cls, facts: Mapping[str, Any]) -> GuestLook | None:
        """None if that is no answer of guest_nvme_info: what lacks a part may lack the part that matters."""
        try:
            gathered_at = datetime.fromisoformat(facts["gathered_at"])
            drives = tuple(GuestDrive.from_dict(item) for item in facts["devices"])
            used = all(isinstance(item["in_use_by"], (list, tuple)) for item in facts["devices"])
            seen = isinstance(facts["not_seen"], (list, tuple))
        except (AttributeError, KeyError, TypeError, ValueError):
            return None
        if gathered_at.tzinfo is None or not (used and seen):
            return None
        return cls(gathered_at, facts.get("vm_uuid"), tuple(str(item) for item in facts["not_seen"]), drives)


@dataclass(frozen=True)
class GuestKernel:
    """What hot plug needs of a guest's kernel (Q6, Q7).

    :param nvme: its NVMe driver is loaded or built in.
    :param pciehp: native PCIe hot plug serves a port. :param acpiphp: it has ACPI hot plug.
    """

    release: str
    nvme: bool
    pciehp: bool
    acpiphp: bool

    @classmethod
    def from_dict(cls, facts: Mapping[str, Any] | None) -> GuestKernel | None:
        """Of ``kernel`` in the result of guest_nvme_info; None where there is none.

        :raises KeyError, TypeError: it is none.
        """
        if not facts:
            return None
        has = [facts[name] for name in ("nvme", "pciehp", "acpiphp")]
        if not all(isinstance(item, bool) for item in has):
            raise TypeError("a kernel has something, or it has not")
        return cls(str(facts["release"]), *has)

    def describe(self) -> str:
        """``Its kernel is 6.1.0, pciehp yes, acpiphp no, NVMe driver yes``."""
        has = {"pciehp": self.pciehp, "acpiphp": self.acpiphp, "NVMe driver": self.nvme}
        return f"Its kernel is {self.release}, {', '.join(f'{name} {_YES[told]}' for name, told in has.items())}"


_YES = {True: "yes", False: "no"}


@dataclass(frozen=True)
class Namespace:
    """A block device of a drive.

    :param name: the kernel's name, ``nvme0n1``.
    :param size: bytes.
    :param partitions: kernel names, ``nvme0n1p1``.
    """

    name: str
    size: int
    partitions: tuple[str, ...]


@dataclass(frozen=True)
class GuestDevice:
    """One NVMe PCI device in the guest.

    :param address: in the guest, which is seldom the address on the host (V4).
    :param physical_slot: what lspci shows as Physical Slot; equals the VM's pciSlotNumber with native PCIe hot plug.
    :param driver: ``nvme``, ``vfio-pci``, or None if nothing has bound it.
    :param controllers: ``nvme0``; the character devices by which programs can reach the drive past its namespaces.
    """

    address: str
    vendor_device: str
    subsystem: str
    physical_slot: str | None
    driver: str | None
    model: str | None
    serial: str | None
    controllers: tuple[str, ...]
    namespaces: tuple[Namespace, ...]


def _use(facts: Mapping[str, Any]) -> Use:
    return Use(str(facts["kind"]), str(facts["name"]), facts.get("device"))
