// Copyright: (c) 2026, directpath.nvme contributors
// GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
// SPDX-License-Identifier: GPL-3.0-or-later

package lab

import (
	"fmt"
	"strings"

	"github.com/vmware/govmomi/vim25/xml"
)

// cliAnswer is the answer to a command: plain text of an XML schema type, rows, one object, or XML as it is.
type cliAnswer struct {
	kind string // of text: boolean, string, long; of rows: the name of the structure
	text string
	rows []cliRow
	list bool
	raw  string
}

// cliRow is a structure: fields in their order, as names and values.
type cliRow []cliField

type cliField struct{ name, value string }

const xmlNames = `xmlns="urn:vim25" xmlns:xsd="http://www.w3.org/2001/XMLSchema" ` +
	`xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"`

func yes() cliAnswer { return cliAnswer{kind: "boolean", text: "true"} }

// xml writes the answer as the host agent does. The type of a structure is named after the method that returns it.
func (a cliAnswer) xml(method string) string {
	if a.raw != "" {
		return a.raw
	}
	if a.kind == "boolean" || a.kind == "string" {
		return fmt.Sprintf(`<obj %s xsi:type="xsd:%s">%s</obj>`, xmlNames, a.kind, escape(a.text))
	}
	var b strings.Builder
	kind := wsdlName(method) + a.kind
	if !a.list {
		fmt.Fprintf(&b, `<obj %s xsi:type="%s">`, xmlNames, kind)
		a.rows[0].write(&b)
		return b.String() + "</obj>"
	}
	fmt.Fprintf(&b, `<obj %s xsi:type="ArrayOfDataObject">`, xmlNames)
	for _, row := range a.rows {
		fmt.Fprintf(&b, `<DataObject xsi:type="%s">`, kind)
		row.write(&b)
		b.WriteString("</DataObject>")
	}
	return b.String() + "</obj>"
}

func (r cliRow) write(b *strings.Builder) {
	for _, f := range r {
		fmt.Fprintf(b, "<%s>%s</%s>", f.name, escape(f.value), f.name)
	}
}

// wsdlName is the name of a method in types: vim.EsxCLI.system.settings.kernel.list is VimEsxCLIsystemsettingskernellist.
func wsdlName(method string) string {
	return "V" + strings.ReplaceAll(method, ".", "")[1:]
}

func escape(s string) string {
	var b strings.Builder
	_ = xml.EscapeText(&b, []byte(s)) // a strings.Builder does not fail
	return b.String()
}
