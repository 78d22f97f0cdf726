// Copyright: (c) 2026, directpath.nvme contributors
// GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
// SPDX-License-Identifier: GPL-3.0-or-later

package lab

import "strings"

// cliNamespace is a group of esxcli commands, e.g. system settings kernel. What clients are told of the commands (their
// options, their types) and what answers them both come from this table.
type cliNamespace struct {
	name, help string // name with dots
	commands   []cliCommand
}

type cliCommand struct {
	name, help string
	params     []cliParam
	// structure is the name of the data type that the command answers with, and columns its fields; without it the
	// command answers true.
	structure string
	columns   []cliColumn
	// list: the answer is any number of structures, shown by formatter table or by the default.
	list      bool
	formatter string
	run       func(l *Lab, h *hostState, args map[string]string) ([]cliRow, error)
}

type cliParam struct {
	name, help string
	aliases    []string
	optional   bool
}

// cliColumn is a field of a structure; display is how clients head it.
type cliColumn struct{ name, kind, display string }

// cliRow has the values of a structure in the order of its columns.
type cliRow []string

var cliNamespaces = []cliNamespace{
	{
		name: "system.settings.kernel", help: "Operations that allow the setting of VMkernel boot parameters.",
		commands: []cliCommand{
			{
				name: "list", help: "List VMkernel kernel settings.",
				params: []cliParam{{"option", "Only get the information for this setting.", []string{"-o", "--option"}, true}},
				list:   true, formatter: "table", structure: "KernelSetting", run: kernelList,
				columns: []cliColumn{
					{"Configured", "string", "Configured"}, {"Default", "string", "Default"},
					{"Description", "string", "Description"}, {"Name", "string", "Name"},
					{"Runtime", "string", "Runtime"}, {"Type", "string", "Type"},
				},
			},
			{
				name: "set", help: "Set a VMkernel setting. It is in force after a reboot.",
				params: []cliParam{
					{"setting", "The name of the setting.", []string{"-s", "--setting"}, false},
					{"value", "The value to set.", []string{"-v", "--value"}, false},
				},
				formatter: "simple", run: kernelSet,
			},
		},
	},
	{
		name: "hardware.pci", help: "PCI device information.",
		commands: []cliCommand{{
			name: "list", help: "List all of the PCI devices on the host.",
			list: true, formatter: "simple", structure: "PciDevice", columns: pciColumns, run: hardwarePCIList,
		}},
	},
	{
		name: "storage.core.device", help: "Operations on the storage devices of the host.",
		commands: []cliCommand{{
			name: "list", help: "List the storage devices of the host.",
			params: []cliParam{{"device", "Only this device.", []string{"-d", "--device"}, true}},
			list:   true, formatter: "simple", structure: "ScsiDevice", columns: storageColumns, run: storageDeviceList,
		}},
	},
	{
		name: "system.boot.device", help: "Operations relating to the boot device.",
		commands: []cliCommand{{
			name: "get", help: "Get the boot device of the host.",
			formatter: "simple", structure: "BootDevice", run: bootDeviceGet,
			columns: []cliColumn{
				{"BootFilesystemUUID", "string", "Boot Filesystem UUID"}, {"BootNIC", "string", "Boot NIC"},
				{"StatelessBootNIC", "string", "Stateless Boot NIC"},
			},
		}},
	},
}

// moType is the managed object type that a client sees for a namespace, moid its object.
func (n *cliNamespace) moType() string { return cliRoot + n.name }
func (n *cliNamespace) moid() string   { return "ha-cli-handler-" + strings.ReplaceAll(n.name, ".", "-") }

const (
	cliRoot = "vim.EsxCLI."
	// cliInfoType describes commands to clients; it has one object, of which they call fetchCLIInfo.
	cliInfoType  = "vim.CLIInfo"
	cliInfoMoid  = "ha-dynamic-type-manager-local-cli-cliinfo"
	fetchCLIInfo = "vim.CLIInfo.FetchCLIInfo"
)

// findCommand finds the command that a method like vim.EsxCLI.system.settings.kernel.list stands for. The official
// client writes the last word with a capital.
func findCommand(method string) (*cliNamespace, *cliCommand) {
	for i := range cliNamespaces {
		n := &cliNamespaces[i]
		for j := range n.commands {
			if strings.EqualFold(method, n.moType()+"."+n.commands[j].name) {
				return n, &n.commands[j]
			}
		}
	}
	return nil, nil
}

// result is the name of the type that a command of a namespace answers with.
func (n *cliNamespace) result(c *cliCommand) string {
	switch {
	case c.structure == "":
		return "boolean"
	case c.list:
		return n.structure(c) + "[]"
	}
	return n.structure(c)
}

func (n *cliNamespace) structure(c *cliCommand) string {
	return n.moType() + "." + c.name + "." + c.structure
}

// wsdlName is the name of a type or method on the wire: vim.EsxCLI.hardware.pci is VimEsxCLIhardwarepci.
func wsdlName(name string) string {
	return "V" + strings.ReplaceAll(name, ".", "")[1:]
}
