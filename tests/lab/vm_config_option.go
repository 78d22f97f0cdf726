// Copyright: (c) 2026, directpath.nvme contributors
// GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
// SPDX-License-Identifier: GPL-3.0-or-later

package lab

import (
	"cmp"
	"slices"

	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/simulator/esx"
	"github.com/vmware/govmomi/vim25/methods"
	"github.com/vmware/govmomi/vim25/soap"
	"github.com/vmware/govmomi/vim25/types"

	"directpath.nvme/lab/config"
	"directpath.nvme/lab/fault"
	"directpath.nvme/lab/rules"
)

// What a host says of VMs of a hardware version that it could run: which guests, and how many passthrough devices. For a
// version that the host does not know the answer is empty, which the API allows for; that servers do so is a guess.

func (m *machines) queryConfigOption(c *Call) soap.HasFault {
	request := c.Body.(*types.QueryConfigOption)
	option, err := m.configOption(c, request.Key, request.Host)
	if err != nil {
		return c.fault(err)
	}
	return &methods.QueryConfigOptionBody{Res: &types.QueryConfigOptionResponse{Returnval: option}}
}

// queryConfigOptionEx lists the guests that the client asks for alone; if it knows none of them, all.
func (m *machines) queryConfigOptionEx(c *Call) soap.HasFault {
	spec := types.EnvironmentBrowserConfigOptionQuerySpec{}
	if wanted := c.Body.(*types.QueryConfigOptionEx).Spec; wanted != nil {
		spec = *wanted
	}
	option, err := m.configOption(c, spec.Key, spec.Host)
	if err != nil {
		return c.fault(err)
	}
	if option != nil {
		asked := slices.DeleteFunc(slices.Clone(option.GuestOSDescriptor), func(d types.GuestOsDescriptor) bool {
			return !slices.Contains(spec.GuestId, d.Id)
		})
		if len(asked) > 0 {
			option.GuestOSDescriptor = asked
		}
	}
	return &methods.QueryConfigOptionExBody{Res: &types.QueryConfigOptionExResponse{Returnval: option}}
}

// configOption is what the client asks for; nil if the host does not know the hardware version. Without a host it is the
// first one of the compute resource; without a version, that host's newest.
func (m *machines) configOption(c *Call, hardware string, host *types.ManagedObjectReference,
) (*types.VirtualMachineConfigOption, error) {
	if _, err := get[*simulator.EnvironmentBrowser](c.Ctx, c.This); err != nil {
		return nil, err
	}
	hosts := m.hostsOfBrowser(c.Ctx, c.This)
	if host == nil && len(hosts) > 0 {
		host = &hosts[0]
	}
	if host == nil || !slices.Contains(hosts, *host) {
		return nil, fault.New(&types.InvalidArgument{InvalidProperty: "host"}, "A specified parameter was not correct: host")
	}
	h, err := m.hostOf(*host)
	if err != nil {
		return nil, err
	}
	return h.configOption(cmp.Or(hardware, h.release.Hardware)), nil
}

// configOption has what the lab knows of, and what clients cannot read an answer without.
func (h *hostState) configOption(hardware string) *types.VirtualMachineConfigOption {
	limit := h.release.PassthroughMax(hardware)
	if limit == 0 {
		return nil
	}
	if own, ok := h.cfg.PassthroughMax[hardware]; ok {
		limit = own
	}
	controller := &types.VirtualPCIControllerOption{NumPCIPassthroughDevices: upTo(limit)}
	controller.Type = "VirtualPCIController"
	device := &types.VirtualPCIPassthroughOption{}
	device.Type, device.ControllerType = "VirtualPCIPassthrough", controller.Type
	shares := types.ResourceAllocationOption{SharesOption: types.SharesOption{DefaultLevel: types.SharesLevelNormal}}
	return &types.VirtualMachineConfigOption{
		Version:           hardware,
		Description:       "ESXi " + h.release.Version + " and later (" + hardware + ")",
		GuestOSDescriptor: h.guestDescriptors(),
		HardwareOptions: types.VirtualHardwareOption{
			HwVersion:            int32(rules.HardwareVersion(hardware)),
			VirtualDeviceOption:  []types.BaseVirtualDeviceOption{controller, device},
			NumCPU:               []int32{1, 2, 4, 8, 16, 32, 64, 128},
			ResourceConfigOption: types.ResourceConfigOption{CpuAllocationOption: shares, MemoryAllocationOption: shares},
		},
		DefaultDevice:        esx.VirtualDevice,
		SupportedMonitorType: []string{"release"},
	}
}

func upTo(limit int32) types.IntOption { return types.IntOption{Max: limit} }

func (h *hostState) guestDescriptors() []types.GuestOsDescriptor {
	var list []types.GuestOsDescriptor
	for _, guest := range config.GuestIDs {
		hotPlug := guest.HotPlugPCI
		if own, ok := h.cfg.HotPlugGuests[guest.ID]; ok {
			hotPlug = own
		}
		list = append(list, types.GuestOsDescriptor{
			Id: guest.ID, Family: guest.Family, FullName: guest.Name, SupportsHotPlugPCI: hotPlug,
			RecommendedDiskController: "ParaVirtualSCSIController", RecommendedCdromController: "VirtualAHCIController",
			RecommendedEthernetCard: "VirtualVmxnet3",
			SupportedFirmware:       []string{config.FirmwareBIOS, config.FirmwareEFI},
			RecommendedFirmware:     config.FirmwareEFI,
			SupportLevel:            string(types.GuestOsDescriptorSupportLevelSupported), SupportedForCreate: true,
		})
	}
	return list
}
