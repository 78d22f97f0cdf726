// Copyright: (c) 2026, directpath.nvme contributors
// GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
// SPDX-License-Identifier: GPL-3.0-or-later

package lab

import (
	"reflect"
	"strings"

	"github.com/vmware/govmomi/vim25/soap"
)

// The official esxcli client knows no command by itself: it asks the host's DynamicTypeManager for the objects that
// stand for namespaces and for the types of their methods, and builds what it needs from that. govmomi's types for
// these answers are internal, so they are declared here.

type moInstance struct {
	ID     string `xml:"id"`
	MoType string `xml:"moType"`
}

type allTypeInfo struct {
	ManagedTypeInfo []managedTypeInfo `xml:"managedTypeInfo"`
	DataTypeInfo    []dataTypeInfo    `xml:"dataTypeInfo"`
}

type typeName struct {
	Name     string   `xml:"name"`
	WsdlName string   `xml:"wsdlName"`
	Version  string   `xml:"version"`
	Base     []string `xml:"base"`
}

type managedTypeInfo struct {
	typeName
	Method []methodTypeInfo `xml:"method"`
}

type dataTypeInfo struct {
	typeName
	Property []propertyTypeInfo `xml:"property"`
}

type methodTypeInfo struct {
	Name           string             `xml:"name"`
	WsdlName       string             `xml:"wsdlName"`
	Version        string             `xml:"version"`
	ParamTypeInfo  []propertyTypeInfo `xml:"paramTypeInfo"`
	ReturnTypeInfo propertyTypeInfo   `xml:"returnTypeInfo"`
	Fault          []string           `xml:"fault"`
}

type propertyTypeInfo struct {
	Name       string       `xml:"name"`
	Version    string       `xml:"version"`
	Type       string       `xml:"type"`
	Annotation []annotation `xml:"annotation,omitempty"`
}

type annotation struct {
	Name string `xml:"name"`
}

// cliVersion is the API version that brought esxcli; every type of it belongs to that.
const cliVersion = "vim.version.version5"

const cliFaultType = "vim.EsxCLI.CLIFault"

func (l *Lab) queryMoInstances(c *Call) soap.HasFault {
	instances := []moInstance{{cliInfoMoid, cliInfoType}}
	for i := range cliNamespaces {
		instances = append(instances, moInstance{cliNamespaces[i].moid(), cliNamespaces[i].moType()})
	}
	return c.returns(instances)
}

// queryTypeInfo answers with the types whose name contains what the client asks for.
func (l *Lab) queryTypeInfo(c *Call) soap.HasFault {
	wanted := ""
	if filter := reflect.Indirect(reflect.ValueOf(c.Body)).FieldByName("FilterSpec"); !filter.IsNil() {
		wanted = stringField(filter.Interface(), "TypeSubstr")
	}
	var found allTypeInfo
	for _, t := range cliManagedTypes() {
		if strings.Contains(t.Name, wanted) {
			found.ManagedTypeInfo = append(found.ManagedTypeInfo, t)
		}
	}
	for _, t := range cliDataTypes() {
		if strings.Contains(t.Name, wanted) {
			found.DataTypeInfo = append(found.DataTypeInfo, t)
		}
	}
	return c.returns(found)
}

func nameOfType(name, base string) typeName {
	return typeName{Name: name, WsdlName: wsdlName(name), Version: cliVersion, Base: []string{base}}
}

func typeField(name, kind string, optional bool) propertyTypeInfo {
	p := propertyTypeInfo{Name: name, Version: cliVersion, Type: kind}
	if optional {
		p.Annotation = []annotation{{"optional"}}
	}
	return p
}

func cliManagedTypes() []managedTypeInfo {
	list := []managedTypeInfo{{
		typeName: nameOfType(cliInfoType, "vmodl.ManagedObject"),
		Method: []methodTypeInfo{{
			Name: "fetchCLIInfo", WsdlName: "VimCLIInfoFetchCLIInfo", Version: cliVersion,
			ParamTypeInfo:  []propertyTypeInfo{typeField("typeName", "string", false)},
			ReturnTypeInfo: typeField("result", cliInfoType+".Info", false),
			Fault:          []string{"vim.fault.NotFound"},
		}},
	}}
	for i := range cliNamespaces {
		n := &cliNamespaces[i]
		t := managedTypeInfo{typeName: nameOfType(n.moType(), "vmodl.ManagedObject")}
		for j := range n.commands {
			command := &n.commands[j]
			method := methodTypeInfo{
				Name: command.name, WsdlName: wsdlName(n.moType() + "." + command.name), Version: cliVersion,
				ReturnTypeInfo: typeField("result", n.result(command), false), Fault: []string{cliFaultType},
			}
			for _, p := range command.params {
				method.ParamTypeInfo = append(method.ParamTypeInfo, typeField(p.name, "string", p.optional))
			}
			t.Method = append(t.Method, method)
		}
		list = append(list, t)
	}
	return list
}

func cliDataTypes() []dataTypeInfo {
	const data = "vmodl.DynamicData"
	item := func(more ...propertyTypeInfo) []propertyTypeInfo {
		return append([]propertyTypeInfo{
			typeField("name", "string", false), typeField("displayName", "string", false), typeField("help", "string", false),
		}, more...)
	}
	info := func(short string, properties []propertyTypeInfo) dataTypeInfo {
		t := dataTypeInfo{nameOfType(cliInfoType+"."+short, data), properties}
		t.WsdlName = "CLIInfo" + short
		return t
	}
	list := []dataTypeInfo{
		info("Param", item(typeField("aliases", "string[]", true), typeField("default", "string", true),
			typeField("constraint", "string[]", true), typeField("flag", "boolean", false))),
		info("Method", item(typeField("param", cliInfoType+".Param[]", true), typeField("ret", cliInfoType+".Param", false),
			typeField("hints", "vim.KeyValue[]", true), typeField("examples", "string[]", true))),
		info("Info", item(typeField("method", cliInfoType+".Method[]", true))),
		{nameOfType(cliFaultType, "vmodl.MethodFault"), []propertyTypeInfo{typeField("errMsg", "string[]", false)}},
	}
	for i := range cliNamespaces {
		n := &cliNamespaces[i]
		for j := range n.commands {
			command := &n.commands[j]
			if command.structure == "" {
				continue
			}
			t := dataTypeInfo{typeName: nameOfType(n.structure(command), data)}
			for _, column := range command.columns {
				t.Property = append(t.Property, typeField(column.name, column.kind, false))
			}
			list = append(list, t)
		}
	}
	return list
}
