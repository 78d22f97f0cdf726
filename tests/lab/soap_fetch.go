// Copyright: (c) 2026, directpath.nvme contributors
// GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
// SPDX-License-Identifier: GPL-3.0-or-later

package lab

import (
	"reflect"

	"github.com/vmware/govmomi/vim25/methods"
	"github.com/vmware/govmomi/vim25/soap"
	"github.com/vmware/govmomi/vim25/types"
)

func (l *Lab) overrideFetch() {
	l.override("Fetch", l.fetch)
}

// fetch answers Fetch, by which pyvmomi reads a property on access. Two answers of the simulator are not those of a
// real server: it hides some managers in the service content, and for a property that is not set it answers with the
// response of another method, which pyvmomi cannot read.
func (l *Lab) fetch(c *Call) soap.HasFault {
	if stringField(c.Body, "Prop") == "content" {
		return c.answers(struct {
			Returnval types.ServiceContent `xml:"returnval,typeattr"`
		}{l.serviceInstance().Content})
	}
	// The simulator lets its property collector answer, so the object is in the request only.
	ref := reflect.Indirect(reflect.ValueOf(c.Body)).FieldByName("This").Interface().(types.ManagedObjectReference)
	if privilege := l.deniedProperty(c.Ctx, ref, stringField(c.Body, "Prop")); privilege != "" {
		return c.fault(noPermission(ref, privilege))
	}
	answer := c.native()
	if other, ok := answer.(*methods.RetrievePropertiesExBody); ok && other.Fault() == nil {
		return c.answers(struct{}{})
	}
	return answer
}
