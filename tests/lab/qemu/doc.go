// Copyright: (c) 2026, directpath.nvme contributors
// GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
// SPDX-License-Identifier: GPL-3.0-or-later

// Package qemu runs the guest of one virtual machine: a real Linux kernel, in QEMU without KVM, that sees NVMe drives
// come and go.
//
// QEMU is talked to over two sockets that it inherits: QMP, its own protocol, plugs and unplugs devices; qtest, made
// for QEMU's own tests, reads and writes the registers of the emulated machine. The latter is how a drive is pulled out:
// QEMU has no command for a surprise removal, but its PCIe slots and its ACPI hot-plug controller do what their
// registers are told, by whom ever. So a guest that hangs loses its drive all the same.
//
// There are two ways in which a guest learns of a drive, and a [Machine] has one of them: [Native], PCIe hot plug as on
// real hardware (pciehp), and [ACPI] (acpiphp), QEMU's default for its q35 machine.
package qemu
