#!/usr/bin/python
# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: hotplug_readiness_info
short_description: Show whether ESXi hosts and VMs meet the requirements of NVMe hot plug
version_added: 0.1.0
description:
  - Judges hosts and virtual machines by the documented requirements, and by what is known to bite. Each verdict comes
    with its id, what was read and where, and what to do where it is not met.
  - The hosts are one, several or those of a cluster, or those of an inventory (O(hosts)) with its VMs (O(vms)). With
    an inventory, a host or VM that is not found, or not answered for, is a row with RV(hosts[].error), and never the
    failure of the others.
  - Also shows what a playbook needs to know before it puts a host into maintenance mode; whether it is in it, whether
    automation claims that (M(directpath.nvme.host_maintenance_claim)), and which running virtual machines pin the host.
  - What could not be read is V(unknown), with the privilege that is missing where one is; it is never V(pass).
  - A fleet of 100 hosts and 200 VMs takes a dozen calls, and esxcli on each host, three commands and one call that
    finds whom to ask. Hosts that vCenter has no contact with are not asked.
  - No guest is asked, and whether a host boots from a drive without another user, M(directpath.nvme.nvme_device_info)
    tells.
author:
  - directpath.nvme contributors (@directpath-nvme)
options:
  esxi_host_name:
    description:
      - One ESXi host, by name, MoID or inventory path.
      - Exactly one of O(esxi_host_name), O(esxi_host_names), O(cluster), or O(hosts) and O(vms), is required.
    type: str
  esxcli_timeout:
    description:
      - Seconds that esxcli on a host may take for one answer. A host that takes longer is not asked any more, and what
        it would have told is V(unknown).
      - Five hosts are asked at a time, so 50 that hang cost ten times as long.
    type: int
    default: 60
  attested:
    description:
      - Goes with O(esxi_host_name), O(esxi_host_names) and O(cluster).
      - Requirements that the operator vouches for, since no API tells (Q1, Q3, Q4, Q5) or the host does not (P1, Q2).
      - Each is a mapping of C(by), who vouches for it, C(date), since when, and if there is one C(reference), where
        that is written down.
      - What the host does tell is never overruled.
    type: dict
    suboptions:
      P1:
        description: ESXi is installed to disk (stateful).
        type: raw
      Q1:
        description: The server's vendor supports NVMe hot plug with DirectPath I/O.
        type: raw
      Q2:
        description: The host's firmware is UEFI.
        type: raw
      Q3:
        description: Platform and devices meet KB 2142307.
        type: raw
      Q4:
        description: The server is certified for VM DirectPath I/O.
        type: raw
      Q5:
        description: The server is certified for PCIe native hot plug.
        type: raw
      Q5_surprise:
        description: The server is certified for PCIe native surprise hot plug.
        type: raw
extends_documentation_fragment:
  - directpath.nvme.connection
  - directpath.nvme.hosts
  - directpath.nvme.fleet
attributes:
  check_mode:
    support: full
    description: Changes nothing in any mode.
  diff_mode:
    support: none
seealso:
  - module: directpath.nvme.hotplug_plan
  - module: directpath.nvme.nvme_device_info
  - module: directpath.nvme.host_boot_param
  - module: directpath.nvme.host_reboot
"""

EXAMPLES = r"""
- name: Judge the hosts of a cluster
  directpath.nvme.hotplug_readiness_info:
    cluster: cluster-a
    attested:
      Q1: {by: J. Doe, date: 2026-01-31, reference: ticket 4711}
      Q4: {by: J. Doe, date: 2026-01-31}
  register: readiness

- name: Show what is not met
  ansible.builtin.debug:
    msg: "{{ item.requirements | selectattr('status', 'eq', 'fail') | map(attribute='evidence') }}"
  loop: "{{ readiness.hosts }}"
  loop_control:
    label: "{{ item.host.name }}"

- name: Judge hosts and VMs of an inventory, whatever one of them lacks
  directpath.nvme.hotplug_readiness_info:
    hosts:
      - inventory_name: esxi-01
        esxi_host_name: esxi-01.example.com
        devices:
          - serial: S4X1
        attested:
          Q1: {by: J. Doe, date: 2026-01-31}
    vms:
      - inventory_name: db-01
        name: db-01
        esxi_host_name: esxi-01.example.com
        devices:
          - serial: S4X1
  register: readiness
"""

RETURN = r"""
hosts:
  description:
    - The hosts, in the order of the arguments; those of a cluster in vSphere's.
    - Of one that was not found, RV(hosts[].error) says why, and what would have been read is null.
  returned: success
  type: list
  elements: dict
  contains:
    inventory_name:
      description: What the inventory calls it; null if the host was not named with O(hosts).
      type: str
    host:
      description: The host.
      type: dict
      contains:
        name:
          description: Its name.
          type: str
        moid:
          description: Its managed object id.
          type: str
    version:
      description: Version of ESXi; null if the host was never asked.
      type: str
    build:
      description: Build of ESXi.
      type: str
    api_version:
      description: Version of the vSphere API that the host speaks.
      type: str
    datacenter:
      description: Name of the datacenter that the host is in; of its own one on a direct connection to ESXi.
      type: str
    connection_state:
      description: V(connected), V(disconnected) or V(notResponding); V(unknown) if it cannot be read.
      type: str
    in_maintenance_mode:
      description: Whether the host is in maintenance mode.
      type: bool
    maintenance_claim:
      description:
        - The mark that M(directpath.nvme.host_maintenance_claim) keeps.
        - Null if it cannot be read or holds something else, so that a maintenance mode may be anybody's. A warning says
          why.
      type: dict
      contains:
        claimed:
          description: Whether the host bears it.
          type: bool
        found:
          description: Whether it says that somebody else had entered the maintenance mode, which nobody is to leave.
          type: bool
        vms:
          description: The virtual machines that it lists, each with C(name) and C(moid).
          type: list
          elements: dict
        run:
          description: The run that has it, with C(id), C(by), C(since) and C(until); null if there is none or it does
            not say.
          type: dict
    pinned_by:
      description: Running virtual machines that would keep the host from entering maintenance mode.
      type: list
      elements: dict
      contains:
        name:
          description: Name of the virtual machine.
          type: str
        moid:
          description: Its managed object id.
          type: str
        reason:
          description: What keeps it on the host.
          type: str
    requirements:
      description: The verdicts, all of them, in the order of the documentation.
      type: list
      elements: dict
      contains:
        id:
          description:
            - Id of the requirement; a plain word for what is known to bite and has none. Several rows may share one.
          type: str
        title:
          description: What is required. No other row of the same host or virtual machine has it.
          type: str
        status:
          description:
            - V(pass) and V(fail) are read, V(warn) is worth knowing and stops nothing, V(unknown) could not be read.
            - V(attested) and V(not_attested) are the operator's word, never more. V(not_applicable) is what cannot be
              required here.
          type: str
        value:
          description: What was read, short; null if nothing could be read.
          type: str
        source:
          description: Where it was read.
          type: str
        evidence:
          description: What was seen.
          type: str
        evidence_template:
          description: RV(hosts[].requirements[].evidence) without its values, for those who translate it.
          type: str
        evidence_values:
          description: The values, by their names in the template.
          type: dict
        remedy:
          description: What to do; empty if there is nothing to do.
          type: str
        attested:
          description: Whose word it is (C(by), C(date), C(reference)); null if it is nobody's.
          type: dict
    capabilities:
      description: What the host can do, rolled up from the verdicts.
      type: list
      elements: dict
      contains:
        id:
          description: Id of the capability, V(C1) to V(C4).
          type: str
        title:
          description: What it is.
          type: str
        status:
          description:
            - V(pass), V(fail), V(unknown), V(not_attested) or V(attested). A warning does not lower it.
            - V(not_applicable) for C1, C3 and C4 of a host that has no NVMe drives.
          type: str
        lacking:
          description: Ids of the requirements that keep the host from it.
          type: list
          elements: str
    drives:
      description:
        - The NVMe drives of the host, as C(devices) of M(directpath.nvme.nvme_device_info) has them. Null if they could
          not be read.
        - Which disk the host boots from is not asked, so that a drive without another user may be it. C(held_by) says
          so.
      type: list
      elements: dict
    orphans:
      description: Entries of virtual machines whose drive the host has no more (V3), as C(orphans) of
        M(directpath.nvme.nvme_device_info) has them.
      type: list
      elements: dict
    error:
      description:
        - Why nothing is known of the host; null if it was read. All of its requirements are V(unknown) then.
        - Fields as those of RV(error), and C(message).
      type: dict
  sample:
    - inventory_name: esxi-01.lab
      host:
        name: esxi-01.lab
        moid: host-9
      version: 8.0.1
      build: "21495797"
      api_version: 8.0.1.0
      datacenter: DC0
      connection_state: connected
      in_maintenance_mode: false
      maintenance_claim:
        claimed: false
        found: false
        vms: []
        run: null
      pinned_by:
        - name: nvme-vm-01
          moid: vm-21
          reason: has a passthrough device, so DRS does not move it
      error: null
      requirements:
        - id: P3
          title: The host has been rebooted, so that maxIntrCookies is in force
          status: fail
          value: "1024"
          source: "esxcli system settings kernel list: maxIntrCookies"
          evidence: maxIntrCookies is 1024 in force, 4096 configured.
          evidence_template: "{name} is {runtime} in force, {configured} configured."
          evidence_values:
            name: maxIntrCookies
            runtime: "1024"
            configured: "4096"
          remedy: Reboot the host with directpath.nvme.host_reboot, or run the role host_prepare.
          attested: null
        - id: Q1
          title: The server's vendor supports NVMe hot plug with DirectPath I/O
          status: attested
          value: null
          source: attestation
          evidence: No API tells.
          evidence_template: No API tells.
          evidence_values: {}
          remedy: ""
          attested:
            by: J. Doe
            date: "2026-01-31"
            reference: ticket 4711
        - id: Q2
          title: The host's firmware is UEFI
          status: unknown
          value: null
          source: HostSystem.hardware.biosInfo.firmwareType
          evidence: The host does not tell its firmware type; vSphere does from 8.0 Update 2 on.
          evidence_template: The host does not tell its firmware type; vSphere does from 8.0 Update 2 on.
          evidence_values: {}
          remedy: Check the server's firmware settings, and attest Q2 in nvme_hotplug_attested.
          attested: null
      capabilities:
        - id: C1
          title: Hot-add of drives that were there when ESXi booted
          status: fail
          lacking:
            - P3
            - Q2
            - Q3
            - Q4
        - id: C2
          title: Hot-add of drives inserted while ESXi runs
          status: fail
          lacking:
            - P3
            - Q2
            - Q3
            - Q4
            - Q5
        - id: C3
          title: Hot-remove through the API
          status: fail
          lacking:
            - P3
            - Q2
            - Q3
            - Q4
        - id: C4
          title: Surprise removal of drives
          status: fail
          lacking:
            - P3
            - Q2
            - Q3
            - Q4
            - Q5_surprise
      drives:
        - address: 0000:d9:00.0
          name: NVMe SSD Controller PM9A3
          vendor_device: 144d:a80a
          serial: null
          serial_from: null
          slot: "8"
          slot_description: NVMe Bay 8
          hardware_label: null
          numa_node: 1
          model: null
          firmware: null
          capacity_bytes: null
          vmhba: null
          namespaces: null
          reset_method: Function reset
          owner: VM Passthru
          configured_owner: VM Passthru
          passthrough:
            capable: true
            enabled: true
            active: true
            pending: false
          held_by: []
          group:
            - 0000:d9:00.0
          objections:
            - VM nvme-vm-01 has it
          vm:
            name: nvme-vm-01
            moid: vm-21
            power_state: poweredOn
            key: 13000
            label: PCI device 0
            pci_slot_number: 64
      orphans: []
vms:
  description: The virtual machines of O(vms), in its order; empty if there are none.
  returned: success
  type: list
  elements: dict
  contains:
    inventory_name:
      description: What the inventory calls it.
      type: str
    vm:
      description: The virtual machine, with C(name), C(moid) and C(uuid); what is not known of it is null.
      type: dict
    host:
      description: The host that it is on, with C(name) and C(moid).
      type: dict
    power_state:
      description: V(poweredOn), V(poweredOff) or V(suspended); null if it was not found.
      type: str
    requirements:
      description: The verdicts, on the virtual machine first, then on where it is. Its guest is not asked.
      type: list
      elements: dict
      contains:
        id:
          description:
            - Id of the requirement; a plain word for what is known to bite and has none. Several rows may share one.
          type: str
        title:
          description: What is required. No other row of the same host or virtual machine has it.
          type: str
        status:
          description:
            - V(pass) and V(fail) are read, V(warn) is worth knowing and stops nothing, V(unknown) could not be read.
            - V(attested) and V(not_attested) are the operator's word, never more. V(not_applicable) is what cannot be
              required here.
          type: str
        value:
          description: What was read, short; null if nothing could be read.
          type: str
        source:
          description: Where it was read.
          type: str
        evidence:
          description: What was seen.
          type: str
        evidence_template:
          description: RV(vms[].requirements[].evidence) without its values, for those who translate it.
          type: str
        evidence_values:
          description: The values, by their names in the template.
          type: dict
        remedy:
          description: What to do; empty if there is nothing to do.
          type: str
        attested:
          description: Whose word it is (C(by), C(date), C(reference)); null if it is nobody's.
          type: dict
    drives:
      description: Its drives, as C(vms[].devices) and C(vms[].orphans) of M(directpath.nvme.vm_nvme_info) have them.
        Null if they could not be read.
      type: list
      elements: dict
    error:
      description:
        - Why nothing is known of the virtual machine; null if it was read. All of its requirements are V(unknown) then.
        - Fields as those of RV(error), and C(message).
      type: dict
  sample:
    - inventory_name: nvme-vm-01
      vm:
        name: nvme-vm-01
        moid: vm-21
        uuid: c39c882a-6756-579f-a52b-2f288453e713
      host:
        name: esxi-01.lab
        moid: host-9
      power_state: poweredOn
      error: null
      requirements:
        - id: N2
          title: No CPU hot plug
          status: fail
          value: cpuHotAddEnabled
          source: VirtualMachine.config.cpuHotAddEnabled; VirtualMachine.config.cpuHotRemoveEnabled
          evidence: CPU hot plug is enabled
          evidence_template: CPU hot plug is enabled
          evidence_values: {}
          remedy: "Run vm_hotplug_config with correct_unsupported: true."
          attested: null
        - id: max_devices
          title: No more passthrough devices than its host allows it
          status: pass
          value: 1 of 64
          source: "EnvironmentBrowser.QueryConfigOptionEx: numPCIPassthroughDevices.max"
          evidence: "its host allows it as many passthrough devices as the inventory wants: 1 of 64"
          evidence_template: "its host allows it as many passthrough devices as the inventory wants: {count}"
          evidence_values:
            count: 1 of 64
          remedy: ""
          attested: null
      drives:
        - address: 0000:d9:00.0
          name: NVMe SSD Controller PM9A3
          vendor_device: 144d:a80a
          serial: null
          serial_from: null
          slot: "8"
          slot_description: NVMe Bay 8
          hardware_label: null
          key: 13000
          label: PCI device 0
          pci_slot_number: 64
          dynamic: false
          in_vm: true
          on_host: true
error:
  description: What went wrong, for a rescue block or an event rule to match on.
  returned: failure
  type: dict
  contains:
    code:
      description:
        - A stable word, such as V(not_found) for a host that is not in the inventory, or V(invalid_argument) for a word
          that nobody gave, or that has no date. A host that does not answer is no failure.
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
    code: not_found
    requirement: null
    host: esxi-1.lab
    vm: null
    device: null
    fault: null
    remedy: Check its spelling, the host's MoID or inventory path, or datacenter; names are case-sensitive.
"""

from ansible_collections.directpath.nvme.plugins.module_utils._ansible.arguments import (
    HOSTS_OR_FLEET,
    attested_spec,
    fleet_spec,
    host_spec,
)
from ansible_collections.directpath.nvme.plugins.module_utils._ansible.run import run
from ansible_collections.directpath.nvme.plugins.module_utils._operations.hotplug_readiness_info import operate


def main() -> None:
    timeout = {"esxcli_timeout": {"type": "int", "default": 60}}
    run(operate, {**host_spec(), **attested_spec(), **fleet_spec(), **timeout}, any_api=True, **HOSTS_OR_FLEET)


if __name__ == "__main__":
    main()
