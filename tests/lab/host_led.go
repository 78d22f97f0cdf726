// Copyright: (c) 2026, directpath.nvme contributors
// GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
// SPDX-License-Identifier: GPL-3.0-or-later

package lab

import (
	"slices"

	"github.com/vmware/govmomi/vim25/soap"
	"github.com/vmware/govmomi/vim25/types"

	"directpath.nvme/lab/fault"
)

// Locator LEDs: HostStorageSystem lights those of disks that ESXi's driver has. No property tells whether one is on.

func (l *Lab) overrideLEDs() {
	l.override("TurnDiskLocatorLedOn_Task", func(c *Call) soap.HasFault {
		return l.turnLEDs(c, c.Body.(*types.TurnDiskLocatorLedOn_Task).ScsiDiskUuids, true)
	})
	l.override("TurnDiskLocatorLedOff_Task", func(c *Call) soap.HasFault {
		return l.turnLEDs(c, c.Body.(*types.TurnDiskLocatorLedOff_Task).ScsiDiskUuids, false)
	})
}

// turnLEDs answers with a task that succeeds also where LEDs failed: those are in its result, as the API reference has
// it. That a host without the capability refuses the call with NotSupported, and the faults in the result, are guesses.
func (l *Lab) turnLEDs(c *Call, uuids []string, on bool) soap.HasFault {
	h, err := l.hostOfManager(c)
	if err != nil {
		return c.fault(err)
	}
	if !*h.cfg.LocatorLED {
		return c.fault(fault.New(&types.NotSupported{}, "The operation is not supported on the object."))
	}
	if len(uuids) == 0 {
		return c.fault(fault.New(&types.InvalidArgument{InvalidProperty: "scsiDiskUuids"},
			"A specified parameter was not correct: scsiDiskUuids"))
	}
	return c.returns(l.startTask(h.ref, c.Method, func(*job) (types.AnyType, error) {
		failed := types.ArrayOfHostStorageSystemDiskLocatorLedResult{}
		for _, uuid := range uuids {
			if err := l.turnLED(h, uuid, on); err != nil {
				failed.HostStorageSystemDiskLocatorLedResult = append(failed.HostStorageSystemDiskLocatorLedResult,
					types.HostStorageSystemDiskLocatorLedResult{Key: uuid, Fault: types.LocalizedMethodFault{
						Fault: err.Detail, LocalizedMessage: err.Message,
					}})
			}
		}
		if len(failed.HostStorageSystemDiskLocatorLedResult) == 0 {
			return nil, nil
		}
		return failed, nil
	}))
}

func (l *Lab) turnLED(h *hostState, uuid string, on bool) *fault.Fault {
	l.mu.Lock()
	defer l.mu.Unlock()
	at := slices.IndexFunc(h.devices, func(d *pciDevice) bool { return d.hasDisk() && d.disk().Uuid == uuid })
	switch {
	case at < 0:
		return fault.New(&types.NotFound{}, "The host has no disk with the UUID %s.", uuid)
	case h.devices[at].noLED:
		return fault.New(&types.HostConfigFault{}, "Unable to turn the locator LED of %s.", h.devices[at].canonicalName())
	}
	h.devices[at].lit = on
	return nil
}
