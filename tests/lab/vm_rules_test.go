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

	"directpath.nvme/lab/config"
	"directpath.nvme/lab/pci"
	"directpath.nvme/lab/rules"
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
func readyVM(name string, changes ...func(*config.VM)) config.VM {
	v := config.VM{
		Name: name, Host: goodHost, Power: config.PoweredOn, Firmware: config.FirmwareEFI, Layout: config.LayoutACPI, MemLocked: true,
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
	vm      func(*config.VM) // what the VM lacks
	try     func(c *vmClient, vm string) error
	when    rules.Moment
	rule    string // requirement id
	message string // the rule's message, as it is filled in
	fault   string // type
	text    string // a part of the text that clients show
}

func nothing(*config.VM) {}

func off(v *config.VM) { v.Power = config.PoweredOff }

func offWith(address string, changes ...func(*config.VM)) func(*config.VM) {
	return func(v *config.VM) {
		v.Power, v.Passthrough = config.PoweredOff, []string{address}
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
func plugWith(change func(*types.VirtualMachineConfigSpec)) func(*vmClient, string) error {
	return func(c *vmClient, vm string) error {
		spec := add(c.device(goodHost, freeDevice))
		change(&spec)
		return c.reconfigure(vm, spec)
	}
}

func configure(spec types.VirtualMachineConfigSpec) func(*vmClient, string) error {
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
	return func(d *types.VirtualPCIPassthrough) { change(pci.BackingOf(d)) }
}

func unplug(c *vmClient, vm string) error { return c.reconfigure(vm, remove(c.attached(vm)...)) }

func attachedDevices(addresses ...string) func(*config.VM) {
	return func(v *config.VM) { v.Passthrough = addresses }
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
		rules.OnHotAdd, "L1", "Cannot add multiple devices using the same device key.", "InvalidDeviceSpec", "same device key"},
	{"two devices", nothing,
		func(c *vmClient, vm string) error {
			second := c.device(goodHost, nextDevice)
			second.Key = -2
			return c.reconfigure(vm, add(c.device(goodHost, freeDevice), second))
		},
		rules.OnHotAdd, "L1", wrongArg + "unitNumber", "InvalidArgument", "unitNumber"},
	{"two removals", attachedDevices("0000:dd:00.0", "0000:de:00.0"), unplug,
		rules.OnHotRemove, "L2", "Only one passthrough device can be removed in one operation.", "GenericVmConfigFault", wrongText},
	{"an add and a removal", attachedDevices("0000:df:00.0"),
		func(c *vmClient, vm string) error {
			spec := add(c.device(goodHost, freeDevice))
			spec.DeviceChange = append(spec.DeviceChange, remove(c.attached(vm)...).DeviceChange...)
			return c.reconfigure(vm, spec)
		},
		rules.OnHotAdd, "L3", wrongArg + "configSpec.deviceChange", "InvalidArgument", "deviceChange"},
	{"a removal and a change", attachedDevices("0000:e0:00.0"),
		func(c *vmClient, vm string) error {
			spec := remove(c.attached(vm)...)
			spec.Annotation = "along"
			return c.reconfigure(vm, spec)
		},
		rules.OnHotRemove, "L3", wrongArg + "configSpec.annotation", "InvalidArgument", "annotation"},
	{"an add and a change", nothing, plugWith(func(s *types.VirtualMachineConfigSpec) { s.Annotation = "along" }),
		rules.OnHotAdd, "L3", wrongArg + "configSpec.annotation", "InvalidArgument", "annotation"},
	{"an add and a field that needs the VM off", nothing,
		plugWith(func(s *types.VirtualMachineConfigSpec) { s.Firmware = config.FirmwareEFI }),
		rules.OnHotAdd | rules.OnRunning, "P7", isOn, "InvalidPowerState", "current state (Powered on)"},

	{"an add on a host without hot plug", func(v *config.VM) { v.Host = oldHost },
		func(c *vmClient, vm string) error { return c.reconfigure(vm, add(c.device(oldHost, freeDevice))) },
		rules.OnHotAdd, "Q8", noHotPlug, "DeviceHotPlugNotSupported", "does not support"},
	{"a removal on a host without hot plug",
		func(v *config.VM) { v.Host, v.Passthrough = oldHost, []string{nextDevice} }, unplug,
		rules.OnHotRemove, "Q8", noHotPlug, "DeviceHotPlugNotSupported", "does not support"},
	{"an add without the hot-plug flag", func(v *config.VM) { v.FptHotplug = false }, plug,
		rules.OnHotAdd, "P7", noFlag, "DeviceHotPlugNotSupported", "not enabled"},
	{"a removal without the hot-plug flag",
		func(v *config.VM) { v.FptHotplug, v.Passthrough = false, []string{"0000:e1:00.0"} }, unplug,
		rules.OnHotRemove, "P7", noFlag, "DeviceHotPlugNotSupported", "not enabled"},
	{"BIOS", func(v *config.VM) { v.Firmware = config.FirmwareBIOS }, plug,
		rules.OnHotAdd, "P6", "The virtual machine does not boot with EFI firmware.", "GenericVmConfigFault", wrongText},
	{"the legacy layout", func(v *config.VM) { v.Layout = config.LayoutI440BX }, plug,
		rules.OnHotAdd, "P7", "The motherboard layout of the virtual machine is not acpiHostBridges.",
		"GenericVmConfigFault", wrongText},
	{"memory not reserved", func(v *config.VM) { v.MemLocked, v.MemoryReservationMB = false, 4095 }, plug,
		rules.OnHotAdd, "P7", noMemory, "GenericVmConfigFault", wrongText},
	{"an IOMMU", func(v *config.VM) { v.IOMMU = true }, plug,
		rules.OnHotAdd, "N1", "An IOMMU is exposed to the guest.", "GenericVmConfigFault", wrongText},
	{"CPU hot add", func(v *config.VM) { v.CPUHotAdd = true }, plug,
		rules.OnHotAdd, "N2", cpuPlug, "GenericVmConfigFault", wrongText},
	{"CPU hot remove", func(v *config.VM) { v.CPUHotRemove = true }, plug,
		rules.OnHotAdd, "N2", cpuPlug, "GenericVmConfigFault", wrongText},
	{"memory hot add", func(v *config.VM) { v.MemoryHotAdd = true }, plug,
		rules.OnHotAdd, "N3", "Memory hot plug is enabled.", "GenericVmConfigFault", wrongText},
	{"a VM with a dynamic device", func(v *config.VM) { v.DynamicDirectPath = true }, plug,
		rules.OnHotAdd, "N4", dynamic, "GenericVmConfigFault", wrongText},
	{"a dynamic device", nothing,
		plugged(freeDevice, func(d *types.VirtualPCIPassthrough) {
			d.Backing = &types.VirtualPCIPassthroughDynamicBackingInfo{}
		}),
		rules.OnHotAdd, "N4", dynamic, "GenericVmConfigFault", wrongText},
	{"129 CPUs", func(v *config.VM) { v.NumCPU = 129 }, plug,
		rules.OnHotAdd, "N5", "The virtual machine has more than 128 virtual CPUs.", "GenericVmConfigFault", wrongText},
	{"nested virtualization", func(v *config.VM) { v.NestedHV = true }, plug,
		rules.OnHotAdd, "N9", nested, "GenericVmConfigFault", wrongText},
	{"a 33rd device", attachedDevices(manyDevices(32)...), plug,
		rules.OnHotAdd, "L4", "The virtual machine has the most passthrough devices that can be hot-plugged (32) already.",
		"TooManyDevices", "(32)"},

	{"a removal of what is not there", nothing,
		func(c *vmClient, vm string) error {
			d := c.device(goodHost, freeDevice)
			d.Key = 13007
			return c.reconfigure(vm, remove(d))
		},
		rules.OnHotRemove, "C3", "Invalid configuration for device '0'.", "InvalidDeviceSpec", "Invalid configuration"},
	{"an address that the host lacks", nothing, plugged(freeDevice, noDevice),
		rules.OnHotAdd, "P5", "Device 255:31.0 is not a passthrough device.", "InvalidDeviceBacking", "255:31.0"},
	{"a network card", nothing, plugged(networkNIC, unchanged),
		rules.OnHotAdd, "L5", "Device 59:0.0 is not an NVMe device.", "DeviceHotPlugNotSupported", "not an NVMe"},
	{"passthrough not in force", nothing, plugged(idleDevice, unchanged),
		rules.OnHotAdd, "P5", "Device 218:0.0 is not a passthrough device.", "GenericVmConfigFault", wrongText},
	{"a decimal device id", nothing, plugged(freeDevice, decimalID),
		rules.OnHotAdd, "C1", mismatch, "GenericVmConfigFault", wrongText},
	{"a signed device id", nothing, plugged(freeDevice, signedID),
		rules.OnHotAdd, "C1", mismatch, "GenericVmConfigFault", wrongText},
	{"another host's id", nothing, plugged(freeDevice, otherHost),
		rules.OnHotAdd, "C1", mismatch, "GenericVmConfigFault", wrongText},
	{"another vendor", nothing, plugged(freeDevice, otherMake),
		rules.OnHotAdd, "C1", mismatch, "GenericVmConfigFault", wrongText},
	{"another VM's device", nothing, plugged(usedDevice, unchanged),
		rules.OnHotAdd, "C1", "The resource '0000:db:00.0' is in use.", "ResourceInUse", "in use"},
	{"its own device again", attachedDevices("0000:e2:00.0"), plugged("0000:e2:00.0", unchanged),
		rules.OnHotAdd, "C1", "The resource '0000:e2:00.0' is in use.", "ResourceInUse", "in use"},

	{"power-on with nested virtualization", offWith(freeDevice, func(v *config.VM) { v.NestedHV = true }), start,
		rules.OnPowerOn, "N9", nested, "GenericVmConfigFault", "Virtualization is not supported"},
	{"power-on without the reservation", offWith(freeDevice, func(v *config.VM) { v.MemLocked = false }), start,
		rules.OnPowerOn, "P7", noMemory, "GenericVmConfigFault", "memsize(4096)"},
	{"power-on with an address that the host lacks", off, startWith(noDevice),
		rules.OnPowerOn, "P5", "Device 255:31.0 is not a passthrough device.", "GenericVmConfigFault", startText},
	{"power-on with passthrough not in force", off,
		startWith(backing(func(b *types.VirtualPCIPassthroughDeviceBackingInfo) { b.Id = idleDevice })),
		rules.OnPowerOn, "P5", "Device 218:0.0 is not a passthrough device.", "GenericVmConfigFault", startText},
	{"power-on with a decimal device id", off, startWith(decimalID),
		rules.OnPowerOn, "C1", mismatch, "GenericVmConfigFault", startText},
	{"power-on with a running VM's device", offWith(usedDevice), start,
		rules.OnPowerOn, "C1", "Device 219:0.0 is already in use.", "GenericVmConfigFault", startText},

	{"ACPI host bridges without EFI",
		func(v *config.VM) {
			v.Power, v.Firmware, v.Layout = config.PoweredOff, config.FirmwareBIOS, config.LayoutI440BX
		},
		configure(types.VirtualMachineConfigSpec{MotherboardLayout: config.LayoutACPI}),
		rules.OnReconfigure, "P7", wrongArg + layout, "InvalidArgument", "motherboardLayout"},
	{"ACPI host bridges on old virtual hardware",
		func(v *config.VM) { v.Power, v.HWVersion, v.Layout = config.PoweredOff, "vmx-17", config.LayoutI440BX },
		configure(types.VirtualMachineConfigSpec{MotherboardLayout: config.LayoutACPI}),
		rules.OnReconfigure, "P7", wrongArg + layout, "InvalidArgument", "motherboardLayout"},
	{"ACPI host bridges on creation without EFI", off,
		func(c *vmClient, vm string) error {
			return c.create(types.VirtualMachineConfigSpec{
				Name: vm + " (new)", Firmware: config.FirmwareBIOS, MotherboardLayout: config.LayoutACPI,
			})
		},
		rules.OnCreate, "P7", wrongArg + layout, "InvalidArgument", "motherboardLayout"},
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
	hosts := []config.Host{
		{Name: goodHost, Version: "8.0.3", FreeNVMe: &many,
			PassthroughEnabled: []string{freeDevice, nextDevice, networkNIC}},
		{Name: oldHost, Version: "8.0.3", FptHotplug: types.NewBool(false), PassthroughEnabled: []string{freeDevice}},
	}
	vms := []config.VM{
		readyVM("ready"), readyVM("user", attachedDevices(usedDevice)), readyVM("sleeper", offWith(coldDevice)),
	}
	for _, r := range refusals {
		vms = append(vms, readyVM(r.name, r.vm))
	}
	return dial(t, config.Config{Hosts: hosts, VMs: vms})
}

func TestRulesRefuse(t *testing.T) {
	c := rulesLab(t)
	for _, r := range refusals {
		t.Run(r.name, func(t *testing.T) {
			c := c.in(t)
			before := c.config(r.name)
			got := expectFault(t, r.try(c, r.name), r.fault, r.text)
			found := false
			for _, m := range got.GetMethodFault().FaultMessage {
				found = found || m.Key == "lab."+r.rule && m.Message == r.message
			}
			if !found {
				t.Errorf("the fault does not say lab.%s %q: %+v", r.rule, r.message, got.GetMethodFault().FaultMessage)
			}
			if r.when&(rules.OnHotAdd|rules.OnHotRemove) != 0 {
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
	for _, r := range rules.All {
		pattern := regexp.QuoteMeta(r.Message)
		pattern = "^" + regexp.MustCompile(`\\\{\w+\\\}`).ReplaceAllString(pattern, ".+") + "$"
		for when := rules.OnCreate; when <= rules.OnPowerOn; when <<= 1 {
			tested := r.When&when == 0
			for _, x := range refusals {
				tested = tested || x.rule == r.ID && x.when&when != 0 && regexp.MustCompile(pattern).MatchString(x.message)
			}
			if !tested {
				t.Errorf("no test breaks %s at moment %b: %s", r.ID, when, r.Message)
			}
		}
	}
}

// The other side: just within each limit, all of it is accepted.
func TestRulesAccept(t *testing.T) {
	c := rulesLab(t)
	c.must(plug(c, "ready"))
	if got := c.attached("ready"); len(got) != 1 || pci.BackingOf(got[0]).Id != freeDevice {
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
	c := dial(t, config.Config{
		Hosts: []config.Host{
			{Name: goodHost, Version: "8.0.3", FreeNVMe: &many, PassthroughEnabled: []string{freeDevice}},
		},
		VMs: []config.VM{
			readyVM("128 CPUs", func(v *config.VM) { v.NumCPU = 128 }),
			readyVM("31 devices", attachedDevices(manyDevices(31)...)),
			readyVM("a reservation of the whole memory", func(v *config.VM) { v.MemLocked, v.MemoryReservationMB = false, 4096 }),
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
		spec types.VirtualMachineConfigSpec
		set  func(*types.VirtualMachineConfigInfo) bool
	}{
		"firmware": {types.VirtualMachineConfigSpec{Firmware: config.FirmwareEFI},
			func(c *types.VirtualMachineConfigInfo) bool { return c.Firmware == config.FirmwareEFI }},
		"motherboardLayout": {types.VirtualMachineConfigSpec{Firmware: config.FirmwareEFI, MotherboardLayout: config.LayoutACPI},
			func(c *types.VirtualMachineConfigInfo) bool { return c.Hardware.MotherboardLayout == config.LayoutACPI }},
		"memoryReservationLockedToMax": {types.VirtualMachineConfigSpec{MemoryReservationLockedToMax: yes},
			func(c *types.VirtualMachineConfigInfo) bool {
				return rules.IsTrue(c.MemoryReservationLockedToMax) && *c.MemoryAllocation.Reservation == int64(c.Hardware.MemoryMB)
			}},
		"fixedPassthruHotPlugEnabled": {types.VirtualMachineConfigSpec{FixedPassthruHotPlugEnabled: yes},
			func(c *types.VirtualMachineConfigInfo) bool { return rules.IsTrue(c.FixedPassthruHotPlugEnabled) }},
		"cpuHotAddEnabled": {types.VirtualMachineConfigSpec{CpuHotAddEnabled: yes},
			func(c *types.VirtualMachineConfigInfo) bool { return rules.IsTrue(c.CpuHotAddEnabled) }},
		"cpuHotRemoveEnabled": {types.VirtualMachineConfigSpec{CpuHotRemoveEnabled: yes},
			func(c *types.VirtualMachineConfigInfo) bool { return rules.IsTrue(c.CpuHotRemoveEnabled) }},
		"memoryHotAddEnabled": {types.VirtualMachineConfigSpec{MemoryHotAddEnabled: yes},
			func(c *types.VirtualMachineConfigInfo) bool { return rules.IsTrue(c.MemoryHotAddEnabled) }},
		"nestedHVEnabled": {types.VirtualMachineConfigSpec{NestedHVEnabled: yes},
			func(c *types.VirtualMachineConfigInfo) bool { return rules.IsTrue(c.NestedHVEnabled) }},
		"flags.vvtdEnabled": {types.VirtualMachineConfigSpec{Flags: &types.VirtualMachineFlagInfo{VvtdEnabled: yes}},
			func(c *types.VirtualMachineConfigInfo) bool { return rules.IsTrue(c.Flags.VvtdEnabled) }},
	}
	c := dial(t, config.Config{VMs: []config.VM{{Name: "on", Power: config.PoweredOn}, {Name: "off"}}})
	for name := range rules.PowerOffFields {
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
	c := dial(t, config.Config{
		Hosts: []config.Host{{Name: goodHost, Version: "8.0.3", PassthroughEnabled: six}},
		VMs:   []config.VM{readyVM("vm")},
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
