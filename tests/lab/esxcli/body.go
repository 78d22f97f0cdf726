// Copyright: (c) 2026, directpath.nvme contributors
// GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
// SPDX-License-Identifier: GPL-3.0-or-later

package esxcli

import (
	"fmt"
	"strings"

	"github.com/vmware/govmomi/vim25/xml"
)

// The answers of esxcli commands are XML within a string, with the names that the host agent uses.

const xmlNames = `xmlns="urn:vim25" xmlns:xsd="http://www.w3.org/2001/XMLSchema" ` +
	`xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"`

// Body is an answer: the values, each with the name of its type and its content as XML.
type Body struct {
	kind   string
	values []string
	list   bool
}

// Elements writes each value as an element of that name.
func (b *Body) Elements(name string) string {
	var out strings.Builder
	for _, v := range b.values {
		fmt.Fprintf(&out, `<%s xsi:type="%s">%s</%s>`, name, b.kind, v, name)
	}
	return out.String()
}

// Document writes the answer as the string that ExecuteSoap returns.
func (b *Body) Document() string {
	if b.list {
		return fmt.Sprintf(`<obj %s xsi:type="ArrayOfDataObject">%s</obj>`, xmlNames, b.Elements("DataObject"))
	}
	return fmt.Sprintf(`<obj %s xsi:type="%s">%s</obj>`, xmlNames, b.kind, b.values[0])
}

// Body makes an answer of the rows that a command gave.
func (n *Namespace) Body(c *Command, rows []Row) *Body {
	if c.structure == "" {
		return &Body{kind: "xsd:boolean", values: []string{"true"}}
	}
	b := &Body{kind: WSDLName(n.structure(c)), list: c.list}
	for _, row := range rows {
		var fields strings.Builder
		for i, column := range c.columns {
			writeElement(&fields, column.name, row[i])
		}
		b.values = append(b.values, fields.String())
	}
	return b
}

// Describe describes the commands of the namespace that a client knows by that type; nil if there is none.
func Describe(moType string) *Body {
	for i := range Namespaces {
		if n := &Namespaces[i]; n.MoType() == moType {
			return n.info()
		}
	}
	return nil
}

// info describes the commands of a namespace: vim.CLIInfo.Info.
func (n *Namespace) info() *Body {
	var b strings.Builder
	short := n.Name[strings.LastIndex(n.Name, ".")+1:]
	writeItem(&b, n.Name, short, n.help)
	for i := range n.Commands {
		c := &n.Commands[i]
		b.WriteString("<method>")
		writeItem(&b, c.Name, c.Name, c.help)
		for _, p := range c.params {
			b.WriteString("<param>")
			writeItem(&b, p.Name, p.Name, p.help)
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
	return &Body{kind: "CLIInfoInfo", values: []string{b.String()}}
}

// writeHints tells clients how to print an answer.
func (c *Command) writeHints(b *strings.Builder) {
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
