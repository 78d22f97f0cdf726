// Copyright: (c) 2026, directpath.nvme contributors
// GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
// SPDX-License-Identifier: GPL-3.0-or-later

package esxcli

// Refusal is a refusal of esxcli; its text is what esxcli prints.
type Refusal struct{ Text string }

func (f *Refusal) Error() string { return f.Text }

// Result is vmodl.reflect.ManagedMethodExecuter.SoapResult.
type Result struct {
	Response string `xml:"response,omitempty"`
	Fault    *Fault `xml:"fault,omitempty"`
}

// Fault is a refusal as ExecuteSoap returns it.
type Fault struct {
	FaultMsg    string `xml:"faultMsg"`
	FaultDetail string `xml:"faultDetail,omitempty"`
}

// NewFault writes an error as a LocalizedMethodFault: a CLIFault with the text for what esxcli refuses, NotFound
// for methods that do not exist.
func NewFault(err error) *Fault {
	const head = `<obj xmlns="urn:vim25" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" ` +
		`xsi:type="LocalizedMethodFault">`
	if refusal, ok := err.(*Refusal); ok {
		return &Fault{FaultMsg: "EsxCLI.CLIFault.summary", FaultDetail: head +
			`<fault xsi:type="VimEsxCLICLIFault"><errMsg>` + escape(refusal.Text) + `</errMsg></fault>` +
			`<localizedMessage>EsxCLI.CLIFault.summary</localizedMessage></obj>`}
	}
	return &Fault{FaultMsg: "The object or item referred to could not be found.", FaultDetail: head +
		`<fault xsi:type="NotFound"></fault><localizedMessage>` + escape(err.Error()) + `</localizedMessage></obj>`}
}
