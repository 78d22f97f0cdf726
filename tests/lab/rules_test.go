// Copyright: (c) 2026, directpath.nvme contributors
// GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
// SPDX-License-Identifier: GPL-3.0-or-later

package lab

import (
	"fmt"
	"regexp"
	"slices"
	"testing"

	"github.com/vmware/govmomi/vim25/types"
)

const (
	goodHost   = "esxi-good.lab" // knows hot plug
	oldHost    = "esxi-old.lab"  // says that it does not
	freeDevice = "0000:d8:00.0"  // passthrough in force, no VM has it
	nextDevice = "0000:d9:00.0"  // as well
	idleDevice = "0000:da:00.0"  // passthrough is off
	usedDevice = "0000:db:00.0"  // of a running VM
	coldDevice = "0000:dc:00.0"  // of a VM that is off
	networkNIC = "0000:3b:00.0"  // passthrough in force, not NVMe
	wrongText  = "hot-plug operation failed"
	startText  = "Module 'DevicePowerOn' power on failed."
)

// readyVM is a running VM that keeps every rule.
func readyVM(name string, changes ...func(*VMConfig)) VMConfig {
	v := VMConfig{
		Name: name, Host: goodHost, Power: powerOn, Firmware: firmwareEFI, Layout: layoutACPI, MemLocked: true,
		FptHotplug: true,
	}
	for _, change := range changes {
		change(&v)
	}
	return v
}

// refusal is an attempt that breaks one rule.
type refusal struct {
	name    string
	vm      func(*VMConfig) // what the VM lacks
	try     func(c *vmClient, vm string) error
	when    moment
	rule    string // requirement id
	message string // the rule's message, as it is filled in
	fault   string // type
	text    string // a part of the text that clients show
}

func nothing(*VMConfig) {}

func off(v *VMConfig) { v.Power = powerOff }

func offWith(address string, changes ...func(*VMConfig)) func(*VMConfig) {
	return func(v *VMConfig) {
		v.Power, v.Passthrough = powerOff, []string{address}
		for _, change := range changes {
			change(v)
		}
	}
}

// plug hot-adds the free device.
func plug(c *vmClient, vm string) error {
	return c.reconfigure(vm, add(c.device(goodHost, freeDevice)))
}

// plugged hot-adds a device after a change of the entry that a client would send.
func plugged(address string, change func(*types.VirtualPCIPassthrough)) func(*vmClient, string) error {
	return func(c *vmClient, vm string) error {
		d := c.device(goodHost, address)
		change(d)
		return c.reconfigure(vm, add(d))
	}
}

func unchanged(*types.VirtualPCIPassthrough) {}

// plugWith hot-adds the free device together with another change.
func plugWith(change func(*configSpec)) func(*vmClient, string) error {
	return func(c *vmClient, vm string) error {
		spec := add(c.device(goodHost, freeDevice))
		change(&spec)
		return c.reconfigure(vm, spec)
	}
}

func configure(spec configSpec) func(*vmClient, string) error {
	return func(c *vmClient, vm string) error { return c.reconfigure(vm, spec) }
}

func start(c *vmClient, vm string) error { return c.powerOn(vm) }

// startWith powers a VM on after its device's entry was replaced while it was off.
func startWith(change func(*types.VirtualPCIPassthrough)) func(*vmClient, string) error {
	return func(c *vmClient, vm string) error {
		d := c.device(goodHost, freeDevice)
		change(d)
		c.must(c.reconfigure(vm, add(d)))
		return c.powerOn(vm)
	}
}

func backing(change func(*types.VirtualPCIPassthroughDeviceBackingInfo)) func(*types.VirtualPCIPassthrough) {
	return func(d *types.VirtualPCIPassthrough) { change(backingOf(d)) }
}

func unplug(c *vmClient, vm string) error { return c.reconfigure(vm, remove(c.attached(vm)...)) }

func attachedDevices(addresses ...string) func(*VMConfig) {
	return func(v *VMConfig) { v.Passthrough = addresses }
}

const mismatch = "The systemId does not match the current system or the deviceId and vendorId do not match the " +
	"device currently at 216:0.0."

var (
	decimalID = backing(func(b *types.VirtualPCIPassthroughDeviceBackingInfo) { b.DeviceId = "2644" })
	signedID  = backing(func(b *types.VirtualPCIPassthroughDeviceBackingInfo) { b.DeviceId = "-57f6" })
	otherHost = backing(func(b *types.VirtualPCIPassthroughDeviceBackingInfo) { b.SystemId = hostUUID(oldHost) })
	otherMake = backing(func(b *types.VirtualPCIPassthroughDeviceBackingInfo) { b.VendorId = 0x144d })
	noDevice  = backing(func(b *types.VirtualPCIPassthroughDeviceBackingInfo) { b.Id = "0000:ff:1f.0" })
)

const (
	noFlag    = "Hot-plug of passthrough devices is not enabled for this virtual machine."
	noHotPlug = "The host does not support hot-plug of passthrough devices."
	noMemory  = "Invalid memory setting: memory reservation (sched.mem.min) should be equal to memsize(4096)."
	nested    = "Virtualization is not supported on a virtual machine with a PCI passthrough device."
	dynamic   = "The virtual machine has a Dynamic DirectPath I/O device."
	cpuPlug   = "CPU hot plug is enabled."
	isOn      = "The attempted operation cannot be performed in the current state (Powered on)."
	wrongArg  = "A specified parameter was not correct: "
	layout    = "configSpec.motherboardLayout"
)

var refusals = []refusal{
	{"two devices with one key", nothing,
		func(c *vmClient, vm string) error {
			return c.reconfigure(vm, add(c.device(goodHost, freeDevice), c.device(goodHost, nextDevice)))
		},
		onHotAdd, "L1", "Cannot add multiple devices using the same device key.", "InvalidDeviceSpec", "same device key"},
	{"two devices", nothing,
		func(c *vmClient, vm string) error {
			second := c.device(goodHost, nextDevice)
			second.Key = -2
			return c.reconfigure(vm, add(c.device(goodHost, freeDevice), second))
		},
		onHotAdd, "L1", wrongArg + "unitNumber", "InvalidArgument", "unitNumber"},
	{"two removals", attachedDevices("0000:dd:00.0", "0000:de:00.0"), unplug,
		onHotRemove, "L2", "Only one passthrough device can be removed in one operation.", "GenericVmConfigFault", wrongText},
	{"an add and a removal", attachedDevices("0000:df:00.0"),
		func(c *vmClient, vm string) error {
			spec := add(c.device(goodHost, freeDevice))
			spec.DeviceChange = append(spec.DeviceChange, remove(c.attached(vm)...).DeviceChange...)
			return c.reconfigure(vm, spec)
		},
		onHotAdd, "L3", wrongArg + "configSpec.deviceChange", "InvalidArgument", "deviceChange"},
	{"a removal and a change", attachedDevices("0000:e0:00.0"),
		func(c *vmClient, vm string) error {
			spec := remove(c.attached(vm)...)
			spec.Annotation = "along"
			return c.reconfigure(vm, spec)
		},
		onHotRemove, "L3", wrongArg + "configSpec.annotation", "InvalidArgument", "annotation"},
	{"an add and a change", nothing, plugWith(func(s *configSpec) { s.Annotation = "along" }),
		onHotAdd, "L3", wrongArg + "configSpec.annotation", "InvalidArgument", "annotation"},
	{"an add and a field that needs the VM off", nothing,
		plugWith(func(s *configSpec) { s.Firmware = firmwareEFI }),
		onHotAdd | onRunning, "P7", isOn, "InvalidPowerState", "current state (Powered on)"},

	{"an add on a host without hot plug", func(v *VMConfig) { v.Host = oldHost },
		func(c *vmClient, vm string) error { return c.reconfigure(vm, add(c.device(oldHost, freeDevice))) },
		onHotAdd, "Q8", noHotPlug, "DeviceHotPlugNotSupported", "does not support"},
	{"a removal on a host without hot plug",
		func(v *VMConfig) { v.Host, v.Passthrough = oldHost, []string{nextDevice} }, unplug,
		onHotRemove, "Q8", noHotPlug, "DeviceHotPlugNotSupported", "does not support"},
	{"an add without the hot-plug flag", func(v *VMConfig) { v.FptHotplug = false }, plug,
		onHotAdd, "P7", noFlag, "DeviceHotPlugNotSupported", "not enabled"},
	{"a removal without the hot-plug flag",
		func(v *VMConfig) { v.FptHotplug, v.Passthrough = false, []string{"0000:e1:00.0"} }, unplug,
		onHotRemove, "P7", noFlag, "DeviceHotPlugNotSupported", "not enabled"},
	{"BIOS", func(v *VMConfig) { v.Firmware = firmwareBIOS }, plug,
		onHotAdd, "P6", "The virtual machine does not boot with EFI firmware.", "GenericVmConfigFault", wrongText},
	{"the legacy layout", func(v *VMConfig) { v.Layout = layoutI440BX }, plug,
		onHotAdd, "P7", "The motherboard layout of the virtual machine is not acpiHostBridges.",
		"GenericVmConfigFault", wrongText},
	{"memory not reserved", func(v *VMConfig) { v.MemLocked, v.MemoryReservationMB = false, 4095 }, plug,
		onHotAdd, "P7", noMemory, "GenericVmConfigFault", wrongText},
	{"an IOMMU", func(v *VMConfig) { v.IOMMU = true }, plug,
		onHotAdd, "N1", "An IOMMU is exposed to the guest.", "GenericVmConfigFault", wrongText},
	{"CPU hot add", func(v *VMConfig) { v.CPUHotAdd = true }, plug,
		onHotAdd, "N2", cpuPlug, "GenericVmConfigFault", wrongText},
	{"CPU hot remove", func(v *VMConfig) { v.CPUHotRemove = true }, plug,
		onHotAdd, "N2", cpuPlug, "GenericVmConfigFault", wrongText},
	{"memory hot add", func(v *VMConfig) { v.MemoryHotAdd = true }, plug,
		onHotAdd, "N3", "Memory hot plug is enabled.", "GenericVmConfigFault", wrongText},
	{"a VM with a dynamic device", func(v *VMConfig) { v.DynamicDirectPath = true }, plug,
		onHotAdd, "N4", dynamic, "GenericVmConfigFault", wrongText},
	{"a dynamic device", nothing,
		plugged(freeDevice, func(d *types.VirtualPCIPassthrough) {
			d.Backing = &types.VirtualPCIPassthroughDynamicBackingInfo{}
		}),
		onHotAdd, "N4", dynamic, "GenericVmConfigFault", wrongText},
	{"129 CPUs", func(v *VMConfig) { v.NumCPU = 129 }, plug,
		onHotAdd, "N5", "The virtual machine has more than 128 virtual CPUs.", "GenericVmConfigFault", wrongText},
	{"nested virtualization", func(v *VMConfig) { v.NestedHV = true }, plug,
		onHotAdd, "N9", nested, "GenericVmConfigFault", wrongText},
	{"a 33rd device", attachedDevices(manyDevices(32)...), plug,
		onHotAdd, "L4", "The virtual machine has the most passthrough devices that can be hot-plugged (32) already.",
		"TooManyDevices", "(32)"},

	{"a removal of what is not there", nothing,
		func(c *vmClient, vm string) error {
			d := c.device(goodHost, freeDevice)
			d.Key = 13007
			return c.reconfigure(vm, remove(d))
		},
		onHotRemove, "C3", "Invalid configuration for device '0'.", "InvalidDeviceSpec", "Invalid configuration"},
	{"an address that the host lacks", nothing, plugged(freeDevice, noDevice),
		onHotAdd, "P5", "Device 255:31.0 is not a passthrough device.", "InvalidDeviceBacking", "255:31.0"},
	{"a network card", nothing, plugged(networkNIC, unchanged),
		onHotAdd, "L5", "Device 59:0.0 is not an NVMe device.", "DeviceHotPlugNotSupported", "not an NVMe"},
	{"passthrough not in force", nothing, plugged(idleDevice, unchanged),
		onHotAdd, "P5", "Device 218:0.0 is not a passthrough device.", "GenericVmConfigFault", wrongText},
	{"a decimal device id", nothing, plugged(freeDevice, decimalID),
		onHotAdd, "C1", mismatch, "GenericVmConfigFault", wrongText},
	{"a signed device id", nothing, plugged(freeDevice, signedID),
		onHotAdd, "C1", mismatch, "GenericVmConfigFault", wrongText},
	{"another host's id", nothing, plugged(freeDevice, otherHost),
		onHotAdd, "C1", mismatch, "GenericVmConfigFault", wrongText},
	{"another vendor", nothing, plugged(freeDevice, otherMake),
		onHotAdd, "C1", mismatch, "GenericVmConfigFault", wrongText},
	{"another VM's device", nothing, plugged(usedDevice, unchanged),
		onHotAdd, "C1", "The resource '0000:db:00.0' is in use.", "ResourceInUse", "in use"},
	{"its own device again", attachedDevices("0000:e2:00.0"), plugged("0000:e2:00.0", unchanged),
		onHotAdd, "C1", "The resource '0000:e2:00.0' is in use.", "ResourceInUse", "in use"},

	{"power-on with nested virtualization", offWith(freeDevice, func(v *VMConfig) { v.NestedHV = true }), start,
		onPowerOn, "N9", nested, "GenericVmConfigFault", "Virtualization is not supported"},
	{"power-on without the reservation", offWith(freeDevice, func(v *VMConfig) { v.MemLocked = false }), start,
		onPowerOn, "P7", noMemory, "GenericVmConfigFault", "memsize(4096)"},
	{"power-on with an address that the host lacks", off, startWith(noDevice),
		onPowerOn, "P5", "Device 255:31.0 is not a passthrough device.", "GenericVmConfigFault", startText},
	{"power-on with passthrough not in force", off,
		startWith(backing(func(b *types.VirtualPCIPassthroughDeviceBackingInfo) { b.Id = idleDevice })),
		onPowerOn, "P5", "Device 218:0.0 is not a passthrough device.", "GenericVmConfigFault", startText},
	{"power-on with a decimal device id", off, startWith(decimalID),
		onPowerOn, "C1", mismatch, "GenericVmConfigFault", startText},
	{"power-on with a running VM's device", offWith(usedDevice), start,
		onPowerOn, "C1", "Device 219:0.0 is already in use.", "GenericVmConfigFault", startText},

	{"ACPI host bridges without EFI",
		func(v *VMConfig) { v.Power, v.Firmware, v.Layout = powerOff, firmwareBIOS, layoutI440BX },
		configure(configSpec{MotherboardLayout: layoutACPI}),
		onReconfigure, "P7", wrongArg + layout, "InvalidArgument", "motherboardLayout"},
	{"ACPI host bridges on old virtual hardware",
		func(v *VMConfig) { v.Power, v.HWVersion, v.Layout = powerOff, "vmx-17", layoutI440BX },
		configure(configSpec{MotherboardLayout: layoutACPI}),
		onReconfigure, "P7", wrongArg + layout, "InvalidArgument", "motherboardLayout"},
	{"ACPI host bridges on creation without EFI", off,
		func(c *vmClient, vm string) error {
			return c.create(configSpec{
				Name: vm + " (new)", Firmware: firmwareBIOS, MotherboardLayout: layoutACPI,
			})
		},
		onCreate, "P7", wrongArg + layout, "InvalidArgument", "motherboardLayout"},
}

// manyDevices are free devices that no other VM of the tests has.
func manyDevices(n int) []string {
	var addresses []string
	for i := range n {
		addresses = append(addresses, freeAddress(11+i))
	}
	return addresses
}

func rulesLab(t *testing.T) *vmClient {
	t.Helper()
	many := 48
	hosts := []HostConfig{
		{Name: goodHost, Version: "8.0.3", FreeNVMe: &many,
			PassthroughEnabled: []string{freeDevice, nextDevice, networkNIC}},
		{Name: oldHost, Version: "8.0.3", FptHotplug: types.NewBool(false), PassthroughEnabled: []string{freeDevice}},
	}
	vms := []VMConfig{
		readyVM("ready"), readyVM("user", attachedDevices(usedDevice)), readyVM("sleeper", offWith(coldDevice)),
	}
	for _, r := range refusals {
		vms = append(vms, readyVM(r.name, r.vm))
	}
	return dial(t, Config{Hosts: hosts, VMs: vms})
}

func TestRulesRefuse(t *testing.T) {
	c := rulesLab(t)
	for _, r := range refusals {
		t.Run(r.name, func(t *testing.T) {
			c := c.in(t)
			before := c.config(r.name)
			fault := expectFault(t, r.try(c, r.name), r.fault, r.text)
			found := false
			for _, m := range fault.GetMethodFault().FaultMessage {
				found = found || m.Key == "lab."+r.rule && m.Message == r.message
			}
			if !found {
				t.Errorf("the fault does not say lab.%s %q: %+v", r.rule, r.message, fault.GetMethodFault().FaultMessage)
			}
			if r.when&onHotPlug != 0 {
				after := c.config(r.name)
				if len(after.Hardware.Device) != len(before.Hardware.Device) || after.Annotation != before.Annotation {
					t.Error("the refused change left something behind")
				}
			}
		})
	}
}

// Every row of the table has, for each of its moments, an attempt that breaks it.
func TestEveryRuleIsTested(t *testing.T) {
	for _, r := range rules {
		pattern := regexp.QuoteMeta(r.message)
		pattern = "^" + regexp.MustCompile(`\\\{\w+\\\}`).ReplaceAllString(pattern, ".+") + "$"
		for when := onCreate; when <= onPowerOn; when <<= 1 {
			tested := r.when&when == 0
			for _, x := range refusals {
				tested = tested || x.rule == r.id && x.when&when != 0 && regexp.MustCompile(pattern).MatchString(x.message)
			}
			if !tested {
				t.Errorf("no test breaks %s at moment %b: %s", r.id, when, r.message)
			}
		}
	}
}

// The other side: just within each limit, all of it is accepted.
func TestRulesAccept(t *testing.T) {
	c := rulesLab(t)
	c.must(plug(c, "ready"))
	if got := c.attached("ready"); len(got) != 1 || backingOf(got[0]).Id != freeDevice {
		t.Fatalf("after the hot-add the VM has %v", got)
	}
	// A VM that is off does not use its devices.
	c.must(plugged(coldDevice, unchanged)(c, "ready"))
	for _, d := range c.attached("ready") {
		c.must(c.reconfigure("ready", remove(d)))
	}
	if got := c.attached("ready"); len(got) != 0 {
		t.Fatalf("after the hot-remove the VM has %v", got)
	}
}

func TestLimitsAreInclusive(t *testing.T) {
	many := 48
	c := dial(t, Config{
		Hosts: []HostConfig{
			{Name: goodHost, Version: "8.0.3", FreeNVMe: &many, PassthroughEnabled: []string{freeDevice}},
		},
		VMs: []VMConfig{
			readyVM("128 CPUs", func(v *VMConfig) { v.NumCPU = 128 }),
			readyVM("31 devices", attachedDevices(manyDevices(31)...)),
			readyVM("a reservation of the whole memory", func(v *VMConfig) { v.MemLocked, v.MemoryReservationMB = false, 4096 }),
		},
	})
	for _, name := range []string{"128 CPUs", "31 devices", "a reservation of the whole memory"} {
		t.Run(name, func(t *testing.T) {
			c := c.in(t)
			before := len(c.attached(name))
			c.must(plug(c, name))
			devices := c.attached(name)
			if len(devices) != before+1 {
				t.Fatalf("%d devices, want %d", len(devices), before+1)
			}
			c.must(c.reconfigure(name, remove(devices[len(devices)-1])))
		})
	}
}

// Fields that need the VM off: refused alone too while it runs, accepted and readable when it is off.
func TestFieldsThatNeedTheVMOff(t *testing.T) {
	yes := types.NewBool(true)
	fields := map[string]struct {
		spec configSpec
		set  func(*types.VirtualMachineConfigInfo) bool
	}{
		"firmware": {configSpec{Firmware: firmwareEFI},
			func(c *types.VirtualMachineConfigInfo) bool { return c.Firmware == firmwareEFI }},
		"motherboardLayout": {configSpec{Firmware: firmwareEFI, MotherboardLayout: layoutACPI},
			func(c *types.VirtualMachineConfigInfo) bool { return c.Hardware.MotherboardLayout == layoutACPI }},
		"memoryReservationLockedToMax": {configSpec{MemoryReservationLockedToMax: yes},
			func(c *types.VirtualMachineConfigInfo) bool {
				return isTrue(c.MemoryReservationLockedToMax) && *c.MemoryAllocation.Reservation == int64(c.Hardware.MemoryMB)
			}},
		"fixedPassthruHotPlugEnabled": {configSpec{FixedPassthruHotPlugEnabled: yes},
			func(c *types.VirtualMachineConfigInfo) bool { return isTrue(c.FixedPassthruHotPlugEnabled) }},
		"cpuHotAddEnabled": {configSpec{CpuHotAddEnabled: yes},
			func(c *types.VirtualMachineConfigInfo) bool { return isTrue(c.CpuHotAddEnabled) }},
		"cpuHotRemoveEnabled": {configSpec{CpuHotRemoveEnabled: yes},
			func(c *types.VirtualMachineConfigInfo) bool { return isTrue(c.CpuHotRemoveEnabled) }},
		"memoryHotAddEnabled": {configSpec{MemoryHotAddEnabled: yes},
			func(c *types.VirtualMachineConfigInfo) bool { return isTrue(c.MemoryHotAddEnabled) }},
		"nestedHVEnabled": {configSpec{NestedHVEnabled: yes},
			func(c *types.VirtualMachineConfigInfo) bool { return isTrue(c.NestedHVEnabled) }},
		"flags.vvtdEnabled": {configSpec{Flags: &types.VirtualMachineFlagInfo{VvtdEnabled: yes}},
			func(c *types.VirtualMachineConfigInfo) bool { return isTrue(c.Flags.VvtdEnabled) }},
	}
	c := dial(t, Config{VMs: []VMConfig{{Name: "on", Power: powerOn}, {Name: "off"}}})
	for name := range powerOffFields {
		t.Run(name, func(t *testing.T) {
			c := c.in(t)
			field, ok := fields[name]
			if !ok {
				t.Fatal("no test for the field")
			}
			expectFault(t, c.reconfigure("on", field.spec), "InvalidPowerState", "current state (Powered on)")
			if field.set(c.config("on")) {
				t.Error("the refused change was made")
			}
			c.must(c.reconfigure("off", field.spec))
			if !field.set(c.config("off")) {
				t.Error("the change cannot be read back")
			}
		})
	}
}

// Where a device goes in a VM, as measured on 8.0.3.
func TestPlaces(t *testing.T) {
	six := []string{freeDevice, nextDevice, idleDevice, usedDevice, coldDevice, "0000:dd:00.0"}
	c := dial(t, Config{
		Hosts: []HostConfig{{Name: goodHost, Version: "8.0.3", PassthroughEnabled: six}},
		VMs:   []VMConfig{readyVM("vm")},
	})
	for _, address := range six {
		d := c.device(goodHost, address)
		d.Key, d.ControllerKey, d.UnitNumber = 4711, 1000, types.NewInt32(3) // what clients ask for does not matter
		c.must(c.reconfigure("vm", add(d)))
	}
	places := func() (got []string) {
		for _, d := range c.attached("vm") {
			slot := d.SlotInfo.(*types.VirtualDevicePciBusSlotInfo).PciSlotNumber
			got = append(got, fmt.Sprintf("%d %d %d %d", d.Key, d.ControllerKey, *d.UnitNumber, slot))
		}
		return got
	}
	want := []string{"13000 100 18 64", "13001 100 19 65", "13002 100 20 66", "13003 100 21 67", "13004 100 38 68",
		"13005 100 39 69"}
	if got := places(); !slices.Equal(got, want) {
		t.Errorf("places %v, want %v", got, want)
	}
	for i, d := range c.attached("vm") {
		if label := d.DeviceInfo.GetDescription().Label; label != fmt.Sprintf("PCI device %d", i) {
			t.Errorf("label %q of device %d", label, i)
		}
	}
	// A freed place is used again.
	c.must(c.reconfigure("vm", remove(c.attached("vm")[1])))
	c.must(c.reconfigure("vm", add(c.device(goodHost, nextDevice))))
	last := c.attached("vm")[5]
	if last.Key != 13001 || last.SlotInfo.(*types.VirtualDevicePciBusSlotInfo).PciSlotNumber != 65 {
		t.Errorf("the freed place was not used: %d", last.Key)
	}
}
