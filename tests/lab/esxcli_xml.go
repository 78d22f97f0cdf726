// Copyright: (c) 2026, directpath.nvme contributors
// GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
// SPDX-License-Identifier: GPL-3.0-or-later

package lab

import (
	"fmt"
	"strings"

	"github.com/vmware/govmomi/vim25/xml"
)

// The answers of esxcli commands are XML within a string, with the names that the host agent uses.

const xmlNames = `xmlns="urn:vim25" xmlns:xsd="http://www.w3.org/2001/XMLSchema" ` +
	`xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"`

// cliBody is an answer: the values, each with the name of its type and its content as XML.
type cliBody struct {
	kind   string
	values []string
	list   bool
}

// elements writes each value as an element of that name.
func (b *cliBody) elements(name string) string {
	var out strings.Builder
	for _, v := range b.values {
		fmt.Fprintf(&out, `<%s xsi:type="%s">%s</%s>`, name, b.kind, v, name)
	}
	return out.String()
}

// document writes the answer as the string that ExecuteSoap returns.
func (b *cliBody) document() string {
	if b.list {
		return fmt.Sprintf(`<obj %s xsi:type="ArrayOfDataObject">%s</obj>`, xmlNames, b.elements("DataObject"))
	}
	return fmt.Sprintf(`<obj %s xsi:type="%s">%s</obj>`, xmlNames, b.kind, b.values[0])
}

// body makes an answer of the rows that a command gave.
func (n *cliNamespace) body(c *cliCommand, rows []cliRow) *cliBody {
	if c.structure == "" {
		return &cliBody{kind: "xsd:boolean", values: []string{"true"}}
	}
	b := &cliBody{kind: wsdlName(n.structure(c)), list: c.list}
	for _, row := range rows {
		var fields strings.Builder
		for i, column := range c.columns {
			writeElement(&fields, column.name, row[i])
		}
		b.values = append(b.values, fields.String())
	}
	return b
}

// info describes the commands of a namespace: vim.CLIInfo.Info.
func (n *cliNamespace) info() *cliBody {
	var b strings.Builder
	short := n.name[strings.LastIndex(n.name, ".")+1:]
	writeItem(&b, n.name, short, n.help)
	for i := range n.commands {
		c := &n.commands[i]
		b.WriteString("<method>")
		writeItem(&b, c.name, c.name, c.help)
		for _, p := range c.params {
			b.WriteString("<param>")
			writeItem(&b, p.name, p.name, p.help)
			for _, alias := range p.aliases {
				writeElement(&b, "aliases", alias)
			}
			b.WriteString("<flag>false</flag></param>")
		}
		b.WriteString("<ret>")
		writeItem(&b, "result", "result", "")
		b.WriteString("<flag>false</flag></ret>")
		c.writeHints(&b)
		b.WriteString("</method>")
	}
	return &cliBody{kind: "CLIInfoInfo", values: []string{b.String()}}
}

// writeHints tells clients how to print an answer.
func (c *cliCommand) writeHints(b *strings.Builder) {
	hint := func(key, value string) {
		b.WriteString("<hints>")
		writeElement(b, "key", key)
		writeElement(b, "value", value)
		b.WriteString("</hints>")
	}
	hint("formatter", c.formatter)
	if c.structure == "" {
		return
	}
	var fields []string
	for _, column := range c.columns {
		fields = append(fields, column.display)
	}
	if c.formatter == "table" {
		hint("table-columns", strings.Join(fields, ","))
	}
	hint("fields:"+c.structure, strings.Join(fields, ","))
}

func writeItem(b *strings.Builder, name, display, help string) {
	writeElement(b, "name", name)
	writeElement(b, "displayName", display)
	writeElement(b, "help", help)
}

func writeElement(b *strings.Builder, name, text string) {
	fmt.Fprintf(b, "<%s>%s</%s>", name, escape(text), name)
}

func escape(s string) string {
	var b strings.Builder
	_ = xml.EscapeText(&b, []byte(s)) // a strings.Builder does not fail
	return b.String()
}
