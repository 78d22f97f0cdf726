// Copyright: (c) 2026, directpath.nvme contributors
// GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
// SPDX-License-Identifier: GPL-3.0-or-later

package lab

import (
	"slices"

	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25/soap"
	"github.com/vmware/govmomi/vim25/types"

	"directpath.nvme/lab/fault"
)

func (l *Lab) overrideOptions() {
	l.override("UpdateOptions", l.updateOptions)
}

// updateOptions refuses advanced options that a host does not have; the simulator would invent them. The important one
// is VMkernel.Boot.maxIntrCookies: no release has it, only esxcli can set that parameter (P2).
func (l *Lab) updateOptions(c *Call) soap.HasFault {
	if setting := l.serviceInstance().Content.Setting; setting != nil && c.This == *setting {
		return c.native() // options of vCenter itself can be added
	}
	manager, err := get[*simulator.OptionManager](c.Ctx, c.This)
	if err != nil {
		return c.fault(err)
	}
	var known []string
	l.locked(c.Ctx, manager, func() {
		for _, o := range manager.Setting {
			known = append(known, o.GetOptionValue().Key)
		}
	})
	for _, o := range c.Body.(*types.UpdateOptions).ChangedValue {
		if key := o.GetOptionValue().Key; !slices.Contains(known, key) {
			return c.fault(fault.New(&types.InvalidName{Name: key}, "The name '%s' is invalid.", key))
		}
	}
	return c.native()
}
