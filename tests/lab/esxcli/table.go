// Copyright: (c) 2026, directpath.nvme contributors
// GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
// SPDX-License-Identifier: GPL-3.0-or-later

// Package esxcli is what a host tells clients of esxcli over the API: its commands, their types, and answers as XML.
package esxcli

import "strings"

// Namespace is a group of esxcli commands, e.g. system settings kernel. What clients are told of the commands (their
// options, their types, how to print an answer) comes from this table.
type Namespace struct {
	Name, help string // name with dots
	Commands   []Command
}

type Command struct {
	Name, help string
	params     []Param
	// structure is the name of the data type that the command answers with, and columns its fields; without it the
	// command answers true.
	structure string
	columns   []Column
	// list: the answer is any number of structures, shown by formatter table or by the default.
	list      bool
	formatter string
}

type Param struct {
	Name, help string
	aliases    []string
	optional   bool
}

// Column is a field of a structure; display is how clients head it.
type Column struct{ name, kind, display string }

// Row has the values of a structure in the order of its columns.
type Row []string

var Namespaces = []Namespace{
	{
		Name: "system.settings.kernel", help: "Operations that allow the setting of VMkernel boot parameters.",
		Commands: []Command{
			{
				Name: "list", help: "List VMkernel kernel settings.",
				params: []Param{{"option", "Only get the information for this setting.", []string{"-o", "--option"}, true}},
				list:   true, formatter: "table", structure: "KernelSetting",
				columns: []Column{
					{"Configured", "string", "Configured"}, {"Default", "string", "Default"},
					{"Description", "string", "Description"}, {"Name", "string", "Name"},
					{"Runtime", "string", "Runtime"}, {"Type", "string", "Type"},
				},
			},
			{
				Name: "set", help: "Set a VMkernel setting. It is in force after a reboot.",
				params: []Param{
					{"setting", "The name of the setting.", []string{"-s", "--setting"}, false},
					{"value", "The value to set.", []string{"-v", "--value"}, false},
				},
				formatter: "simple",
			},
		},
	},
	{
		Name: "hardware.pci", help: "PCI device information.",
		Commands: []Command{{
			Name: "list", help: "List all of the PCI devices on the host.",
			list: true, formatter: "simple", structure: "PciDevice", columns: pciColumns,
		}},
	},
	{
		Name: "hardware.pci.pcipassthru", help: "Passthrough of PCI devices.",
		Commands: []Command{{
			Name: "list", help: "List which devices are configured for passthrough.",
			list: true, formatter: "table", structure: "PciPassthru",
			columns: []Column{{"DeviceID", "string", "Device ID"}, {"Enabled", "boolean", "Enabled"}},
		}},
	},
	{
		Name: "nvme.device", help: "NVMe devices of the host.",
		Commands: []Command{
			{
				Name: "list", help: "List the adapters of NVMe devices.",
				list: true, formatter: "table", structure: "DeviceList",
				columns: []Column{{"HBAName", "string", "HBA Name"}, {"Signature", "string", "Signature"}, {"Status", "string", "Status"}},
			},
			{
				Name: "get", help: "Get what an NVMe device says of itself.",
				params: []Param{adapterParam}, formatter: "simple", structure: "DeviceInfo", columns: nvmeColumns,
			},
		},
	},
	{
		Name: "nvme.device.namespace", help: "Namespaces of NVMe devices.",
		Commands: []Command{{
			Name: "list", help: "List the namespaces of an NVMe device.",
			params: []Param{adapterParam},
			list:   true, formatter: "table", structure: "NamespaceList",
			columns: []Column{
				{"DeviceName", "string", "Device Name"}, {"NamespaceID", "long", "Namespace ID"}, {"Status", "string", "Status"},
			},
		}},
	},
	{
		Name: "storage.core.device", help: "Operations on the storage devices of the host.",
		Commands: []Command{{
			Name: "list", help: "List the storage devices of the host.",
			params: []Param{{"device", "Only this device.", []string{"-d", "--device"}, true}},
			list:   true, formatter: "simple", structure: "ScsiDevice", columns: storageColumns,
		}},
	},
	{
		Name: "system.boot.device", help: "Operations relating to the boot device.",
		Commands: []Command{{
			Name: "get", help: "Get the boot device of the host.",
			formatter: "simple", structure: "BootDevice",
			columns: []Column{
				{"BootFilesystemUUID", "string", "Boot Filesystem UUID"}, {"BootNIC", "string", "Boot NIC"},
				{"StatelessBootNIC", "string", "Stateless Boot NIC"},
			},
		}},
	},
}

// moType is the managed object type that a client sees for a namespace, moid its object.
func (n *Namespace) MoType() string { return root + n.Name }
func (n *Namespace) moid() string   { return "ha-cli-handler-" + strings.ReplaceAll(n.Name, ".", "-") }

const (
	root = "vim.EsxCLI."
	// infoType describes commands to clients; it has one object, of which they call FetchInfo.
	infoType  = "vim.CLIInfo"
	infoMoID  = "ha-dynamic-type-manager-local-cli-cliinfo"
	FetchInfo = "vim.CLIInfo.FetchCLIInfo"
)

// Find finds the command that a method like vim.EsxCLI.system.settings.kernel.list stands for. The official
// client writes the last word with a capital.
func Find(method string) (*Namespace, *Command) {
	for i := range Namespaces {
		n := &Namespaces[i]
		for j := range n.Commands {
			if strings.EqualFold(method, n.MoType()+"."+n.Commands[j].Name) {
				return n, &n.Commands[j]
			}
		}
	}
	return nil, nil
}

// result is the name of the type that a command of a namespace answers with.
func (n *Namespace) result(c *Command) string {
	switch {
	case c.structure == "":
		return "boolean"
	case c.list:
		return n.structure(c) + "[]"
	}
	return n.structure(c)
}

func (n *Namespace) structure(c *Command) string {
	return n.MoType() + "." + c.Name + "." + c.structure
}

// Path names a command with its namespace: system.settings.kernel.list.
func (n *Namespace) Path(c *Command) string { return n.Name + "." + c.Name }

// WSDLName is the name of a type or method on the wire: vim.EsxCLI.hardware.pci is VimEsxCLIhardwarepci.
func WSDLName(name string) string {
	return "V" + strings.ReplaceAll(name, ".", "")[1:]
}

// pciColumns are the fields that the lab has of those that a real host lists.
var pciColumns = []Column{
	{"Address", "string", "Address"},
	{"Bus", "long", "Bus"},
	{"Chassis", "long", "Chassis"},
	{"ConfiguredOwner", "string", "Configured Owner"},
	{"CurrentOwner", "string", "Current Owner"},
	{"DependentDevice", "string", "Dependent Device"},
	{"DeviceClass", "long", "Device Class"},
	{"DeviceClassName", "string", "Device Class Name"},
	{"DeviceID", "long", "Device ID"},
	{"DeviceName", "string", "Device Name"},
	{"ExtendedDeviceID", "long", "Extended Device ID"},
	{"ExtendedDeviceName", "string", "Extended Device Name"},
	{"FPTSharable", "boolean", "FPT Sharable"},
	{"Function", "long", "Function"},
	{"ModuleName", "string", "Module Name"},
	{"NUMANode", "long", "NUMA Node"},
	{"ParentDevice", "string", "Parent Device"},
	{"PassthruCapable", "boolean", "Passthru Capable"},
	{"PhysicalSlot", "long", "Physical Slot"},
	{"ResetMethod", "string", "Reset Method"},
	{"Segment", "long", "Segment"},
	{"Slot", "long", "Slot"},
	{"SlotDescription", "string", "Slot Description"},
	{"SubDeviceID", "long", "SubDevice ID"},
	{"SubVendorID", "long", "SubVendor ID"},
	{"VMkernelName", "string", "VMkernel Name"},
	{"VendorID", "long", "Vendor ID"},
	{"VendorName", "string", "Vendor Name"},
}

// Methods lists the methods of esxcli.
func Methods() []string {
	methods := []string{FetchInfo}
	for _, n := range Namespaces {
		for _, c := range n.Commands {
			methods = append(methods, n.MoType()+"."+c.Name)
		}
	}
	return methods
}

var adapterParam = Param{"adapter", "The adapter of the device.", []string{"-A", "--adapter"}, false}

// nvmeColumns are the fields that the lab has of those that a real host gets.
var nvmeColumns = []Column{
	{"ControllerID", "long", "Controller ID"},
	{"FirmwareRevision", "string", "Firmware Revision"},
	{"ModelNumber", "string", "Model Number"},
	{"NumberofNamespaces", "long", "Number of Namespaces"},
	{"PCISSVID", "string", "PCISSVID"},
	{"PCIVID", "string", "PCIVID"},
	{"SerialNumber", "string", "Serial Number"},
	{"TotalNVMCapacity", "string", "Total NVM Capacity"},
	{"UnallocatedNVMCapacity", "string", "Unallocated NVM Capacity"},
}

// storageColumns are the fields that the lab has of those that a real host lists.
var storageColumns = []Column{
	{"DevfsPath", "string", "Devfs Path"},
	{"Device", "string", "Device"},
	{"DeviceType", "string", "Device Type"},
	{"DisplayName", "string", "Display Name"},
	{"IsBootDevice", "boolean", "Is Boot Device"},
	{"IsLocal", "boolean", "Is Local"},
	{"IsOffline", "boolean", "Is Offline"},
	{"IsSSD", "boolean", "Is SSD"},
	{"Model", "string", "Model"},
	{"Size", "long", "Size"},
	{"Status", "string", "Status"},
	{"Vendor", "string", "Vendor"},
}
