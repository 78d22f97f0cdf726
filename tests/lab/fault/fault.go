// Copyright: (c) 2026, directpath.nvme contributors
// GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
// SPDX-License-Identifier: GPL-3.0-or-later

// Package fault has typed faults of the vSphere API together with the text that vSphere shows for them.
package fault

import (
	"fmt"

	"github.com/vmware/govmomi/vim25/types"
)

// Fault is a typed API fault with the text that vSphere shows for it.
type Fault struct {
	Detail  types.BaseMethodFault
	Message string
}

func (f *Fault) Error() string { return f.Message }

// New makes a fault of a detail and a text.
func New(detail types.BaseMethodFault, format string, args ...any) *Fault {
	return &Fault{Detail: detail, Message: fmt.Sprintf(format, args...)}
}

// NotFound is the fault for an object that does not exist.
func NotFound(ref types.ManagedObjectReference) *Fault {
	return New(&types.ManagedObjectNotFound{Obj: ref},
		"The object '%s:%s' has already been deleted or has not been completely created", ref.Type, ref.Value)
}

// Of turns any error into a fault; one that is not typed is a mistake of the lab and shows as SystemError.
func Of(err error) *Fault {
	if f, ok := err.(*Fault); ok {
		return f
	}
	return New(&types.SystemError{Reason: err.Error()}, "A general system error occurred: %s", err)
}
