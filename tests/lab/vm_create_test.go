// Copyright: (c) 2026, directpath.nvme contributors
// GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
// SPDX-License-Identifier: GPL-3.0-or-later

package lab

import (
	"testing"

	"github.com/vmware/govmomi/vim25/types"

	"directpath.nvme/lab/config"
	"directpath.nvme/lab/pci"
	"directpath.nvme/lab/rules"
)

// create makes a VM as a client would.
func (c *vmClient) create(spec types.VirtualMachineConfigSpec) error {
	c.t.Helper()
	dc, err := c.find.Datacenter(c.ctx, "DC0")
	c.must(err)
	folders, err := dc.Folders(c.ctx)
	c.must(err)
	pool, err := c.host(goodHost).ResourcePool(c.ctx)
	c.must(err)
	spec.Files = &types.VirtualMachineFileInfo{VmPathName: "[" + sharedDatastore + "]"}
	return c.wait(folders.VmFolder.CreateVM(c.ctx, spec, pool, c.host(goodHost)))
}

func TestCreateVM(t *testing.T) {
	tests := []struct {
		name, firmware, version, layout string
	}{
		{"efi on current hardware", config.FirmwareEFI, "vmx-20", config.LayoutACPI},
		{"efi by default hardware", config.FirmwareEFI, "", config.LayoutACPI},
		{"efi on older hardware", config.FirmwareEFI, "vmx-19", config.LayoutI440BX},
		{"bios", config.FirmwareBIOS, "vmx-20", config.LayoutI440BX},
		{"nothing said", "", "", config.LayoutI440BX},
	}
	c := powerLab(t)
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			c := c.in(t)
			c.must(c.create(types.VirtualMachineConfigSpec{Name: test.name, Firmware: test.firmware, Version: test.version}))
			if got := c.config(test.name).Hardware.MotherboardLayout; got != test.layout {
				t.Errorf("layout %s, want %s", got, test.layout)
			}
		})
	}
}

// A VM that is created ready for hot plug, with a device from the start, takes another one while it runs.
func TestCreateVMReadyForHotPlug(t *testing.T) {
	c := powerLab(t)
	spec := add(c.device(goodHost, freeDevice))
	spec.Name, spec.Firmware, spec.MemoryMB = "new", config.FirmwareEFI, 1024
	spec.FixedPassthruHotPlugEnabled = types.NewBool(true)
	spec.MemoryReservationLockedToMax = types.NewBool(true)
	c.must(c.create(spec))
	if got := c.attached("new"); len(got) != 1 || got[0].Key != 13000 {
		t.Fatalf("devices %v", got)
	}
	c.must(c.powerOn("new"))
	c.must(c.reconfigure("new", add(c.device(goodHost, nextDevice))))
	if got := len(c.attached("new")); got != 2 {
		t.Errorf("%d devices after the hot-add", got)
	}
}

func TestCreateVMWithAnImpossibleLayout(t *testing.T) {
	c := powerLab(t)
	err := c.create(types.VirtualMachineConfigSpec{Name: "new", Firmware: config.FirmwareBIOS, MotherboardLayout: config.LayoutACPI})
	expectFault(t, err, "InvalidArgument", "motherboardLayout")
}

func (c *vmClient) clone(name string, spec types.VirtualMachineCloneSpec) error {
	c.t.Helper()
	dc, err := c.find.Datacenter(c.ctx, "DC0")
	c.must(err)
	folders, err := dc.Folders(c.ctx)
	c.must(err)
	return c.wait(c.vm("vm").Clone(c.ctx, folders.VmFolder, name, spec))
}

// A clone has the configuration of its source, and what the client wants on top.
func TestCloneVM(t *testing.T) {
	c := powerLab(t)
	extra := add(c.device(goodHost, freeDevice))
	extra.MemoryMB = 2048
	c.must(c.clone("copy", types.VirtualMachineCloneSpec{Config: &extra, PowerOn: true}))
	copied := c.config("copy")
	if copied.Firmware != config.FirmwareEFI || copied.Hardware.MotherboardLayout != config.LayoutACPI {
		t.Errorf("firmware %s, layout %s", copied.Firmware, copied.Hardware.MotherboardLayout)
	}
	if !rules.IsTrue(copied.FixedPassthruHotPlugEnabled) {
		t.Error("the clone has no hot plug")
	}
	if copied.Hardware.MemoryMB != 2048 || *copied.MemoryAllocation.Reservation != 2048 {
		t.Errorf("memory %d, reservation %d", copied.Hardware.MemoryMB, *copied.MemoryAllocation.Reservation)
	}
	if got := c.attached("copy"); len(got) != 1 || pci.BackingOf(got[0]).Id != freeDevice {
		t.Errorf("devices %v", got)
	}
	if c.power("copy") != config.PoweredOn {
		t.Error("the clone is not on")
	}
	if len(c.attached("vm")) != 0 {
		t.Error("the source has the clone's device")
	}
	c.must(c.reconfigure("copy", add(c.device(goodHost, nextDevice))))
}

func TestCloneIsJudgedAtPowerOn(t *testing.T) {
	c := powerLab(t, attachedDevices(freeDevice), func(v *config.VM) { v.NestedHV = true })
	err := c.clone("copy", types.VirtualMachineCloneSpec{PowerOn: true})
	expectFault(t, err, "GenericVmConfigFault", "Virtualization is not supported")
}
