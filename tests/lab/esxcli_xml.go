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

// answerXML writes the rows that a command answers.
func (n *cliNamespace) answerXML(c *cliCommand, rows []cliRow) string {
	if c.structure == "" {
		return fmt.Sprintf(`<obj %s xsi:type="xsd:boolean">true</obj>`, xmlNames)
	}
	var b strings.Builder
	kind := wsdlName(n.structure(c))
	if c.list {
		fmt.Fprintf(&b, `<obj %s xsi:type="ArrayOfDataObject">`, xmlNames)
		for _, row := range rows {
			fmt.Fprintf(&b, `<DataObject xsi:type="%s">`, kind)
			c.writeRow(&b, row)
			b.WriteString("</DataObject>")
		}
	} else {
		fmt.Fprintf(&b, `<obj %s xsi:type="%s">`, xmlNames, kind)
		c.writeRow(&b, rows[0])
	}
	return b.String() + "</obj>"
}

func (c *cliCommand) writeRow(b *strings.Builder, row cliRow) {
	for i, column := range c.columns {
		writeElement(b, column.name, row[i])
	}
}

// infoXML describes the commands of a namespace: vim.CLIInfo.Info.
func (n *cliNamespace) infoXML() string {
	var b strings.Builder
	fmt.Fprintf(&b, `<obj %s xsi:type="CLIInfoInfo">`, xmlNames)
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
	return b.String() + "</obj>"
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
