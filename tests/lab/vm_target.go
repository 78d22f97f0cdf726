// Copyright: (c) 2026, directpath.nvme contributors
// GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
// SPDX-License-Identifier: GPL-3.0-or-later

package lab

import (
	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25/methods"
	"github.com/vmware/govmomi/vim25/mo"
	"github.com/vmware/govmomi/vim25/soap"
	"github.com/vmware/govmomi/vim25/types"
)

// queryConfigTarget adds the devices that a VM on a host may get: those with passthrough in force, whether a VM has
// them already or not; those that are capable of SR-IOV are in a list of their own. Without a host it lists those of every host of the compute resource, so that one address can
// come several times with different system ids.
func (m *machines) queryConfigTarget(c *Call) soap.HasFault {
	hosts := m.hostsOfBrowser(c.Ctx, c.This)
	if host := c.Body.(*types.QueryConfigTarget).Host; host != nil {
		if _, err := get[*simulator.HostSystem](c.Ctx, *host); err != nil {
			return c.fault(err)
		}
		hosts = []types.ManagedObjectReference{*host}
	}
	body, ok := c.native().(*methods.QueryConfigTargetBody)
	if !ok || body.Res == nil {
		return body
	}
	target := *body.Res.Returnval
	target.PciPassthrough, target.Sriov = nil, nil
	for _, ref := range hosts {
		if host, err := get[*simulator.HostSystem](c.Ctx, ref); err == nil {
			m.locked(c.Ctx, host, func() { offer(host, &target) })
		}
	}
	body.Res.Returnval = &target
	return body
}

// hostsOfBrowser are the hosts of the compute resource that an environment browser belongs to.
func (m *machines) hostsOfBrowser(ctx *simulator.Context, browser types.ManagedObjectReference,
) []types.ManagedObjectReference {
	for _, kind := range []string{"ComputeResource", "ClusterComputeResource"} {
		for _, obj := range ctx.Map.All(kind) {
			var resource *mo.ComputeResource
			switch o := obj.(type) {
			case *mo.ComputeResource:
				resource = o
			case *simulator.ClusterComputeResource:
				resource = &o.ComputeResource
			}
			if resource != nil && resource.EnvironmentBrowser != nil && *resource.EnvironmentBrowser == browser {
				return resource.Host
			}
		}
	}
	return nil
}

// offer adds the devices of a host that its VMs may get.
func offer(host *simulator.HostSystem, target *types.ConfigTarget) {
	active, sriov := map[string]bool{}, map[string]bool{}
	for _, p := range host.Config.PciPassthruInfo {
		info := p.GetHostPciPassthruInfo()
		active[info.Id] = info.PassthruActive
		_, sriov[info.Id] = p.(*types.HostSriovInfo)
	}
	for _, device := range host.Hardware.PciDevice {
		if !active[device.Id] {
			continue
		}
		info := types.VirtualMachinePciPassthroughInfo{
			VirtualMachineTargetInfo: types.VirtualMachineTargetInfo{Name: device.Id},
			PciDevice:                device,
			SystemId:                 host.Hardware.SystemInfo.Uuid,
		}
		if sriov[device.Id] {
			target.Sriov = append(target.Sriov, types.VirtualMachineSriovInfo{VirtualMachinePciPassthroughInfo: info})
		} else {
			target.PciPassthrough = append(target.PciPassthrough, &info)
		}
	}
}
