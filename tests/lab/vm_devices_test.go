// Copyright: (c) 2026, directpath.nvme contributors
// GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
// SPDX-License-Identifier: GPL-3.0-or-later

package lab

import (
	"slices"
	"testing"

	"github.com/vmware/govmomi/object"
	"github.com/vmware/govmomi/vim25/types"

	"directpath.nvme/lab/config"
	"directpath.nvme/lab/pci"
)

// assignable lists address and system id of the devices that a VM may get.
func (c *vmClient) assignable(vm string, host *types.ManagedObjectReference) (got [][2]string) {
	c.t.Helper()
	browser, err := c.vm(vm).EnvironmentBrowser(c.ctx)
	c.must(err)
	var h *object.HostSystem
	if host != nil {
		h = object.NewHostSystem(c.vim, *host)
	}
	target, err := browser.QueryConfigTarget(c.ctx, h)
	c.must(err)
	for _, p := range target.PciPassthrough {
		info := p.GetVirtualMachinePciPassthroughInfo()
		got = append(got, [2]string{info.PciDevice.Id, info.SystemId})
	}
	return got
}

func TestQueryConfigTarget(t *testing.T) {
	c := dial(t, config.Config{
		Hosts: []config.Host{
			{Name: goodHost, Version: "8.0.3", Cluster: "cluster", PassthroughEnabled: []string{freeDevice}},
			{Name: oldHost, Version: "8.0.3", Cluster: "cluster", PassthroughEnabled: []string{freeDevice}},
		},
		VMs: []config.VM{readyVM("vm", attachedDevices(nextDevice))},
	})
	host := c.host(goodHost).Reference()
	here := [][2]string{{freeDevice, hostUUID(goodHost)}, {nextDevice, hostUUID(goodHost)}} // attached ones as well
	if got := c.assignable("vm", &host); !slices.Equal(got, here) {
		t.Errorf("with a host: %v, want %v", got, here)
	}
	everywhere := append(here, [2]string{freeDevice, hostUUID(oldHost)})
	if got := c.assignable("vm", nil); !slices.Equal(got, everywhere) {
		t.Errorf("without a host: %v, want %v", got, everywhere)
	}
	browser, err := c.vm("vm").EnvironmentBrowser(c.ctx)
	c.must(err)
	gone := types.ManagedObjectReference{Type: "HostSystem", Value: "host-gone"}
	_, err = browser.QueryConfigTarget(c.ctx, object.NewHostSystem(c.vim, gone))
	expectFault(t, err, "ManagedObjectNotFound", "host-gone")
}

// What a VM keeps of a device that was pulled out of its host (C4): both behaviours, and the clean-up of a stale entry.
func TestPulledDevice(t *testing.T) {
	for _, keep := range []bool{true, false} {
		c := dial(t, config.Config{
			Hosts: []config.Host{{Name: goodHost, Version: "8.0.3"}},
			VMs: []config.VM{
				readyVM("running", attachedDevices(freeDevice, nextDevice)),
				readyVM("off", offWith(freeDevice)),
			},
		})
		c.must(c.server.lab.Load().pull(Removal{Host: goodHost, Address: freeDevice, KeepVMEntry: &keep}))
		want := 1
		if keep {
			want = 2
		}
		if got := len(c.attached("running")); got != want {
			t.Errorf("keep %v: the running VM has %d devices, want %d", keep, got, want)
		}
		if got := len(c.attached("off")); got != 1 {
			t.Errorf("keep %v: the VM that is off has %d devices", keep, got)
		}
		expectFault(t, c.powerOn("off"), "GenericVmConfigFault", startText)
		if keep {
			c.must(c.reconfigure("running", remove(c.attached("running")[0])))
			if got := c.attached("running"); len(got) != 1 || pci.BackingOf(got[0]).Id != nextDevice {
				t.Errorf("after the clean-up: %v", got)
			}
		}
	}
}

func TestConfiguredDeviceThatTheHostLacks(t *testing.T) {
	vm := readyVM("vm", attachedDevices("0000:ff:1f.0"))
	if _, err := New(config.Config{Hosts: []config.Host{{Name: goodHost}}, VMs: []config.VM{vm}}); err == nil {
		t.Error("a VM has a device that its host lacks")
	}
}

func TestDisconnectedHost(t *testing.T) {
	c := dial(t, config.Config{
		Hosts: []config.Host{{Name: goodHost, Version: "8.0.3", Connected: types.NewBool(false)}},
		VMs:   []config.VM{readyVM("vm", off)},
	})
	expectFault(t, c.powerOn("vm"), "HostNotConnected", "disconnected")
	expectFault(t, c.reconfigure("vm", types.VirtualMachineConfigSpec{Annotation: "x"}), "HostNotConnected", "disconnected")
}
