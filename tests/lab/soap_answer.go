// Copyright: (c) 2026, directpath.nvme contributors
// GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
// SPDX-License-Identifier: GPL-3.0-or-later

package lab

import (
	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25/soap"
	"github.com/vmware/govmomi/vim25/xml"

	"directpath.nvme/lab/fault"
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

// faultBody is an answer that is nothing but a fault.
type faultBody struct {
	Reason *soap.Fault
}

// Fault implements soap.HasFault.
func (b *faultBody) Fault() *soap.Fault { return b.Reason }

// fault answers the call with a fault.
func (c *Call) fault(err error) soap.HasFault {
	f := fault.Of(err)
	return &faultBody{Reason: simulator.Fault(f.Message, f.Detail)}
}
