// Copyright: (c) 2026, directpath.nvme contributors
// GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
// SPDX-License-Identifier: GPL-3.0-or-later

package lab

import (
	"strings"

	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25/types"
)

// A name can have a slash, a backslash or a percent sign: servers keep and show those as %2f, %5c and %25. A name that
// a client or the configuration gives can have either form.
var (
	typed = strings.NewReplacer("%2f", "/", "%2F", "/", "%5c", `\`, "%5C", `\`, "%25", "%")
	plain = strings.NewReplacer("/", "-", `\`, "-", "%", "-")
	kept  = strings.NewReplacer("/", "%2f", `\`, "%5c", "%", "%25")
)

// typedName is a name as a person types it.
func typedName(name string) string { return typed.Replace(name) }

// keptName is a name as a server keeps it.
func keptName(name string) string { return kept.Replace(typedName(name)) }

// plainName is a name without the characters that have two forms, for files.
func plainName(name string) string { return plain.Replace(typedName(name)) }

// isNamed: an entity has this name, in either form.
func (l *Lab) isNamed(ctx *simulator.Context, ref types.ManagedObjectReference, name string) bool {
	return typedName(l.nameOf(ctx, ref)) == typedName(name)
}
