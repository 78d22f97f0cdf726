// Copyright: (c) 2026, directpath.nvme contributors
// GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
// SPDX-License-Identifier: GPL-3.0-or-later

package lab

import (
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/vmware/govmomi/object"
	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/simulator/esx"
	"github.com/vmware/govmomi/vim25/methods"
	"github.com/vmware/govmomi/vim25/mo"
	"github.com/vmware/govmomi/vim25/types"

	"directpath.nvme/lab/config"
)

// onBuildVM registers a function that completes every VM of the configuration while the inventory is built: whoever
// knows passthrough devices of VMs adds those of config.VM.Passthrough and DynamicDirectPath there. Nobody else can see
// the VM yet, so it may be changed freely.
func (l *Lab) onBuildVM(f func(ctx *simulator.Context, vm *simulator.VirtualMachine, cfg config.VM) error) {
	l.vmHooks = append(l.vmHooks, f)
}

// buildVM makes one VM of the configuration by the simulator's own CreateVM, so that everything that the simulator can
// do with a VM works, and then sets what the configuration says.
func (l *Lab) buildVM(ctx *simulator.Context, p *place, cfg config.VM) error {
	host, err := l.hostByName(ctx, cfg.Datacenter, cfg.Host)
	if err != nil {
		return err
	}
	folder, err := p.folder(ctx, cfg.Folder)
	if err != nil {
		return err
	}
	spec, err := vmSpec(cfg)
	if err != nil {
		return err
	}
	answer := folder.CreateVMTask(ctx, &types.CreateVM_Task{
		This: folder.Self, Config: *spec, Pool: resourcePool(ctx, host), Host: &host.Self,
	})
	task := ctx.Map.Get(answer.(*methods.CreateVM_TaskBody).Res.Returnval).(*simulator.Task)
	task.Wait()
	if e := task.Info.Error; e != nil {
		return fmt.Errorf("%s: %T", e.LocalizedMessage, e.Fault)
	}
	vm := ctx.Map.Get(task.Info.Result.(types.ManagedObjectReference)).(*simulator.VirtualMachine)
	dressVM(vm, cfg)
	l.visibility[vm.Self] = cfg.Visibility
	for _, hook := range l.vmHooks {
		if err := hook(ctx, vm, cfg); err != nil {
			return err
		}
	}
	return nil
}

// vmSpec is what a client would send to create the VM: a disk, a CD drive and a network card.
func vmSpec(cfg config.VM) (*types.VirtualMachineConfigSpec, error) {
	var devices object.VirtualDeviceList
	scsi, err := devices.CreateSCSIController("pvscsi")
	if err != nil {
		return nil, err
	}
	ide, err := devices.CreateIDEController()
	if err != nil {
		return nil, err
	}
	cdrom, err := devices.CreateCdrom(ide.(*types.VirtualIDEController))
	if err != nil {
		return nil, err
	}
	// VMs of different folders may have the same name, their files may not.
	dir := fmt.Sprintf("[%s] %s", sharedDatastore, strings.ReplaceAll(path.Join(cfg.Folder, plainName(cfg.Name)), "/", "-"))
	disk := devices.CreateDisk(scsi.(types.BaseVirtualController), types.ManagedObjectReference{}, dir+"/disk1.vmdk")
	disk.CapacityInKB = 10 << 20
	nic := clone(esx.EthernetCard)
	changes, err := append(devices, scsi, cdrom, disk, &nic).ConfigSpec(types.VirtualDeviceConfigSpecOperationAdd)
	if err != nil {
		return nil, err
	}
	return &types.VirtualMachineConfigSpec{
		Name:         plainName(cfg.Name), // see dressVM
		Version:      cfg.HWVersion,
		GuestId:      cfg.GuestID,
		NumCPUs:      cfg.NumCPU,
		MemoryMB:     int64(cfg.MemoryMB),
		Firmware:     cfg.Firmware,
		Files:        &types.VirtualMachineFileInfo{VmPathName: dir + "/" + plainName(cfg.Name) + ".vmx"},
		DeviceChange: changes,
	}, nil
}

// dressVM sets the properties that the configuration names and that CreateVM of the simulator does not.
func dressVM(vm *simulator.VirtualMachine, cfg config.VM) {
	c := vm.Config
	// The simulator duplicates the devices of a VM whose name it would have to change.
	vm.Name, c.Name, vm.Summary.Config.Name = keptName(cfg.Name), keptName(cfg.Name), keptName(cfg.Name)
	c.Firmware = cfg.Firmware
	c.Template = cfg.Template
	c.CpuHotAddEnabled = &cfg.CPUHotAdd
	c.CpuHotRemoveEnabled = &cfg.CPUHotRemove
	c.MemoryHotAddEnabled = &cfg.MemoryHotAdd
	c.NestedHVEnabled = &cfg.NestedHV
	c.MemoryReservationLockedToMax = &cfg.MemLocked
	c.FixedPassthruHotPlugEnabled = &cfg.FptHotplug
	c.Flags.VvtdEnabled = &cfg.IOMMU
	c.Hardware.MotherboardLayout = cfg.Layout
	reservation := cfg.MemoryReservationMB
	if cfg.MemLocked {
		reservation = int64(cfg.MemoryMB)
	}
	c.MemoryAllocation.Reservation = &reservation
	if cfg.UUID != "" {
		c.Uuid, vm.Summary.Config.Uuid = cfg.UUID, cfg.UUID
	}
	if m := cfg.ManagedBy; m != nil {
		c.ManagedBy = &types.ManagedByInfo{ExtensionKey: m.ExtensionKey, Type: m.Type}
		vm.Summary.Config.ManagedBy = c.ManagedBy
	}
	for _, key := range slices.Sorted(maps.Keys(cfg.ExtraConfig)) {
		c.ExtraConfig = append(c.ExtraConfig, &types.OptionValue{Key: key, Value: cfg.ExtraConfig[key]})
	}
	vm.Summary.Config.Template = cfg.Template
	vm.Summary.Config.MemoryReservation = int32(reservation)

	runtime := &vm.Runtime
	if cfg.ConnectionState != "" {
		runtime.ConnectionState = types.VirtualMachineConnectionState(cfg.ConnectionState)
	}
	if cfg.Question != nil {
		runtime.Question = newQuestion(cfg.Question.Filled())
	}
	// Empty values of these enumerations cannot be read by pyvmomi.
	runtime.FaultToleranceState = types.VirtualMachineFaultToleranceStateNotConfigured
	if cfg.FaultTolerance {
		runtime.FaultToleranceState = types.VirtualMachineFaultToleranceStateRunning
	}
	runtime.RecordReplayState = types.VirtualMachineRecordReplayStateInactive
	if cfg.Power == config.Suspended {
		runtime.PowerState = types.VirtualMachinePowerStateSuspended
	}
	if cfg.Power == config.PoweredOn {
		runtime.PowerState = types.VirtualMachinePowerStatePoweredOn
		runtime.BootTime = types.NewTime(time.Now().Add(-time.Hour).UTC().Truncate(time.Second))
	}
	vm.Summary.Runtime = vm.Runtime
	if cfg.ToolsRunning {
		vm.Guest.ToolsStatus = types.VirtualMachineToolsStatusToolsOk
		vm.Guest.ToolsRunningStatus = string(types.VirtualMachineToolsRunningStatusGuestToolsRunning)
		vm.Summary.Guest.ToolsStatus = vm.Guest.ToolsStatus
		vm.Summary.Guest.ToolsRunningStatus = vm.Guest.ToolsRunningStatus
	}
}

// buildExtraVMs fills the inventory with copies of one VM, spread over all hosts of their datacenter.
func (l *Lab) buildExtraVMs(ctx *simulator.Context, places map[string]*place) error {
	templates := map[string]*simulator.VirtualMachine{}
	perDC := map[string][]*simulator.HostSystem{}
	for _, state := range l.hosts {
		host := ctx.Map.Get(state.ref).(*simulator.HostSystem)
		perDC[state.cfg.Datacenter] = append(perDC[state.cfg.Datacenter], host)
	}
	for i := range l.cfg.ExtraVMs {
		dc := l.cfg.Datacenters[i%len(l.cfg.Datacenters)]
		hosts := perDC[dc]
		cfg := config.VM{Name: fmt.Sprintf("vm-x%05d", i+1), Datacenter: dc, Host: hosts[0].Name}
		if err := cfg.Fill(l.cfg); err != nil && l.cfg.ExtraHosts == 0 {
			return err
		}
		if templates[dc] == nil {
			if err := l.buildVM(ctx, places[dc], cfg); err != nil {
				return err
			}
			templates[dc] = findVM(ctx, places[dc].vms, cfg.Name)
			continue
		}
		copyVM(ctx, places[dc], templates[dc], hosts[i%len(hosts)], cfg.Name)
	}
	return nil
}

// copyVM adds a copy of a VM to the inventory. It has no files, which nobody looks at in a test of scale.
func copyVM(ctx *simulator.Context, p *place, template *simulator.VirtualMachine, host *simulator.HostSystem, name string) {
	vm := &simulator.VirtualMachine{VirtualMachine: clone(template.VirtualMachine), DataSets: map[string]*simulator.DataSet{}}
	rename := func(s string) string { return strings.ReplaceAll(s, template.Name, name) }
	vm.Name = name
	vm.Config.Name, vm.Summary.Config.Name = name, name
	vm.Config.Uuid, vm.Config.InstanceUuid = hostUUID("vm/"+name), hostUUID("instance/"+name)
	vm.Summary.Config.Uuid, vm.Summary.Config.InstanceUuid = vm.Config.Uuid, vm.Config.InstanceUuid
	vm.Config.Files.VmPathName = rename(vm.Config.Files.VmPathName)
	vm.Summary.Config.VmPathName = vm.Config.Files.VmPathName
	vm.RecentTask = nil
	pool := resourcePool(ctx, host)
	vm.ResourcePool = &pool
	vm.Runtime.Host = &host.Self
	vm.Summary.Runtime.Host = &host.Self
	putChild(ctx, p.vms, vm)
	vm.Summary.Vm = &vm.Self
	host.Vm = append(host.Vm, vm.Self)
	rp := ctx.Map.Get(pool).(*simulator.ResourcePool)
	rp.Vm = append(rp.Vm, vm.Self)
	p.datastore.Vm = append(p.datastore.Vm, vm.Self)
}

func findVM(ctx *simulator.Context, folder *simulator.Folder, name string) *simulator.VirtualMachine {
	return ctx.Map.FindByName(name, folder.ChildEntity).(*simulator.VirtualMachine)
}

// folder returns the folder of that path below the datacenter's vm folder, and makes what is missing.
func (p *place) folder(ctx *simulator.Context, below string) (*simulator.Folder, error) {
	return folderBelow(ctx, p.vms, below)
}

// folderBelow returns the folder of that path below another one, and makes what is missing.
func folderBelow(ctx *simulator.Context, folder *simulator.Folder, below string) (*simulator.Folder, error) {
	for _, name := range strings.Split(path.Clean(below), "/") {
		if name == "" || name == "." {
			continue
		}
		child := ctx.Map.FindByName(name, folder.ChildEntity)
		if child == nil {
			f := &simulator.Folder{}
			f.Name = name
			f.ChildType = folder.ChildType
			putChild(ctx, folder, f)
			child = f
		}
		var ok bool
		if folder, ok = child.(*simulator.Folder); !ok {
			return nil, fmt.Errorf("%s is not a folder", name)
		}
	}
	return folder, nil
}

// hostByName finds a host of a datacenter; an empty datacenter means any.
func (l *Lab) hostByName(ctx *simulator.Context, datacenter, name string) (*simulator.HostSystem, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for ref, state := range l.hosts {
		if state.name == name && (datacenter == "" || datacenter == state.cfg.Datacenter) {
			return ctx.Map.Get(ref).(*simulator.HostSystem), nil
		}
	}
	return nil, fmt.Errorf("there is no host %q", name)
}

func resourcePool(ctx *simulator.Context, host *simulator.HostSystem) types.ManagedObjectReference {
	switch parent := ctx.Map.Get(*host.Parent).(type) {
	case *simulator.ClusterComputeResource:
		return *parent.ResourcePool
	case *mo.ComputeResource:
		return *parent.ResourcePool
	}
	panic("a host without a compute resource")
}
