// Copyright: (c) 2026, directpath.nvme contributors
// GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
// SPDX-License-Identifier: GPL-3.0-or-later

package lab

import (
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25/types"

	"directpath.nvme/lab/config"
	"directpath.nvme/lab/fault"
)

const readPrivilege = "System.Read"

// Denial is a privilege that clients do not have: the JSON of `lab deny`. It says which objects, and what of them:
// properties, or a method.
type Denial struct {
	// Type and Name limit it to objects of a type, e.g. HostSystem, and of a name; empty: all.
	Type string `json:"type,omitempty"`
	Name string `json:"name,omitempty"`
	// Path is the property that cannot be read, with all below it.
	Path string `json:"path,omitempty"`
	// Method is the method's name as on the wire, or ExecuteSoap:<command> for one esxcli command.
	Method string `json:"method,omitempty"`
	// Privilege is what is said to be missing; empty means System.Read.
	Privilege string `json:"privilege,omitempty"`
}

// denials are in force until they are cleared.
type denials struct {
	mu   sync.Mutex
	list []Denial
}

func (d *denials) add(one Denial) error {
	if (one.Path == "") == (one.Method == "") {
		return fmt.Errorf("a denial needs a path or a method")
	}
	if one.Privilege == "" {
		one.Privilege = readPrivilege
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.list = append(d.list, one)
	return nil
}

func (d *denials) clear() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.list = nil
}

// denied is the privilege of the first denial that is about an object and is meant; empty: nothing is denied.
func (l *Lab) denied(ctx *simulator.Context, ref types.ManagedObjectReference, meant func(Denial) bool) string {
	l.denials.mu.Lock()
	list := slices.Clone(l.denials.list)
	l.denials.mu.Unlock()
	for _, one := range list {
		if meant(one) && (one.Type == "" || one.Type == ref.Type) && (one.Name == "" || l.isNamed(ctx, ref, one.Name)) {
			return one.Privilege
		}
	}
	return ""
}

// deniedCall is the privilege that is missing for a call.
func (l *Lab) deniedCall(c *Call) string {
	of := c.This
	if c.esxcliCommand() != "" {
		of = types.ManagedObjectReference{Type: "HostSystem", Value: of.Value} // see answerReference
	}
	return l.denied(c.Ctx, of, func(one Denial) bool {
		return one.Method != "" && (one.Method == c.Method || one.Method == "ExecuteSoap:"+c.esxcliCommand())
	})
}

// deniedProperty is the privilege that is missing for a property. What is denied inside of it denies all of it: nobody
// published that a server would leave out a part.
func (l *Lab) deniedProperty(ctx *simulator.Context, ref types.ManagedObjectReference, path string) string {
	if l.visibility[ref] == config.VisibleNoPermission && isInside(path, "config") {
		return readPrivilege
	}
	return l.denied(ctx, ref, func(one Denial) bool {
		return one.Path != "" && (isInside(path, one.Path) || isInside(one.Path, path))
	})
}

func isInside(path, outer string) bool {
	return path == outer || strings.HasPrefix(path, outer+".")
}

func noPermission(ref types.ManagedObjectReference, privilege string) *fault.Fault {
	return fault.New(&types.NoPermission{Object: &ref, PrivilegeId: privilege},
		"Permission to perform this operation was denied.")
}

// missing is a property that is left out of an answer for want of a privilege.
func missing(ref types.ManagedObjectReference, path, privilege string) types.MissingProperty {
	f := noPermission(ref, privilege)
	return types.MissingProperty{Path: path,
		Fault: types.LocalizedMethodFault{Fault: f.Detail, LocalizedMessage: f.Message}}
}
