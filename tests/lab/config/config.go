// Copyright: (c) 2026, directpath.nvme contributors
// GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
// SPDX-License-Identifier: GPL-3.0-or-later

// Package config is the configuration of a lab, with its defaults, and the releases of vSphere that it can be.
package config

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
)

// The two kinds of server that the lab can be.
const (
	ModeVCenter = "vcenter"
	ModeESXi    = "esxi"
)

// Config is the JSON that `lab start --config` reads. Everything is optional; what is absent comes from the demo model.
type Config struct {
	Mode           string `json:"mode,omitempty"`
	VCenterVersion string `json:"vcenter_version,omitempty"`
	// Datacenters are names, or paths of folders and a name: EU/DC0. Hosts and VMs know them by the same.
	Datacenters []string `json:"datacenters,omitempty"`
	Settings    Settings `json:"settings"`
	Hosts       []Host   `json:"hosts,omitempty"`
	VMs         []VM     `json:"vms,omitempty"`
	// Clusters describes clusters; their members say themselves that they are in them.
	Clusters []Cluster `json:"clusters,omitempty"`
	// ExtraHosts and ExtraVMs fill the inventory for tests of scale: they are spread evenly over the datacenters.
	ExtraHosts int `json:"extra_hosts,omitempty"`
	ExtraVMs   int `json:"extra_vms,omitempty"`
}

// Settings are the behaviours that real servers differ in, or that nobody has published.
type Settings struct {
	RebootSeconds     *float64 `json:"reboot_seconds,omitempty"`
	TaskSeconds       *float64 `json:"task_seconds,omitempty"`
	MaintenanceBlocks *bool    `json:"maintenance_blocks,omitempty"`
	// RebindWithoutReboot, when set, decides for every host; otherwise each host's own word counts.
	RebindWithoutReboot *bool `json:"rebind_without_reboot,omitempty"`
	// DRSMovesAtPowerOn: a VM of a cluster that is powered on without a word about the host starts on another one.
	DRSMovesAtPowerOn bool `json:"drs_moves_at_power_on,omitempty"`
	// HostsListHiddenVMs false: the list of a host's VMs has only those that the client can see.
	HostsListHiddenVMs *bool `json:"hosts_list_hidden_vms,omitempty"`
	// LostUpdatesSentAgain: an update whose answer was lost comes again when the client asks from the same version.
	LostUpdatesSentAgain bool `json:"lost_updates_sent_again,omitempty"`
	// StaleEntryOnPull says whether a VM keeps the entry of a device that was pulled out (not published: either).
	StaleEntryOnPull *bool `json:"stale_entry_on_pull,omitempty"`
	// PassthroughInUse says what becomes of a change of passthrough of a device that the host or a running VM uses: it is
	// refused, or pending until a reboot (not published: either).
	PassthroughInUse string `json:"passthrough_in_use,omitempty"`
	// SlotKeepsPassthrough: passthrough is stored by address, so that a new device has that of the one before it.
	SlotKeepsPassthrough bool `json:"slot_keeps_passthrough,omitempty"`
	// CustomValueLimit is how many characters a custom attribute can have; 0 is no limit (not published).
	CustomValueLimit int `json:"custom_value_limit,omitempty"`
	// KeptPassthroughPending: passthrough that a new device has from its slot is in force after a reboot only.
	KeptPassthroughPending bool `json:"kept_passthrough_pending,omitempty"`
	// AnswerDelaySeconds makes every answer late, AnswerDelayByMethod that of the methods it names; see Delay.
	AnswerDelaySeconds  float64            `json:"answer_delay_seconds,omitempty"`
	AnswerDelayByMethod map[string]float64 `json:"answer_delay_by_method,omitempty"`
	// GuestUnresponsiveAdd and GuestUnresponsiveRemove say what becomes of a hot-add or hot-remove that the guest does
	// not react to within GuestTimeoutSeconds: it succeeds or fails (not published: either).
	GuestUnresponsiveAdd    string   `json:"guest_unresponsive_add,omitempty"`
	GuestUnresponsiveRemove string   `json:"guest_unresponsive_remove,omitempty"`
	GuestTimeoutSeconds     *float64 `json:"guest_timeout_seconds,omitempty"`
}

// Host describes one ESXi host.
type Host struct {
	Name       string `json:"name"`
	Version    string `json:"version,omitempty"`
	Build      string `json:"build,omitempty"`
	Datacenter string `json:"datacenter,omitempty"`
	// Cluster is the cluster that the host is a member of; empty means a standalone host.
	Cluster string `json:"cluster,omitempty"`
	// Boot is how the host was installed and boots (P1), one of BootKinds.
	Boot                string `json:"boot,omitempty"`
	Firmware            string `json:"firmware,omitempty"`
	ESXCLI              string `json:"esxcli,omitempty"` // one of ESXCLIWays
	Connected           *bool  `json:"connected,omitempty"`
	RebindWithoutReboot bool   `json:"rebind_without_reboot,omitempty"`
	InMaintenanceMode   bool   `json:"in_maintenance_mode,omitempty"`
	FptHotplug          *bool  `json:"fpt_hotplug,omitempty"`
	LocatorLED          *bool  `json:"locator_led,omitempty"`
	FreeNVMe            *int   `json:"free_nvme,omitempty"`
	// OwnNVMe false: the host has no NVMe devices but the free ones; what it needs for itself is elsewhere.
	OwnNVMe          *bool             `json:"own_nvme,omitempty"`
	Kernel           map[string]Kernel `json:"kernel,omitempty"`
	ManagedByProfile bool              `json:"managed_by_profile,omitempty"`
	// PassthroughMax is how many passthrough devices a VM can have, by hardware version, and HotPlugGuests whether guests
	// of an id are said to take PCI devices while they run, where that is not as the release has it.
	PassthroughMax map[string]int32 `json:"passthrough_max,omitempty"`
	HotPlugGuests  map[string]bool  `json:"hot_plug_guests,omitempty"`
	// Joined false leaves the host out of the inventory until a client adds it.
	Joined *bool `json:"joined,omitempty"`
	// PassthroughEnabled lists addresses whose passthrough is enabled and active from the start.
	PassthroughEnabled []string `json:"passthrough_enabled,omitempty"`
	// Devices changes single devices of the table in README.md, or adds some.
	Devices []Device `json:"devices,omitempty"`
}

// Kernel overrides the start values of one kernel setting. A configured value that differs from the runtime
// value is a pending reboot.
type Kernel struct {
	Configured *string `json:"configured,omitempty"`
	Runtime    *string `json:"runtime,omitempty"`
}

// Device changes one device of a host, or adds one at an address where the host has none.
type Device struct {
	Address string `json:"address"`
	// VendorDevice is the model of a device that is added, one of those that README.md lists.
	VendorDevice string `json:"vendor_device,omitempty"`
	Serial       string `json:"serial,omitempty"`
	// Use is what is on the disk, or who uses it; see README.md for the words.
	Use *string `json:"use,omitempty"`
	// Detached: the disk was detached, its operational state is off.
	Detached bool `json:"detached,omitempty"`
	// Adapter false: no driver of ESXi has taken the device, so there is no storage adapter for it.
	Adapter *bool `json:"adapter,omitempty"`
	// LED false: the bay of the device has no locator LED that the host can light.
	LED *bool `json:"led,omitempty"`
	// SRIOV: the device is capable of SR-IOV, and offered to VMs as such.
	SRIOV           bool   `json:"sriov,omitempty"`
	Slot            *int   `json:"slot,omitempty"`
	SlotDescription string `json:"slot_description,omitempty"`
	// CapacityGB is the size of a drive in GB, as manufacturers count.
	CapacityGB int64 `json:"capacity_gb,omitempty"`
	// DependentDevice is the device that has to be released with it: devices that share it are toggled together.
	DependentDevice string `json:"dependent_device,omitempty"`
	// ResetMethod is how ESXi resets the device, in the words of esxcli hardware pci list.
	ResetMethod        string `json:"reset_method,omitempty"`
	Capable            *bool  `json:"passthrough_capable,omitempty"`
	PassthroughEnabled *bool  `json:"passthrough_enabled,omitempty"`
	PassthroughActive  *bool  `json:"passthrough_active,omitempty"`
}

// VM describes one virtual machine.
type VM struct {
	Name       string `json:"name"`
	Datacenter string `json:"datacenter,omitempty"`
	// Folder is the path of the VM's folder below the datacenter's vm folder; empty is that folder itself.
	Folder              string   `json:"folder,omitempty"`
	Host                string   `json:"host,omitempty"`
	Power               string   `json:"power,omitempty"`
	Firmware            string   `json:"firmware,omitempty"`
	Layout              string   `json:"layout,omitempty"`
	HWVersion           string   `json:"hw_version,omitempty"`
	GuestID             string   `json:"guest_id,omitempty"`
	MemoryMB            int32    `json:"memory_mb,omitempty"`
	NumCPU              int32    `json:"num_cpu,omitempty"`
	CPUHotAdd           bool     `json:"cpu_hot_add,omitempty"`
	CPUHotRemove        bool     `json:"cpu_hot_remove,omitempty"`
	MemoryHotAdd        bool     `json:"memory_hot_add,omitempty"`
	IOMMU               bool     `json:"iommu,omitempty"`
	NestedHV            bool     `json:"nested_hv,omitempty"`
	MemLocked           bool     `json:"mem_locked,omitempty"`
	FptHotplug          bool     `json:"fpt_hotplug,omitempty"`
	Template            bool     `json:"template,omitempty"`
	ToolsRunning        bool     `json:"tools_running,omitempty"`
	DynamicDirectPath   bool     `json:"dynamic_directpath,omitempty"`
	Passthrough         []string `json:"passthrough,omitempty"`
	MemoryReservationMB int64    `json:"memory_reservation_mb,omitempty"`
	// UUID is the BIOS UUID, which copies of a VM can share.
	UUID string `json:"uuid,omitempty"`
	// ConnectionState is what vCenter says of the VM, e.g. inaccessible or orphaned.
	ConnectionState string `json:"connection_state,omitempty"`
	// Visibility is what clients see of the VM, one of Visibilities.
	Visibility string `json:"visibility,omitempty"`
	// ManagedBy is the extension, and its type, that the VM belongs to; ExtraConfig its advanced options.
	ManagedBy   *ManagedBy        `json:"managed_by,omitempty"`
	ExtraConfig map[string]string `json:"extra_config,omitempty"`
	// Snapshot is the name of a snapshot that the VM has.
	Snapshot string `json:"snapshot,omitempty"`
	// FaultTolerance: the VM has a secondary one on another host, which the lab does not show.
	FaultTolerance bool `json:"fault_tolerance,omitempty"`
	// Question, if set, is what the VM asks, until somebody answers.
	Question *Question `json:"question,omitempty"`
	// Guest, if set, is a real Linux that runs while the VM is powered on.
	Guest *Guest `json:"guest,omitempty"`
}

// ManagedBy names who manages a VM: vCLS VMs have VirtualCenter and vcls-entity from 8.0 U3 on.
type ManagedBy struct {
	ExtensionKey string `json:"extension_key"`
	Type         string `json:"type"`
}

// Question is what a VM asks, with the labels of the answers.
type Question struct {
	Text    string   `json:"text,omitempty"`
	Choices []string `json:"choices,omitempty"`
}

// Read reads a configuration file; an empty path gives an empty one. Unknown keys are errors, so that a misspelt
// one is not silently ignored.
func Read(path string) (Config, error) {
	if path == "" {
		return Config{}, nil
	}
	data, err := os.ReadFile(path)
	if err != nil {
		return Config{}, err
	}
	return Parse(data)
}

// Parse is Read for a configuration that is in memory.
func Parse(data []byte) (Config, error) {
	var c Config
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&c); err != nil {
		return c, fmt.Errorf("configuration: %w", err)
	}
	return c, nil
}
