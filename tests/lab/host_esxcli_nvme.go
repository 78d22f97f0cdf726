// Copyright: (c) 2026, directpath.nvme contributors
// GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
// SPDX-License-Identifier: GPL-3.0-or-later

package lab

import (
	"fmt"
	"strconv"

	"directpath.nvme/lab/esxcli"
)

// esxcli nvme device knows the devices that ESXi's own driver has.

// hasDriver: ESXi's own driver has the device.
func (d *pciDevice) hasDriver() bool { return d.isNVMe() && !d.active && !d.noAdapter }

// nvmeDeviceList is esxcli nvme device list.
func nvmeDeviceList(l *Lab, h *hostState, _ map[string]string) ([]esxcli.Row, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	var rows []esxcli.Row
	for _, d := range h.devices {
		if d.hasDriver() {
			rows = append(rows, esxcli.Row{d.adapter, "nvmeMgmt-n" + d.adapter[1:], "Online"})
		}
	}
	return rows, nil
}

// driven calls f for the device with the adapter that a command names.
func (l *Lab) driven(h *hostState, args map[string]string, f func(*pciDevice) esxcli.Row) ([]esxcli.Row, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, d := range h.devices {
		if d.hasDriver() && d.adapter == args["adapter"] {
			return []esxcli.Row{f(d)}, nil
		}
	}
	return nil, &esxcli.Refusal{Text: "Adapter not found."}
}

// nvmeDeviceGet is esxcli nvme device get -A adapter. Serial number and model have the widths of the NVMe standard.
func nvmeDeviceGet(l *Lab, h *hostState, args map[string]string) ([]esxcli.Row, error) {
	return l.driven(h, args, func(d *pciDevice) esxcli.Row {
		return esxcli.Row{
			strconv.Itoa(d.controller), fmt.Sprintf("%-8s", firmware), fmt.Sprintf("%-40s", d.kind.model), "1",
			fmt.Sprintf("0x%04x", d.kind.subVendor), fmt.Sprintf("0x%04x", d.kind.vendor), fmt.Sprintf("%-20s", d.serial),
			fmt.Sprintf("0x%x", d.blocks*diskBlock), "0x0",
		}
	})
}

// nvmeNamespaceList is esxcli nvme device namespace list -A adapter.
func nvmeNamespaceList(l *Lab, h *hostState, args map[string]string) ([]esxcli.Row, error) {
	return l.driven(h, args, func(d *pciDevice) esxcli.Row {
		return esxcli.Row{d.canonicalName(), "1", "Active"}
	})
}

// pciPassthruList is esxcli hardware pci pcipassthru list: the devices that are capable of it, as they are configured.
func pciPassthruList(l *Lab, h *hostState, _ map[string]string) ([]esxcli.Row, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	var rows []esxcli.Row
	for _, d := range h.devices {
		if d.capable {
			rows = append(rows, esxcli.Row{d.address, strconv.FormatBool(d.enabled)})
		}
	}
	return rows, nil
}
