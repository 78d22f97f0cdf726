// Copyright: (c) 2026, directpath.nvme contributors
// GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
// SPDX-License-Identifier: GPL-3.0-or-later

package lab

import "github.com/vmware/govmomi/vim25/types"

// moment is when a rule is judged. A rule can have several.
type moment uint

const (
	// onCreate and onReconfigure are the making and the change of a VM that is powered off.
	onCreate moment = 1 << iota
	onReconfigure
	// onRunning is the change of a VM that is not powered off.
	onRunning
	// onHotAdd and onHotRemove are such changes that add or remove passthrough devices.
	onHotAdd
	onHotRemove
	// onPowerOn is a power-on or reset of a VM that has passthrough devices.
	onPowerOn
)

const onHotPlug = onHotAdd | onHotRemove

// rule is one requirement that the server enforces.
type rule struct {
	// id is the requirement that the rule comes from. Clients find it as the faultMessage key "lab.<id>".
	id   string
	when moment
	// kept says whether an attempt keeps the rule. It may name the culprit in the attempt, for the message.
	kept  func(*attempt) bool
	fault faultMaker
	// message is the text; {words} stand for facts of the attempt (see attempt.text).
	message string
}

// rules is everything that the lab enforces on passthrough devices. They are judged from the top, and the first that
// is broken decides. Fault types and messages are those seen on real servers where any were published; the others are
// types that the API has for the case.
var rules = []rule{
	// What may not ride along on a running VM, whether or not a device is plugged: P6, P7 and N1 to N3 need it off.
	{"P7", onRunning, powerOffFieldsUnset, wrongPowerState,
		"The attempted operation cannot be performed in the current state ({power})."},
	{"P7", onCreate | onReconfigure, layoutPossible, invalidArgument,
		"A specified parameter was not correct: {field}"},

	// One device in a call, and nothing else.
	{"L1", onHotAdd, keysUnique, invalidDevice,
		"Cannot add multiple devices using the same device key."},
	{"L1", onHotAdd, addsOne, invalidArgument,
		"A specified parameter was not correct: {field}"},
	{"L2", onHotRemove, removesOne, hotPlugFailed,
		"Only one passthrough device can be removed in one operation."},
	{"L3", onHotPlug, nothingElse, invalidArgument,
		"A specified parameter was not correct: {field}"},

	// The host and the VM.
	{"Q8", onHotPlug, hostKnowsHotPlug, hotPlugUnsupported,
		"The host does not support hot-plug of passthrough devices."},
	{"P7", onHotPlug, hotPlugEnabled, hotPlugUnsupported,
		"Hot-plug of passthrough devices is not enabled for this virtual machine."},
	{"P6", onHotAdd, hasFirmwareEFI, hotPlugFailed,
		"The virtual machine does not boot with EFI firmware."},
	{"P7", onHotAdd, hasLayoutACPI, hotPlugFailed,
		"The motherboard layout of the virtual machine is not acpiHostBridges."},
	{"P7", onHotAdd, memoryReserved, hotPlugFailed,
		"Invalid memory setting: memory reservation (sched.mem.min) should be equal to memsize({memory})."},
	{"N1", onHotAdd, noIOMMU, hotPlugFailed,
		"An IOMMU is exposed to the guest."},
	{"N2", onHotAdd, noCPUHotPlug, hotPlugFailed,
		"CPU hot plug is enabled."},
	{"N3", onHotAdd, noMemoryHotPlug, hotPlugFailed,
		"Memory hot plug is enabled."},
	{"N4", onHotAdd, noDynamicDevice, hotPlugFailed,
		"The virtual machine has a Dynamic DirectPath I/O device."},
	{"N5", onHotAdd, fewCPUs, hotPlugFailed,
		"The virtual machine has more than 128 virtual CPUs."},
	{"N9", onHotAdd, noNestedHV, hotPlugFailed,
		"Virtualization is not supported on a virtual machine with a PCI passthrough device."},
	{"L4", onHotAdd, hasRoom, tooManyDevices,
		"The virtual machine has the most passthrough devices that can be hot-plugged ({limit}) already."},

	// The device.
	{"C3", onHotRemove, hasDevice, invalidDevice,
		"Invalid configuration for device '0'."},
	{"P5", onHotAdd, onHost, invalidBacking,
		"Device {device} is not a passthrough device."},
	{"L5", onHotAdd, isNVMe, hotPlugUnsupported,
		"Device {device} is not an NVMe device."},
	{"P5", onHotAdd, passthroughActive, hotPlugFailed,
		"Device {device} is not a passthrough device."},
	{"C1", onHotAdd, identityMatches, hotPlugFailed,
		"The systemId does not match the current system or the deviceId and vendorId do not match the device " +
			"currently at {device}."},
	{"C1", onHotAdd, notInUse, resourceInUse,
		"The resource '{address}' is in use."},

	// Power-on.
	{"N9", onPowerOn, noNestedHV, powerOnFailed,
		"Virtualization is not supported on a virtual machine with a PCI passthrough device."},
	{"P7", onPowerOn, memoryReserved, powerOnFailed,
		"Invalid memory setting: memory reservation (sched.mem.min) should be equal to memsize({memory})."},
	{"P5", onPowerOn, onHost, deviceFailed,
		"Device {device} is not a passthrough device."},
	{"P5", onPowerOn, passthroughActive, deviceFailed,
		"Device {device} is not a passthrough device."},
	{"C1", onPowerOn, identityMatches, deviceFailed,
		"The systemId does not match the current system or the deviceId and vendorId do not match the device " +
			"currently at {device}."},
	{"C1", onPowerOn, notInUse, deviceFailed,
		"Device {device} is already in use."},
}

// judge returns the fault of the first rule that the attempt breaks.
func judge(a *attempt) error {
	for _, r := range rules {
		if r.when&a.when == 0 || r.kept(a) {
			continue
		}
		text := a.text(r.message)
		fault := r.fault(a, text)
		detail := fault.Detail.GetMethodFault()
		detail.FaultMessage = append(detail.FaultMessage, types.LocalizableMessage{Key: "lab." + r.id, Message: text})
		return fault
	}
	return nil
}
