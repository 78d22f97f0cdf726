#!/usr/bin/python
# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: vm_hotplug_config
short_description: Prepare a virtual machine for hot plug of NVMe devices
version_added: 0.1.0
description:
  - Gives a virtual machine what hot plug of NVMe DirectPath I/O devices needs. That is EFI firmware (P6), the ACPI
    motherboard layout, a reservation of all guest memory and C(fixedPassthruHotPlugEnabled) (P7).
  - Refuses what is not supported together with it. That is an IOMMU exposed to the guest (N1), CPU hot plug (N2),
    memory hot plug (N3), Dynamic DirectPath I/O devices (N4), more than 128 vCPUs (N5), nested hardware virtualization
    and Fault Tolerance (N9). All that is wrong is named in one error.
  - Everything is judged before anything is changed, and read back after it was changed.
  - All of these settings can be changed only while the VM is powered off.
  - Firmware and layout are set in one call, the other settings in a second one after it.
author:
  - directpath.nvme contributors (@directpath-nvme)
options:
  allow_power_off:
    description:
      - Whether a running VM may be powered off, if something has to be changed. It is powered on again afterwards,
        also if the change fails.
      - Its guest is shut down through VMware Tools. Where no VMware Tools run, the power is cut.
      - With V(false) a running VM that has to be changed is an error which names the settings.
    type: bool
    default: false
  allow_firmware_change:
    description:
      - Whether the firmware may be changed to EFI and the motherboard layout to C(acpiHostBridges).
      - B(A guest that was installed with BIOS usually does not boot any more with EFI.) With another layout the network
        adapters and disks get other PCI addresses, so an installed guest may name them differently. It is best done
        before a guest is installed.
      - Needs virtual hardware version 18 or later. A VM of an older one is refused, and never upgraded.
    type: bool
    default: false
  clean_residue:
    description:
      - Whether to remove what failed hot-adds have left in the VM's configuration, as M(directpath.nvme.vm_nvme_info)
        finds it. That is entries C(pciPassthruN.present) that are FALSE, with a C(pciPassthruN.pciSlotNumber) of -1. An
        entry that a device of the VM has is never touched, and neither is any other option.
      - It is done in a call of its own, at last, and read back. The VM may run.
    type: bool
    default: false
  correct_unsupported:
    description:
      - Whether to turn off what is not supported and has a switch. That is the IOMMU (N1), CPU hot plug (N2), memory
        hot plug (N3) and nested hardware virtualization (N9).
      - With V(false) they are refused. Devices (N4), vCPUs (N5) and Fault Tolerance are refused always.
    type: bool
    default: false
  esxi_host_name:
    description:
      - The host that the desired state names, by name, managed object id or inventory path.
      - A virtual machine that is on another host is an error with the code V(wrong_host), before anything is changed.
        A drive is a drive of one host. On another host the same PCI address is another drive.
    type: str
  power_state:
    description:
      - V(powered_on) leaves the virtual machine running, on the host that it is on, wherever DRS would like it better.
      - V(unchanged) leaves its power as it was.
    type: str
    choices: [powered_on, unchanged]
    default: unchanged
  shutdown_timeout:
    description:
      - Seconds that the guest may take to shut down. After that the module fails and changes nothing. A guest that
        shuts down later than that is not started again.
    type: int
    default: 300
extends_documentation_fragment:
  - directpath.nvme.connection
  - directpath.nvme.vm
attributes:
  check_mode:
    support: full
    details: A VM that is not there yet, by O(name), counts as one that an earlier step of the playbook deploys.
  diff_mode:
    support: full
notes:
  - Snapshots are not supported with passthrough devices (N9). A VM that has some is prepared with a warning, because
    going back to one of them undoes the preparation.
  - With hot plug of passthrough devices vSphere may turn virtual interrupts (interrupt posting) off for the VM (N6).
seealso:
  - module: directpath.nvme.vm_pci_hotplug
"""

EXAMPLES = r"""
- name: Prepare a VM that has no guest yet
  directpath.nvme.vm_hotplug_config:
    name: nvme-vm-01
    allow_firmware_change: true

- name: Prepare a running VM that was installed with EFI, with a short downtime
  directpath.nvme.vm_hotplug_config:
    name: storage-07
    folder: DC0/vm/storage
    allow_power_off: true
    shutdown_timeout: 600

- name: Turn off CPU and memory hot plug as well
  directpath.nvme.vm_hotplug_config:
    moid: vm-42
    correct_unsupported: true
"""

RETURN = r"""
vm:
  description: The virtual machine. In check mode RV(vm.moid) is null for one that is yet to be deployed.
  returned: success, and failure while it was being changed
  type: dict
  contains:
    name:
      description: Its name.
      type: str
    moid:
      description: Its managed object id.
      type: str
    uuid:
      description: Its BIOS UUID, which its guest has as product UUID.
      type: str
  sample:
    name: nvme-vm-01
    moid: vm-31
    uuid: 265104de-1472-547c-b873-6dc7883fb6cb
host:
  description: The ESXi host that the VM is on; for a VM that is yet to be deployed, the one that is named.
  returned: success, and failure while it was being changed
  type: dict
  contains:
    name:
      description: Its name.
      type: str
    moid:
      description: Its managed object id.
      type: str
  sample:
    name: esxi-01.lab
    moid: host-9
power_state:
  description: C(poweredOn) or C(poweredOff), after the module.
  returned: success, and failure while it was being changed
  type: str
  sample: poweredOff
power_cycled:
  description: Whether the module powered the VM off, or in check mode would have.
  returned: success, and failure while it was being changed
  type: bool
  sample: false
settings:
  description:
    - What was changed, or in check mode would have been. Empty if the VM was fit before.
    - After a failure it tells the wanted settings with the values that they have then.
  returned: success, and failure while it was being changed
  type: list
  elements: dict
  contains:
    id:
      description: Id of the requirement behind it.
      type: str
    name:
      description: Name of the setting, as in the API's C(VirtualMachineConfigSpec).
      type: str
    before:
      description: Value before the module, null if the server did not tell one.
      type: raw
    after:
      description: Value after the module.
      type: raw
    needs_power_off:
      description: Whether it can be changed only while the VM is powered off.
      type: bool
  sample:
    - id: P6
      name: firmware
      before: bios
      after: efi
      needs_power_off: true
    - id: P7
      name: motherboardLayout
      before: i440bxHostBridge
      after: acpiHostBridges
      needs_power_off: true
    - id: P7
      name: memoryReservationLockedToMax
      before: false
      after: true
      needs_power_off: true
    - id: P7
      name: fixedPassthruHotPlugEnabled
      before: false
      after: true
      needs_power_off: true
residue:
  description:
    - What failed hot-adds had left in the configuration of the VM, and was removed, or in check mode would have been.
      Empty without O(clean_residue).
  returned: success, and failure while it was being changed
  type: list
  elements: dict
  contains:
    entry:
      description: Name of the entry.
      type: str
    options:
      description: What of it was in the configuration.
      type: dict
  sample:
    - entry: pciPassthru26
      options:
        pciPassthru26.present: "FALSE"
        pciPassthru26.pciSlotNumber: "-1"
findings:
  description: What to know besides. Every message is a warning of the task, too.
  returned: success, and failure while it was being changed
  type: list
  elements: dict
  contains:
    id:
      description: Id of the requirement that it is about, if any.
      type: str
    status:
      description: V(warning), or in check mode V(deferred) for what a real run needs by then.
      type: str
    message:
      description: The finding.
      type: str
  sample:
    - id: P6
      status: warning
      message: >-
        VM nvme-vm-01 changes from bios to efi firmware: a guest that is already installed usually does not boot any
        more.
    - id: P7
      status: warning
      message: >-
        VM nvme-vm-01 changes its motherboard layout: network adapters and disks get other PCI addresses, so an
        installed guest may name them differently.
error:
  description: What went wrong, for a rescue block or an event rule to match on.
  returned: failure
  type: dict
  contains:
    code:
      description:
        - A stable word. V(vm_rule_broken) stands for a VM that may not be, or cannot be, corrected, and
          V(power_off_not_allowed) for one that runs.
      type: str
    requirement:
      description: Id of the requirement behind it, if any.
      type: str
    host:
      description: Name of the host it is about, if it is about one.
      type: str
    vm:
      description: Name of the VM it is about, if it is about one.
      type: str
    device:
      description: PCI address of the device it is about, if it is about one.
      type: str
    fault:
      description: Type of the vSphere fault, if one was the cause.
      type: str
    remedy:
      description: What to do next.
      type: str
  sample:
    code: vm_rule_broken
    requirement: P6
    host: null
    vm: nvme-vm-01
    device: null
    fault: null
    remedy: "Run vm_hotplug_config with allow_firmware_change: true, best before a guest is installed."
"""

from ansible_collections.directpath.nvme.plugins.module_utils._ansible.arguments import VM_SELECTION, vm_spec
from ansible_collections.directpath.nvme.plugins.module_utils._ansible.run import run
from ansible_collections.directpath.nvme.plugins.module_utils._operations.vm_hotplug_config import operate


def main() -> None:
    run(
        operate,
        {
            **vm_spec(),
            "esxi_host_name": {"type": "str"},
            "power_state": {"type": "str", "choices": ["powered_on", "unchanged"], "default": "unchanged"},
            "allow_power_off": {"type": "bool", "default": False},
            "allow_firmware_change": {"type": "bool", "default": False},
            "clean_residue": {"type": "bool", "default": False},
            "correct_unsupported": {"type": "bool", "default": False},
            "shutdown_timeout": {"type": "int", "default": 300},
        },
        **VM_SELECTION,
    )


if __name__ == "__main__":
    main()
