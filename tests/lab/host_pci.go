// Copyright: (c) 2026, directpath.nvme contributors
// GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
// SPDX-License-Identifier: GPL-3.0-or-later

package lab

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/vmware/govmomi/vim25/types"

	"directpath.nvme/lab/config"
	"directpath.nvme/lab/pci"
)

// PCI classes of the devices in the table below.
const (
	classRAID    = 0x0104
	classNetwork = 0x0200
	classISA     = 0x0601
	classBridge  = 0x0604
)

// use is what ESXi itself does with a device.
type use string

const (
	unused     use = ""
	useBoot    use = "boot"    // boot disk; with ESX-OSData and coredump unless these are on a disk of their own
	useOSData  use = "osdata"  // ESX-OSData and coredump
	useVMFS    use = "vmfs"    // extent of a VMFS datastore
	useVSAN    use = "vsan"    // cache or capacity disk of vSAN
	useUnknown use = "unknown" // a disk that the host does not describe

	// What is on a disk without being used by the host.
	useVMFSCopy   use = "vmfs_copy"  // a VMFS volume that is not mounted, because its label names another disk
	usePartitions use = "partitions" // partitions of another operating system
)

// pciDevice is a PCI device of a host. It belongs to a hostState.
type pciDevice struct {
	address    string
	kind       pciKind
	serial     string
	slot       int    // number on the chassis; 0 if the device is not in a slot
	slotText   string // the slot's description; empty: made from its number
	use        use
	capable    bool   // of passthrough
	enabled    bool   // passthrough is configured
	active     bool   // passthrough is in force: ESXi's own driver does not have the device
	dependent  string // the device that has to be released with it; itself, or a bridge
	reset      string // how it is reset; empty: see resetMethod
	label      string // HostPciPassthruInfo.hardwareLabel, set by clients
	adapter    string // vmhbaN, for NVMe devices
	datastore  string // name of the datastore, for useVMFS
	controller int    // number of the NVMe controller
	detached   bool   // the disk was detached by somebody
	noAdapter  bool   // no driver has taken the device
	noLED      bool   // see bay
	lit        bool   // the locator LED is on
	blocks     int64  // size of the disk in blocks, for NVMe devices
	sriov      bool   // capable of SR-IOV
}

// pciKind is what the identity of a device says about it.
type pciKind struct {
	vendor, device       uint16
	subVendor, subDevice uint16
	class                uint16
	vendorName, name     string
	className            string
	model                string // as the NVMe controller reports it
}

// id is the model as kinds has it.
func (k pciKind) id() string { return fmt.Sprintf("%04x:%04x", k.vendor, k.device) }

// kinds are the models of device that the lab has, by vendor:device.
var kinds = map[string]pciKind{
	"8086:a1c1": {0x8086, 0xa1c1, 0x1028, 0x0738, classISA, "Intel Corporation", "C621 Series Chipset LPC/eSPI Controller",
		"ISA bridge", ""},
	"8086:1572": {0x8086, 0x1572, 0x8086, 0x0000, classNetwork, "Intel Corporation",
		"Ethernet Controller X710 for 10GbE SFP+", "Ethernet controller", ""},
	"8086:2030": {0x8086, 0x2030, 0x0000, 0x0000, classBridge, "Intel Corporation", "Sky Lake-E PCI Express Root Port A",
		"PCI bridge", ""},
	"8086:28c0": {0x8086, 0x28c0, 0x8086, 0x0000, classRAID, "Intel Corporation", "Volume Management Device NVMe RAID Controller",
		"RAID bus controller", ""},
	"8086:0a54": {0x8086, 0x0a54, 0x8086, 0x4702, pci.ClassNVMe, "Intel Corporation", "NVMe Datacenter SSD DC P4510",
		"Non-Volatile memory controller", "INTEL SSDPE2KX020T8"},
	"144d:a80a": {0x144d, 0xa80a, 0x144d, 0xa801, pci.ClassNVMe, "Samsung Electronics Co Ltd", "NVMe SSD Controller PM9A3",
		"Non-Volatile memory controller", "SAMSUNG MZQL21T9HCJR-00A07"},
	"1344:51c3": {0x1344, 0x51c3, 0x1344, 0x2b00, pci.ClassNVMe, "Micron Technology Inc", "7450 PRO NVMe SSD",
		"Non-Volatile memory controller", "Micron_7450_MTFDKCC1T9TFR"},
	"1e0f:0011": {0x1e0f, 0x0011, 0x1e0f, 0x0001, pci.ClassNVMe, "KIOXIA Corporation", "NVMe SSD Controller CD6",
		"Non-Volatile memory controller", "KIOXIA KCD6XLUL1T92"},
}

// standardDevices is the table of what every host has besides its free NVMe devices (see README.md).
var standardDevices = []struct {
	address, kind string
	use           use
	dependent     string
}{
	{"0000:00:1f.0", "8086:a1c1", unused, ""},
	{"0000:17:00.0", "1344:51c3", useBoot, ""},
	{"0000:18:00.0", "8086:0a54", useVMFS, ""},
	{"0000:19:00.0", "8086:0a54", useVSAN, ""},
	{"0000:1a:00.0", "144d:a80a", useUnknown, ""},
	{"0000:3b:00.0", "8086:1572", unused, ""},
	{"0000:5d:00.0", "8086:2030", unused, ""},
	{"0000:5e:00.0", "1e0f:0011", unused, "0000:5d:00.0"},
	{"0000:5f:00.0", "8086:0a54", useVMFS, "0000:5d:00.0"},
}

// freeKinds are the models of the free NVMe devices, in order; two with the same name are next to each other.
var freeKinds = []string{"8086:0a54", "144d:a80a", "144d:a80a", "1e0f:0011", "1344:51c3", "8086:0a54"}

const (
	firstFreeBus = 0xd8
	maxFreeNVMe  = 0x100 - firstFreeBus + 0x80 // buses d8 to ff, then 60 to df of segment 1
)

// freeAddress is the address of the n-th free NVMe device, from 0.
func freeAddress(n int) string {
	if bus := firstFreeBus + n; bus <= 0xff {
		return fmt.Sprintf("0000:%02x:00.0", bus)
	}
	return fmt.Sprintf("0001:%02x:00.0", 0x60+n-(0x100-firstFreeBus))
}

// newDevices makes the devices of a host.
func newDevices(h *hostState) ([]*pciDevice, error) {
	if *h.cfg.FreeNVMe < 0 || *h.cfg.FreeNVMe > maxFreeNVMe {
		return nil, fmt.Errorf("free_nvme is %d, not from 0 to %d", *h.cfg.FreeNVMe, maxFreeNVMe)
	}
	var devices []*pciDevice
	for _, s := range standardDevices {
		if !*h.cfg.OwnNVMe && kinds[s.kind].class == pci.ClassNVMe {
			continue
		}
		d := h.newDevice(s.address, s.kind)
		d.use = s.use
		if s.dependent != "" {
			d.dependent = s.dependent
		}
		if s.use == useVMFS {
			d.datastore = shortName(h.name) + "-local"
			if s.dependent != "" {
				d.datastore += "-2"
			}
		}
		devices = append(devices, d)
	}
	for n := range *h.cfg.FreeNVMe {
		devices = append(devices, h.newDevice(freeAddress(n), freeKinds[n%len(freeKinds)]))
	}
	for _, address := range h.cfg.PassthroughEnabled {
		at := slices.IndexFunc(devices, func(d *pciDevice) bool { return d.address == address })
		if at < 0 || !devices[at].capable || devices[at].use != unused {
			return nil, fmt.Errorf("passthrough cannot be enabled on %q", address)
		}
		devices[at].enabled, devices[at].active = true, true
	}
	return devices, nil
}

// newDevice makes an unused device of a known model. It does not add it to the host.
func (h *hostState) newDevice(address, kind string) *pciDevice {
	d := &pciDevice{address: address, kind: kinds[kind], dependent: address}
	d.capable = d.kind.class == pci.ClassNVMe || d.kind.class == classNetwork
	if d.isNVMe() {
		_, bus, _, _ := pci.ParseAddress(address)
		d.serial = fmt.Sprintf("S%02d%02X", h.index, bus)
		h.lastController++
		d.controller = 256 + h.lastController
		d.adapter = fmt.Sprintf("vmhba%d", h.lastController)
		d.slot = h.lastController
		d.blocks = defaultBlocks
	}
	return d
}

// byHost: the host itself needs the device, and does not give it away.
func (u use) byHost() bool {
	return u != unused && u != useVMFSCopy && u != usePartitions
}

func (d *pciDevice) isNVMe() bool { return d.kind.class == pci.ClassNVMe }

// device finds a device of a host. Lab.mu must be held.
func (h *hostState) device(address string) *pciDevice {
	at := slices.IndexFunc(h.devices, func(d *pciDevice) bool { return d.address == address })
	if at < 0 {
		return nil
	}
	return h.devices[at]
}

// group lists the devices that are toggled together with d: those that depend on the same device. Lab.mu must be held.
func (h *hostState) group(d *pciDevice) []*pciDevice {
	var group []*pciDevice
	for _, other := range h.devices {
		if other.capable && other.dependent == d.dependent {
			group = append(group, other)
		}
	}
	return group
}

func sortDevices(devices []*pciDevice) {
	slices.SortFunc(devices, func(a, b *pciDevice) int { return cmp.Compare(a.address, b.address) })
}

// pciProperties are hardware.pciDevice and config.pciPassthruInfo. Lab.mu must be held.
func (h *hostState) pciProperties(api config.APIVersion) ([]types.HostPciDevice, []types.BaseHostPciPassthruInfo) {
	var hardware []types.HostPciDevice
	var passthru []types.BaseHostPciPassthruInfo
	for _, d := range h.devices {
		_, bus, slot, function := pci.ParseAddress(d.address)
		p := types.HostPciDevice{
			Id: d.address, Bus: byte(bus), Slot: byte(slot), Function: byte(function),
			ClassId: int16(d.kind.class), VendorId: int16(d.kind.vendor), DeviceId: int16(d.kind.device),
			SubVendorId: int16(d.kind.subVendor), SubDeviceId: int16(d.kind.subDevice),
			VendorName: d.kind.vendorName, DeviceName: d.kind.name,
		}
		if d.dependent != d.address {
			p.ParentBridge = d.dependent
		}
		if api.AtLeast("8.0.3.0") {
			p.DeviceClassName = d.kind.className
		}
		if api.AtLeast("9.0.0.0") && d.slot != 0 {
			p.PhysicalSlot, p.SlotDescription = int32(d.slot), d.slotDescription()
		}
		hardware = append(hardware, p)
		info := types.HostPciPassthruInfo{
			Id: d.address, DependentDevice: d.dependent, PassthruCapable: d.capable,
			PassthruEnabled: d.enabled, PassthruActive: d.active,
		}
		if api.AtLeast("7.0.2.0") {
			info.HardwareLabel = d.label
		}
		if d.sriov {
			passthru = append(passthru, &types.HostSriovInfo{HostPciPassthruInfo: info, SriovCapable: true,
				MaxVirtualFunctionSupported: maxVirtualFunctions})
		} else {
			passthru = append(passthru, &info)
		}
	}
	return hardware, passthru
}

// slotDescription is the text of the device's slot. The number can be -1 with the text of something that is no slot.
func (d *pciDevice) slotDescription() string {
	return cmp.Or(d.slotText, fmt.Sprintf("NVMe Bay %d", d.slot))
}

// maxVirtualFunctions is what every SR-IOV-capable device of the lab offers.
const maxVirtualFunctions = 8
