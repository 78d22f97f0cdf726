// Copyright: (c) 2026, directpath.nvme contributors
// GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
// SPDX-License-Identifier: GPL-3.0-or-later

package rules

import (
	"cmp"
	"reflect"
	"strconv"
	"strings"

	"github.com/vmware/govmomi/vim25/types"

	"directpath.nvme/lab/config"
	"directpath.nvme/lab/pci"
)

const (
	maxHotPlugDevices = 32  // L4
	maxHotPlugCPUs    = 128 // N5
	minLayoutHardware = 18  // the first hardware version with a choice of the motherboard layout
)

// The checks of the rules. Each is true when the rule is kept.

type configSpec = types.VirtualMachineConfigSpec

// PowerOffFields are what can be set only while the VM is powered off.
var PowerOffFields = map[string]func(*configSpec) bool{
	"firmware":                     func(s *configSpec) bool { return s.Firmware != "" },
	"motherboardLayout":            func(s *configSpec) bool { return s.MotherboardLayout != "" },
	"memoryReservationLockedToMax": func(s *configSpec) bool { return s.MemoryReservationLockedToMax != nil },
	"fixedPassthruHotPlugEnabled":  func(s *configSpec) bool { return s.FixedPassthruHotPlugEnabled != nil },
	"cpuHotAddEnabled":             func(s *configSpec) bool { return s.CpuHotAddEnabled != nil },
	"cpuHotRemoveEnabled":          func(s *configSpec) bool { return s.CpuHotRemoveEnabled != nil },
	"memoryHotAddEnabled":          func(s *configSpec) bool { return s.MemoryHotAddEnabled != nil },
	"nestedHVEnabled":              func(s *configSpec) bool { return s.NestedHVEnabled != nil },
	"flags.vvtdEnabled":            func(s *configSpec) bool { return s.Flags != nil && s.Flags.VvtdEnabled != nil },
}

func powerOffFieldsUnset(a *Attempt) bool {
	for _, isSet := range PowerOffFields {
		if isSet(a.Spec) {
			return false
		}
	}
	return true
}

// layoutPossible: ACPI host bridges come with EFI firmware and hardware version 18 or later.
func layoutPossible(a *Attempt) bool {
	if a.Spec.MotherboardLayout != config.LayoutACPI {
		return true
	}
	a.field = "configSpec.motherboardLayout"
	firmware, version := a.Spec.Firmware, a.Spec.Version
	if a.VM.Config != nil {
		firmware = cmp.Or(firmware, a.VM.Config.Firmware)
		version = cmp.Or(version, a.VM.Config.Version)
	}
	return firmware == config.FirmwareEFI && HardwareVersion(version) >= minLayoutHardware
}

// HardwareVersion is the number of a version such as vmx-20, and 0 of anything else.
func HardwareVersion(version string) int {
	n, _ := strconv.Atoi(strings.TrimPrefix(version, "vmx-"))
	return n
}

func keysUnique(a *Attempt) bool {
	seen := map[int32]bool{}
	for _, d := range a.Adds {
		if seen[d.Key] {
			return false
		}
		seen[d.Key] = true
	}
	return true
}

func addsOne(a *Attempt) bool {
	a.field = "unitNumber"
	return len(a.Adds) == 1
}

func removesOne(a *Attempt) bool { return len(a.Removes) == 1 }

// nothingElse: the spec has one device change and no other field. changeVersion changes nothing: it is the client's
// guard against changes by others.
func nothingElse(a *Attempt) bool {
	a.field = "configSpec.deviceChange"
	if len(a.Spec.DeviceChange) != 1 {
		return false
	}
	value := reflect.ValueOf(a.Spec).Elem()
	for i := range value.NumField() {
		name, _, _ := strings.Cut(value.Type().Field(i).Tag.Get("xml"), ",")
		if name != "" && name != "deviceChange" && name != "changeVersion" && !value.Field(i).IsZero() {
			a.field = "configSpec." + name
			return false
		}
	}
	return true
}

func hostKnowsHotPlug(a *Attempt) bool { return a.Host.HotPlug }
func hotPlugEnabled(a *Attempt) bool   { return IsTrue(a.VM.Config.FixedPassthruHotPlugEnabled) }
func hasFirmwareEFI(a *Attempt) bool   { return a.VM.Config.Firmware == config.FirmwareEFI }
func hasLayoutACPI(a *Attempt) bool {
	return a.VM.Config.Hardware.MotherboardLayout == config.LayoutACPI
}
func noIOMMU(a *Attempt) bool         { return !IsTrue(a.VM.Config.Flags.VvtdEnabled) }
func noMemoryHotPlug(a *Attempt) bool { return !IsTrue(a.VM.Config.MemoryHotAddEnabled) }
func fewCPUs(a *Attempt) bool         { return a.VM.Config.Hardware.NumCPU <= maxHotPlugCPUs }
func hasRoom(a *Attempt) bool         { return len(a.Attached) < maxHotPlugDevices }

func noCPUHotPlug(a *Attempt) bool {
	return !IsTrue(a.VM.Config.CpuHotAddEnabled) && !IsTrue(a.VM.Config.CpuHotRemoveEnabled)
}

// memoryReserved: locked to the maximum, or a reservation that happens to equal the size.
func memoryReserved(a *Attempt) bool {
	if len(a.devices()) == 0 || IsTrue(a.VM.Config.MemoryReservationLockedToMax) {
		return true
	}
	memory := a.VM.Config.MemoryAllocation
	return memory != nil && memory.Reservation != nil && *memory.Reservation >= int64(a.VM.Config.Hardware.MemoryMB)
}

func noNestedHV(a *Attempt) bool {
	return len(a.devices()) == 0 || !IsTrue(a.VM.Config.NestedHVEnabled)
}

// noDynamicDevice: neither the VM nor the call has a device that the server picks by vendor and device.
func noDynamicDevice(a *Attempt) bool {
	return a.every(append(a.Attached, a.Adds...), func(d *types.VirtualPCIPassthrough) bool {
		_, dynamic := d.Backing.(*types.VirtualPCIPassthroughDynamicBackingInfo)
		return !dynamic
	})
}

func hasDevice(a *Attempt) bool {
	for _, d := range a.Attached {
		if d.Key == a.Removes[0].Key {
			return true
		}
	}
	return false
}

func onHost(a *Attempt) bool {
	return a.every(a.devices(), func(d *types.VirtualPCIPassthrough) bool {
		_, ok := a.Host.Devices[pci.BackingOf(d).Id]
		return ok
	})
}

func isNVMe(a *Attempt) bool {
	return a.every(a.devices(), func(d *types.VirtualPCIPassthrough) bool {
		return uint16(a.Host.Devices[pci.BackingOf(d).Id].ClassId) == pci.ClassNVMe
	})
}

func passthroughActive(a *Attempt) bool {
	return a.every(a.devices(), func(d *types.VirtualPCIPassthrough) bool { return a.Host.Active[pci.BackingOf(d).Id] })
}

// identityMatches: the backing names this host and the device that is really at the address. The device id is a hex
// string of the unsigned value: neither a decimal nor a negative number matches.
func identityMatches(a *Attempt) bool {
	return a.every(a.devices(), func(d *types.VirtualPCIPassthrough) bool {
		backing := pci.BackingOf(d)
		device := a.Host.Devices[backing.Id]
		id, err := strconv.ParseUint(strings.TrimPrefix(strings.ToLower(backing.DeviceId), "0x"), 16, 16)
		return err == nil && uint16(id) == uint16(device.DeviceId) && backing.VendorId == device.VendorId &&
			strings.EqualFold(backing.SystemId, a.Host.SystemID)
	})
}

// notInUse: no running VM of the host has the device, and this VM does not have it already.
func notInUse(a *Attempt) bool {
	return a.every(a.devices(), func(d *types.VirtualPCIPassthrough) bool {
		if a.Host.InUse[pci.BackingOf(d).Id] {
			return false
		}
		for _, other := range a.Attached {
			if other != d && pci.BackingOf(other).Id == pci.BackingOf(d).Id {
				return false
			}
		}
		return true
	})
}

// IsTrue says whether an optional setting is there and true.
func IsTrue(b *bool) bool { return b != nil && *b }
