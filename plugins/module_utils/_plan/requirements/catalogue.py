# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Every documented requirement, what it says and how it is enforced; docs/requirements.md is made of it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Known:
    """A documented requirement.

    :param held: the product itself keeps it, so that nothing has to be met beforehand.
    """

    id: str
    title: str
    enforced: str
    held: bool = False

    def as_dict(self) -> dict[str, str]:
        """As reports show what is held."""
        return {"id": self.id, "title": self.title, "enforced": self.enforced}


_SURPRISE = (
    "vm_nvme_info and nvme_device_info list what is left behind as orphans; nvme_surprise_removal verifies the loss "
    "and cleans up by vm_pci_hotplug with lost_only; a rulebook (docs/events.md) runs it as soon as it happens"
)
_STATEFUL = (
    "host_prepare reads it: how ESXi booted, for a host that boots over the network its UserVars.ImageCachedSystem, "
    "and bootedFromStatelessCache. Where that does not tell, it takes the operator's word (nvme_hotplug_attested)"
)
_EVIDENCE = (
    "vm_pci_hotplug with state=absent, from a running VM only with the guest's evidence that it does not use the drive"
)
_IN_VM = (
    "read back by vm_pci_hotplug, and by hotplug_verify with vm_nvme_info, which holds VM and host against each other. "
    "Where nobody can tell whether a drive is in, the answer is unknown, which fails"
)
_GUEST = (
    "guest_nvme_info reports kernel, pciehp, acpiphp and the NVMe driver; hotplug_verify judges them (with acpiphp "
    "alone it warns, since not every VM plugs drives that way), and names Q6 when a drive does not show up. Which "
    "distributions are supported is the operator's to check, and to attest where the guest does not tell"
)
_IN_GUEST = (
    "hotplug_verify: the guest has just the drives of its VM, by sysfs, with its lspci line beside. "
    "hotplug_readiness counts them, and warns where a guest does not show all that takes"
)

CATALOGUE: dict[str, tuple[Known, ...]] = {
    "Capabilities": (
        Known(
            "C1", "Hot-add of an NVMe drive that was in the host when it booted", "vm_pci_hotplug with state=present"
        ),
        Known(
            "C2",
            "Hot-add of a drive inserted while the host runs",
            "nvme_drive_wait waits for it and shows it; nvme_new_drive takes it into a VM in one call",
        ),
        Known("C3", "Hot-remove through the API", _EVIDENCE),
        Known("C4", "Surprise removal: a drive in use is pulled out", _SURPRISE),
    ),
    "Preparation": (
        Known("P1", "ESXi is installed on disk, not stateless", _STATEFUL),
        Known(
            "P2",
            "VMkernel boot parameter maxIntrCookies is 4096. Default up to 8.0 U2b: 1024; from 8.0 U3: 4096, which is "
            "also the maximum",
            "host_boot_param, host_prepare",
        ),
        Known(
            "P3",
            "The host was rebooted, so that settings are in force",
            "host_reboot, host_prepare; pending is reported until then",
        ),
        Known("P4", "The host is in a datacenter", "host_prepare asserts it; join_host brings it about"),
        Known(
            "P5",
            "Passthrough is on for the drive, and in force",
            "nvme_passthrough_toggle; vm_pci_hotplug refuses otherwise",
        ),
        Known("P6", "The VM boots by UEFI", "vm_hotplug_config; vm_pci_hotplug refuses otherwise"),
        Known(
            "P7",
            "The VM has fixedPassthruHotPlugEnabled, all memory reserved, motherboardLayout acpiHostBridges, virtual "
            "hardware 18 or later",
            "as P6",
        ),
    ),
    "What hot plug excludes": (
        Known(
            "N1",
            "An IOMMU exposed to the guest",
            "refused; corrected by vm_hotplug_config with correct_unsupported",
        ),
        Known("N2", "CPU hot plug", "as N1"),
        Known("N3", "Memory hot plug", "as N1"),
        Known("N4", "Dynamic DirectPath I/O devices in the VM", "refused"),
        Known("N5", "More than 128 vCPUs", "refused"),
        Known("N6", "Interrupt posting may be off for such a VM", "a notice in hotplug_readiness_info"),
        Known(
            "N7",
            "There is no graceful physical removal: a drive leaves the VM through the API before it is pulled",
            "nvme_hot_remove and nvme_replace say so, and when it is safe",
            held=True,
        ),
        Known(
            "N8",
            "The vSphere Client cannot hot-add or hot-remove",
            "all goes through the API; no step is left to the client",
            held=True,
        ),
        Known(
            "N9",
            "What DirectPath I/O itself excludes: snapshots, suspend, vMotion, Fault Tolerance, nested virtualization",
            "nested virtualization, Fault Tolerance and suspended VMs refused, snapshots warned about",
        ),
    ),
    "Platform": (
        Known(
            "Q1",
            "The manufacturer supports the feature on this server",
            "cannot be read: the operator attests it",
        ),
        Known("Q2", "UEFI firmware on the host", "read from 8.0.2 on, else attested"),
        Known(
            "Q3",
            "The drive suits DirectPath I/O (KB 2142307)",
            "passthruCapable is required; the rest is attested",
        ),
        Known("Q4", "The server is certified for DirectPath I/O", "attested"),
        Known("Q5", "The server is certified for PCIe native hot plug", "attested"),
        Known("Q5_surprise", "The server is certified for PCIe native surprise hot plug", "attested"),
        Known("Q6", "The guest supports NVMe hot plug", _GUEST),
        Known("Q7", "The guest supports surprise removal", "as Q6"),
        Known(
            "Q8",
            "vCenter and ESXi 8.0 U1 or later",
            "refused before any write; fptHotplugSupported is honoured",
        ),
    ),
    "Limits": (
        Known("L1", "One drive hot-added per ReconfigVM call", "several drives become several calls", held=True),
        Known("L2", "One drive hot-removed per call", "as L1", held=True),
        Known("L3", "Nothing else changes in that call", "the call has nothing else", held=True),
        Known("L4", "At most 32 NVMe passthrough devices per VM", "refused"),
        Known("L5", "NVMe only: PCI class 0108", "refused"),
    ),
    "Verification": (
        Known("V1", "After a hot-add the VM's device list has the drive", _IN_VM, held=True),
        Known("V2", "After a hot-remove the VM's device list does not have the drive", "as V1", held=True),
        Known(
            "V3",
            "After a surprise removal neither the VM nor the host lists it",
            "nvme_surprise_removal; hotplug_verify reports what is left",
        ),
        Known("V4", "After a hot-add the guest sees the drive, whatever its address there", _IN_GUEST),
        Known(
            "V5",
            "After a hot-remove the guest does not see the drive",
            "hotplug_verify asks the guest, at the end of hot_remove_nvme",
            held=True,
        ),
        Known(
            "V6",
            "After a surprise removal the guest does not see the drive",
            "as V5, and nothing in the guest still uses what is gone (lost of guest_nvme_info)",
        ),
    ),
}
"""By heading."""


def held() -> list[dict[str, str]]:
    """What the product itself keeps, whatever hosts, VMs and guests are like."""
    return [item.as_dict() for group in CATALOGUE.values() for item in group if item.held]
