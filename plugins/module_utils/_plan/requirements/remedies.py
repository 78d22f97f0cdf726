# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What operators are told to do about a requirement that is not met: every remedy once, as all languages know it."""

from __future__ import annotations

ASK_AGAIN = "Make the host readable (docs/least_privilege.md), then ask again."
ASK_VM_AGAIN = "Make the VM readable (docs/least_privilege.md), then ask again."
ASK_GUEST = "Give the inventory a connection to the guest, as root and with Python 3.9 or later."
RECONNECT = "Reconnect the host in vSphere, then ask again."

ATTEST_P1 = "Check how ESXi was installed, and attest P1 in nvme_hotplug_attested."
INSTALL = "Install ESXi to a disk of this host that holds nothing else."
SET_COOKIES = "Set maxIntrCookies to 4096 with directpath.nvme.host_boot_param, or run the role host_prepare."
SET_COOKIES_FIRST = "Configure maxIntrCookies first (P2), then reboot the host."
REBOOT = "Reboot the host with directpath.nvme.host_reboot, or run the role host_prepare."
REBOOT_FOR_DRIVE = (
    "Reboot the host with directpath.nvme.host_reboot, or run the role host_prepare. Both refuse where that would take "
    "a drive from whoever uses it: then take the change back with directpath.nvme.nvme_passthrough_toggle."
)
REBOOT_OR_TOGGLE = (
    "Reboot the host with directpath.nvme.host_reboot, which refuses to take a drive from whoever uses it. ESXi 8.0 "
    "Update 1 may call it pending for ever; then turn passthrough of the drive off and on again with "
    "directpath.nvme.nvme_passthrough_toggle."
)
TAKE_BACK = (
    "Do not reboot the host. Turn passthrough of these drives off again with directpath.nvme.nvme_passthrough_toggle, "
    "and correct the drives that the inventory names."
)
CHOOSE_DRIVE = (
    "Choose drives that nobody uses (objections of nvme_device_info), and name them in the inventory "
    "(host_prepare_devices): the role host_prepare turns passthrough on for these."
)
FREE_DRIVE = "Name another drive in the inventory, or free this one in vSphere first, if nobody needs its data there."
JOIN_DATACENTER = "Add the host to a datacenter: playbook join_host."
TOGGLE_ON = (
    "Turn passthrough of the drive on with directpath.nvme.nvme_passthrough_toggle, or run the role host_prepare."
)
FIND_DRIVE = "Put the drive into the host, or correct the drives that the inventory names."
NAME_BY_ADDRESS = (
    "Have serial numbers remembered while ESXi has its drives (host_drive_memory), or name the drive by its address."
)
ENABLE_HOT_PLUG = (
    "Ask the server's vendor first, as some have it turned off on purpose (HPE advisory a00121002en_us). Then set "
    "enablePCIEHotplug to TRUE with directpath.nvme.host_boot_param, and reboot the host."
)
ENABLE_PASSTHROUGH = "Set disablePciPassthrough to FALSE with directpath.nvme.host_boot_param, and reboot the host."
SWITCH_TO_UEFI = "Switch the server to UEFI and reinstall ESXi."
ATTEST_Q2 = "Check the server's firmware settings, and attest Q2 in nvme_hotplug_attested."
ATTEST_Q1 = "Check the vendor's documentation, and attest Q1 in nvme_hotplug_attested."
ATTEST_Q3 = "Check platform and drives against KB 2142307, and attest Q3 in nvme_hotplug_attested."
ATTEST_Q4 = "Check Broadcom's compatibility guide, and attest Q4 in nvme_hotplug_attested."
ATTEST_Q5 = "Check Broadcom's compatibility guide, and attest Q5 in nvme_hotplug_attested."
ATTEST_Q5_SURPRISE = (
    "Check Broadcom's compatibility guide and the vendor's rules for pulling drives, and attest Q5_surprise in "
    "nvme_hotplug_attested. Until then, pull no drive before it has left its VM (N7)."
)
NOT_CAPABLE = "Enable VT-d or AMD-Vi and ACS in the server's firmware, and check drives and slots against KB 2142307."
UPGRADE = "Upgrade vCenter and ESXi to 8.0 Update 1 or later."
ASK_VENDOR = "Ask the server's vendor whether the platform supports the feature (Q1), and check its firmware settings."
SET_THERE_TOO = "Set maxIntrCookies and passthrough there as well, or they are set back."
UPGRADE_U3G = "Upgrade ESXi to 8.0 Update 3g (build 24859861) or later; KB 409712."
READ_ACS = "Read KB 391460 before a drive of this host is planned on, and upgrade ESXi."
TURN_VMD_OFF = (
    "To pass single drives through, turn Intel VMD off in the server's firmware for their slots, while nothing needs "
    "their data. Check first whether the server needs VMD for surprise hot plug and drive LEDs (Q5)."
)
EXPECT_RESET = (
    "Hot-add and hot-remove one drive at a time, while its neighbours are idle, and ask the server's vendor whether "
    "the drive can be reset by itself."
)
PLAN_GROUP = "Plan for the whole group: passthrough takes and gives back all of these devices together."
LEAVE_MAINTENANCE = "Take the host out of maintenance mode in vSphere when whoever entered it has finished."
WAIT_FOR_TASKS = "Wait until they have ended, then start."

UPGRADE_HARDWARE = (
    "Upgrade its virtual hardware to version 18 or later in vSphere, after a backup; this cannot be undone."
)
PREPARE = "Run vm_hotplug_config on it."
PREPARE_FIRMWARE = "Run vm_hotplug_config with allow_firmware_change: true, best before a guest is installed."
PREPARE_UNSUPPORTED = "Run vm_hotplug_config with correct_unsupported: true."
REMOVE_DYNAMIC = "Remove its Dynamic DirectPath I/O devices in vSphere."
FEWER_CPUS = "Give it at most 128 vCPUs."
NO_FAULT_TOLERANCE = "Turn Fault Tolerance off for it in vSphere."
DELETE_SNAPSHOTS = "Delete its snapshots in vSphere."
RESUME = "Resume it in vSphere. To power it off instead discards what was in its memory."
ANSWER = "Answer the question in vSphere; until then the VM does nothing else."
BRING_VM_BACK = "Bring its host, its datastore and its files back, then ask again."

DEPLOY = "Deploy a VM from it, and name that one in the inventory."

MIGRATE = (
    "Correct the host that the inventory names and its drives; or take all drives out of the VM (role "
    "nvme_hot_remove), and only then migrate it to that host in vSphere: a drive does not go with it."
)
SPREAD = "Spread the drives over several VMs."
UPGRADE_FOR_MORE = (
    "Spread the drives over several VMs, or upgrade ESXi and its virtual hardware: later ones allow more."
)
NOT_HOT_PLUGGED = "Nothing to do, if it is meant: such devices are moved in vSphere while the VM is off."
SURPRISE_REMOVAL = "Run the playbook clean_pulled_drives: it verifies the loss and removes the entries."
CHOOSE_GUEST_ID = "Correct its guest OS in vSphere, or ask the guest itself: guest_nvme_info (Q6)."
PIN_DRS = "Set DRS to manual for this VM, or bind it to its host by a mandatory VM-Host rule."
NO_HA_RESTART = "Disable restarts by vSphere HA for this VM, or bind it to its host by a mandatory VM-Host rule."

LOAD_NVME = "Load the NVMe driver in the guest: modprobe nvme."
BOOT_WITH_PCIEHP = "Boot its kernel with pciehp, and without pcie_ports=compat."
PULL_NONE = "Boot its kernel with pciehp, and without pcie_ports=compat. Pull no drive before it has left its VM (N7)."
GIVE_PYTHON = "Give the guest Python 3.9 or later."
ASK_AS_ROOT = "Ask it as root: ansible_user: root, or ansible_become: true."
FIND_MISSING = "Playbook verify_hotplug says which drive the guest does not have; its kernel log may say why."
SHOW_MORE = "Make visible to root in the guest what could not be looked at."
LET_GO = "Unmount it, switch it off, or take it apart, in the guest; what was there comes back only with the drive."
REPAIR = "Repair the array or pool with another drive, or end the program, in the guest."

TAKE_OUT = "Put no data on it. Take it out of its VM (role nvme_hot_remove), and return it."
REPLACE_IN_TIME = "Have another drive at hand, and replace it in time (role nvme_replace)."
ASK_DRIVE = "Ask it as root in the guest itself (guest_nvme_info with health), or look at it with its maker's tools."
COOL = "See to the cooling of its bay."
