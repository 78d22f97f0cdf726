// Copyright: (c) 2026, directpath.nvme contributors
// GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
// SPDX-License-Identifier: GPL-3.0-or-later

package lab

import (
	"github.com/vmware/govmomi/vim25/methods"
	"github.com/vmware/govmomi/vim25/soap"
)

func (l *Lab) overrideFetch() {
	l.override("Fetch", fetch)
}

// fetch answers Fetch, by which pyvmomi reads a property on access. For a property that is not set, the simulator
// answers with the response of another method, which pyvmomi cannot read; a real server answers with nothing.
func fetch(c *Call) soap.HasFault {
	answer := c.native()
	if other, ok := answer.(*methods.RetrievePropertiesExBody); ok && other.Fault() == nil {
		return &reflective{Res: &named{method: c.Method, value: struct{}{}}}
	}
	return answer
}
