// Copyright: (c) 2026, directpath.nvme contributors
// GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
// SPDX-License-Identifier: GPL-3.0-or-later

package esxcli

import "strings"

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

// version is the API version that brought esxcli; every type of it belongs to that.
const version = "vim.version.version5"

const faultType = "vim.EsxCLI.CLIFault"

// Instances are the objects that stand for namespaces.
func Instances() any {
	instances := []moInstance{{infoMoID, infoType}}
	for i := range Namespaces {
		instances = append(instances, moInstance{Namespaces[i].moid(), Namespaces[i].MoType()})
	}
	return instances
}

// TypesLike are the types whose name contains a text.
func TypesLike(wanted string) any {
	var found allTypeInfo
	for _, t := range managedTypes() {
		if strings.Contains(t.Name, wanted) {
			found.ManagedTypeInfo = append(found.ManagedTypeInfo, t)
		}
	}
	for _, t := range dataTypes() {
		if strings.Contains(t.Name, wanted) {
			found.DataTypeInfo = append(found.DataTypeInfo, t)
		}
	}
	return found
}

func nameOfType(name, base string) typeName {
	return typeName{Name: name, WsdlName: WSDLName(name), Version: version, Base: []string{base}}
}

func typeField(name, kind string, optional bool) propertyTypeInfo {
	p := propertyTypeInfo{Name: name, Version: version, Type: kind}
	if optional {
		p.Annotation = []annotation{{"optional"}}
	}
	return p
}

func managedTypes() []managedTypeInfo {
	list := []managedTypeInfo{{
		typeName: nameOfType(infoType, "vmodl.ManagedObject"),
		Method: []methodTypeInfo{{
			Name: "fetchCLIInfo", WsdlName: "VimCLIInfoFetchCLIInfo", Version: version,
			ParamTypeInfo:  []propertyTypeInfo{typeField("typeName", "string", false)},
			ReturnTypeInfo: typeField("result", infoType+".Info", false),
			Fault:          []string{"vim.fault.NotFound"},
		}},
	}}
	for i := range Namespaces {
		n := &Namespaces[i]
		t := managedTypeInfo{typeName: nameOfType(n.MoType(), "vmodl.ManagedObject")}
		for j := range n.Commands {
			command := &n.Commands[j]
			method := methodTypeInfo{
				Name: command.Name, WsdlName: WSDLName(n.MoType() + "." + command.Name), Version: version,
				ReturnTypeInfo: typeField("result", n.result(command), false), Fault: []string{faultType},
			}
			for _, p := range command.params {
				method.ParamTypeInfo = append(method.ParamTypeInfo, typeField(p.Name, "string", p.optional))
			}
			t.Method = append(t.Method, method)
		}
		list = append(list, t)
	}
	return list
}

func dataTypes() []dataTypeInfo {
	const data = "vmodl.DynamicData"
	item := func(more ...propertyTypeInfo) []propertyTypeInfo {
		return append([]propertyTypeInfo{
			typeField("name", "string", false), typeField("displayName", "string", false), typeField("help", "string", false),
		}, more...)
	}
	info := func(short string, properties []propertyTypeInfo) dataTypeInfo {
		t := dataTypeInfo{nameOfType(infoType+"."+short, data), properties}
		t.WsdlName = "CLIInfo" + short
		return t
	}
	list := []dataTypeInfo{
		info("Param", item(typeField("aliases", "string[]", true), typeField("default", "string", true),
			typeField("constraint", "string[]", true), typeField("flag", "boolean", false))),
		info("Method", item(typeField("param", infoType+".Param[]", true), typeField("ret", infoType+".Param", false),
			typeField("hints", "vim.KeyValue[]", true), typeField("examples", "string[]", true))),
		info("Info", item(typeField("method", infoType+".Method[]", true))),
		{nameOfType(faultType, "vmodl.MethodFault"), []propertyTypeInfo{typeField("errMsg", "string[]", false)}},
	}
	for i := range Namespaces {
		n := &Namespaces[i]
		for j := range n.Commands {
			command := &n.Commands[j]
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
