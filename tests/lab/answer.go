// Copyright: (c) 2026, directpath.nvme contributors
// GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
// SPDX-License-Identifier: GPL-3.0-or-later

package lab

import (
	"fmt"

	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25/soap"
	"github.com/vmware/govmomi/vim25/types"
	"github.com/vmware/govmomi/vim25/xml"
)

// govmomi has a type for the answer of every method (methods.XBody). Where that is internal, or one of many that are
// alike, an answer is made here: the simulator needs no more than a field Res, and a name for its element.

// answer is the answer to any method.
type answer struct {
	Res *response
}

// Fault implements soap.HasFault.
func (*answer) Fault() *soap.Fault { return nil }

// response is the content of an answer; its element is named after the method.
type response struct {
	method  string
	content any
}

// MarshalXML implements xml.Marshaler.
func (r *response) MarshalXML(e *xml.Encoder, start xml.StartElement) error {
	start.Name.Local = r.method + "Response"
	return e.EncodeElement(r.content, start)
}

// answers answers the call with the elements of a structure.
func (c *Call) answers(content any) soap.HasFault {
	return &answer{Res: &response{method: c.Method, content: content}}
}

// returned is the content of an answer that is one value, or each element of a slice.
type returned struct {
	Returnval any `xml:"returnval"`
}

// returns answers the call with a value, or with each element of a slice.
func (c *Call) returns(value any) soap.HasFault {
	return c.answers(returned{value})
}

// Fault is a typed API fault with the text that vSphere shows for it.
type Fault struct {
	Detail  types.BaseMethodFault
	Message string
}

func (f *Fault) Error() string { return f.Message }

func newFault(detail types.BaseMethodFault, format string, args ...any) *Fault {
	return &Fault{Detail: detail, Message: fmt.Sprintf(format, args...)}
}

// notFound is the fault for an object that does not exist.
func notFound(ref types.ManagedObjectReference) *Fault {
	return newFault(&types.ManagedObjectNotFound{Obj: ref},
		"The object '%s:%s' has already been deleted or has not been completely created", ref.Type, ref.Value)
}

// asFault turns any error into a fault; one that is not typed is a mistake of the lab and shows as SystemError.
func asFault(err error) *Fault {
	if f, ok := err.(*Fault); ok {
		return f
	}
	return newFault(&types.SystemError{Reason: err.Error()}, "A general system error occurred: %s", err)
}

// faultBody is an answer that is nothing but a fault.
type faultBody struct {
	Reason *soap.Fault
}

// Fault implements soap.HasFault.
func (b *faultBody) Fault() *soap.Fault { return b.Reason }

// fault answers the call with a fault.
func (c *Call) fault(err error) soap.HasFault {
	f := asFault(err)
	return &faultBody{Reason: simulator.Fault(f.Message, f.Detail)}
}
