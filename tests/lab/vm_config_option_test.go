// Copyright: (c) 2026, directpath.nvme contributors
// GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
// SPDX-License-Identifier: GPL-3.0-or-later

package lab

import (
	"maps"
	"testing"

	"github.com/vmware/govmomi/property"
	"github.com/vmware/govmomi/vim25/methods"
	"github.com/vmware/govmomi/vim25/mo"
	"github.com/vmware/govmomi/vim25/types"

	"directpath.nvme/lab/config"
)

func (c *vmClient) browser(vm string) types.ManagedObjectReference {
	c.t.Helper()
	var m mo.VirtualMachine
	c.must(property.DefaultCollector(c.vim).RetrieveOne(c.ctx, c.vm(vm).Reference(), []string{"environmentBrowser"}, &m))
	return m.EnvironmentBrowser
}

// option asks what a host says of VMs of a hardware version, for guests alone if there are any.
func (c *vmClient) option(vm, host, hardware string, guests ...string) (*types.VirtualMachineConfigOption, error) {
	c.t.Helper()
	spec := &types.EnvironmentBrowserConfigOptionQuerySpec{Key: hardware, GuestId: guests}
	if host != "" {
		ref := c.host(host).Reference()
		spec.Host = &ref
	}
	res, err := methods.QueryConfigOptionEx(c.ctx, c.vim, &types.QueryConfigOptionEx{This: c.browser(vm), Spec: spec})
	if err != nil {
		return nil, err
	}
	return res.Returnval, nil
}

// passthroughMax is 0 where the answer is empty.
func passthroughMax(option *types.VirtualMachineConfigOption) int32 {
	if option != nil {
		for _, device := range option.HardwareOptions.VirtualDeviceOption {
			if controller, ok := device.(*types.VirtualPCIControllerOption); ok {
				return controller.NumPCIPassthroughDevices.Max
			}
		}
	}
	return 0
}

func TestMaximumOfPassthroughDevices(t *testing.T) {
	for version, want := range map[string]map[string]int32{
		"7.0.3": {"vmx-19": 16, "vmx-20": 0},
		"8.0.0": {"vmx-19": 16, "vmx-20": 32, "vmx-21": 0},
		"8.0.1": {"vmx-10": 16, "vmx-19": 16, "vmx-20": 64, "vmx-21": 0},
		"8.0.2": {"vmx-19": 16, "vmx-20": 64, "vmx-21": 128, "vmx-22": 0},
		"8.0.3": {"vmx-20": 64, "vmx-21": 128, "": 128},
		"9.0.1": {"vmx-19": 16, "vmx-20": 128, "vmx-21": 128, "vmx-22": 128, "nonsense": 0},
	} {
		c := dial(t, config.Config{Hosts: []config.Host{{Name: "a", Version: version}}, VMs: []config.VM{{Name: "vm"}}})
		for hardware, devices := range want {
			option, err := c.option("vm", "a", hardware)
			c.must(err)
			if got := passthroughMax(option); got != devices {
				t.Errorf("%s with %s: %d, want %d", version, hardware, got, devices)
			}
		}
	}
}

func TestGuestsAndHotPlug(t *testing.T) {
	c := dial(t, config.Config{
		Hosts: []config.Host{
			{Name: "a", Version: "8.0.3", Cluster: "c"},
			{Name: "b", Version: "8.0.3", Cluster: "c", PassthroughMax: map[string]int32{"vmx-21": 8},
				HotPlugGuests: map[string]bool{"rhel9_64Guest": false, "otherGuest": true}},
			{Name: "alone"},
		},
		VMs: []config.VM{{Name: "vm", GuestID: "rhel9_64Guest"}},
	})
	if id := c.config("vm").GuestId; id != "rhel9_64Guest" {
		t.Errorf("the guest is %s", id)
	}
	for host, want := range map[string]map[string]bool{
		"":  {"rhel9_64Guest": true, "otherGuest": false},
		"a": {"rhel9_64Guest": true, "otherGuest": false},
		"b": {"rhel9_64Guest": false, "otherGuest": true},
	} {
		option, err := c.option("vm", host, "vmx-21", "rhel9_64Guest", "otherGuest")
		c.must(err)
		got := map[string]bool{}
		for _, guest := range option.GuestOSDescriptor {
			got[guest.Id] = guest.SupportsHotPlugPCI
		}
		if !maps.Equal(got, want) {
			t.Errorf("host %q says %v", host, got)
		}
	}
	all, err := c.option("vm", "b", "vmx-21", "thatNobodyKnows")
	c.must(err)
	if len(all.GuestOSDescriptor) != len(config.GuestIDs) || passthroughMax(all) != 8 {
		t.Errorf("%d guests, %d devices", len(all.GuestOSDescriptor), passthroughMax(all))
	}
	_, err = c.option("vm", "alone", "vmx-20")
	wantFault[types.InvalidArgument](t, err, "host")
	plain, err := methods.QueryConfigOption(c.ctx, c.vim, &types.QueryConfigOption{This: c.browser("vm")})
	c.must(err)
	if len(plain.Returnval.GuestOSDescriptor) != len(config.GuestIDs) || plain.Returnval.Version != "vmx-21" {
		t.Errorf("%+v", plain.Returnval)
	}
}
