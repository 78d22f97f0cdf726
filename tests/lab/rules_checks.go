// Copyright: (c) 2026, directpath.nvme contributors
// GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
// SPDX-License-Identifier: GPL-3.0-or-later

package lab

import (
	"reflect"
	"strconv"
	"strings"

	"github.com/vmware/govmomi/vim25/types"
)

const (
	maxHotPlugDevices = 32  // L4
	maxHotPlugCPUs    = 128 // N5
	minLayoutHardware = 18  // the first hardware version with a choice of the motherboard layout
)

// The checks of the rules. Each is true when the rule is kept.

type configSpec = types.VirtualMachineConfigSpec

// powerOffFields are what can be set only while the VM is powered off.
var powerOffFields = map[string]func(*configSpec) bool{
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

func powerOffFieldsUnset(a *attempt) bool {
	for _, isSet := range powerOffFields {
		if isSet(a.spec) {
			return false
		}
	}
	return true
}

// layoutPossible: ACPI host bridges come with EFI firmware and hardware version 18 or later.
func layoutPossible(a *attempt) bool {
	if a.spec.MotherboardLayout != layoutACPI {
		return true
	}
	a.field = "configSpec.motherboardLayout"
	firmware, version := a.spec.Firmware, a.spec.Version
	if a.vm.Config != nil {
		setIfZero(&firmware, a.vm.Config.Firmware)
		setIfZero(&version, a.vm.Config.Version)
	}
	return firmware == firmwareEFI && hardwareVersion(version) >= minLayoutHardware
}

// hardwareVersion is the number of a version such as vmx-20, and 0 of anything else.
func hardwareVersion(version string) int {
	n, _ := strconv.Atoi(strings.TrimPrefix(version, "vmx-"))
	return n
}

func keysUnique(a *attempt) bool {
	seen := map[int32]bool{}
	for _, d := range a.adds {
		if seen[d.Key] {
			return false
		}
		seen[d.Key] = true
	}
	return true
}

func addsOne(a *attempt) bool {
	a.field = "unitNumber"
	return len(a.adds) == 1
}

func removesOne(a *attempt) bool { return len(a.removes) == 1 }

// nothingElse: the spec has one device change and no other field. changeVersion changes nothing: it is the client's
// guard against changes by others.
func nothingElse(a *attempt) bool {
	a.field = "configSpec.deviceChange"
	if len(a.spec.DeviceChange) != 1 {
		return false
	}
	value := reflect.ValueOf(a.spec).Elem()
	for i := range value.NumField() {
		name, _, _ := strings.Cut(value.Type().Field(i).Tag.Get("xml"), ",")
		if name != "" && name != "deviceChange" && name != "changeVersion" && !value.Field(i).IsZero() {
			a.field = "configSpec." + name
			return false
		}
	}
	return true
}

func hostKnowsHotPlug(a *attempt) bool { return a.host.hotPlug }
func hotPlugEnabled(a *attempt) bool   { return isTrue(a.vm.Config.FixedPassthruHotPlugEnabled) }
func hasFirmwareEFI(a *attempt) bool   { return a.vm.Config.Firmware == firmwareEFI }
func hasLayoutACPI(a *attempt) bool    { return a.vm.Config.Hardware.MotherboardLayout == layoutACPI }
func noIOMMU(a *attempt) bool          { return !isTrue(a.vm.Config.Flags.VvtdEnabled) }
func noMemoryHotPlug(a *attempt) bool  { return !isTrue(a.vm.Config.MemoryHotAddEnabled) }
func fewCPUs(a *attempt) bool          { return a.vm.Config.Hardware.NumCPU <= maxHotPlugCPUs }
func hasRoom(a *attempt) bool          { return len(a.attached) < maxHotPlugDevices }

func noCPUHotPlug(a *attempt) bool {
	return !isTrue(a.vm.Config.CpuHotAddEnabled) && !isTrue(a.vm.Config.CpuHotRemoveEnabled)
}

// memoryReserved: locked to the maximum, or a reservation that happens to equal the size.
func memoryReserved(a *attempt) bool {
	if len(a.devices()) == 0 || isTrue(a.vm.Config.MemoryReservationLockedToMax) {
		return true
	}
	memory := a.vm.Config.MemoryAllocation
	return memory != nil && memory.Reservation != nil && *memory.Reservation >= int64(a.vm.Config.Hardware.MemoryMB)
}

func noNestedHV(a *attempt) bool {
	return len(a.devices()) == 0 || !isTrue(a.vm.Config.NestedHVEnabled)
}

// noDynamicDevice: neither the VM nor the call has a device that the server picks by vendor and device.
func noDynamicDevice(a *attempt) bool {
	return a.every(append(a.attached, a.adds...), func(d *types.VirtualPCIPassthrough) bool {
		_, dynamic := d.Backing.(*types.VirtualPCIPassthroughDynamicBackingInfo)
		return !dynamic
	})
}

func hasDevice(a *attempt) bool {
	for _, d := range a.attached {
		if d.Key == a.removes[0].Key {
			return true
		}
	}
	return false
}

func onHost(a *attempt) bool {
	return a.every(a.devices(), func(d *types.VirtualPCIPassthrough) bool {
		_, ok := a.host.devices[backingOf(d).Id]
		return ok
	})
}

func isNVMe(a *attempt) bool {
	return a.every(a.devices(), func(d *types.VirtualPCIPassthrough) bool {
		return uint16(a.host.devices[backingOf(d).Id].ClassId) == classNVMe
	})
}

func passthroughActive(a *attempt) bool {
	return a.every(a.devices(), func(d *types.VirtualPCIPassthrough) bool { return a.host.active[backingOf(d).Id] })
}

// identityMatches: the backing names this host and the device that is really at the address. The device id is a hex
// string of the unsigned value: neither a decimal nor a negative number matches.
func identityMatches(a *attempt) bool {
	return a.every(a.devices(), func(d *types.VirtualPCIPassthrough) bool {
		backing := backingOf(d)
		device := a.host.devices[backing.Id]
		id, err := strconv.ParseUint(strings.TrimPrefix(strings.ToLower(backing.DeviceId), "0x"), 16, 16)
		return err == nil && uint16(id) == uint16(device.DeviceId) && backing.VendorId == device.VendorId &&
			strings.EqualFold(backing.SystemId, a.host.systemID)
	})
}

// notInUse: no running VM of the host has the device, and this VM does not have it already.
func notInUse(a *attempt) bool {
	return a.every(a.devices(), func(d *types.VirtualPCIPassthrough) bool {
		if a.host.inUse[backingOf(d).Id] {
			return false
		}
		for _, other := range a.attached {
			if other != d && backingOf(other).Id == backingOf(d).Id {
				return false
			}
		}
		return true
	})
}

func isTrue(b *bool) bool { return b != nil && *b }
