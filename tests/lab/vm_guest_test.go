// Copyright: (c) 2026, directpath.nvme contributors
// GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
// SPDX-License-Identifier: GPL-3.0-or-later

package lab

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/vmware/govmomi/vim25/types"

	"directpath.nvme/lab/config"
	"directpath.nvme/lab/qemu"
)

// fakeGuest keeps what is done to it, in words, and reacts or not.
type fakeGuest struct {
	mu     sync.Mutex
	done   []string
	silent bool
	over   bool
}

func (g *fakeGuest) did(format string, args ...any) error {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.done = append(g.done, fmt.Sprintf(format, args...))
	if g.silent && (strings.HasPrefix(format, "attach") || strings.HasPrefix(format, "detach")) {
		return qemu.ErrSilent
	}
	return nil
}

// take is what was done since the last call.
func (g *fakeGuest) take() []string {
	g.mu.Lock()
	defer g.mu.Unlock()
	done := g.done
	g.done = nil
	return done
}

func (g *fakeGuest) powerOn(drives []qemu.Drive) error {
	words := "on"
	for _, d := range drives {
		words += fmt.Sprintf(" %d=%s", d.Slot, d.Serial)
	}
	return g.did("%s", words)
}

func (g *fakeGuest) powerOff()                     { _ = g.did("off") }
func (g *fakeGuest) reset() error                  { return g.did("reset") }
func (g *fakeGuest) shutdown() error               { return g.did("shutdown") }
func (g *fakeGuest) attach(d qemu.Drive) error     { return g.did("attach %d=%s", d.Slot, d.Serial) }
func (g *fakeGuest) detach(slot int) error         { return g.did("detach %d", slot) }
func (g *fakeGuest) pull(slot int) error           { return g.did("pull %d", slot) }
func (g *fakeGuest) ended() bool                   { return g.over }
func (g *fakeGuest) view() *GuestView              { return &GuestView{User: "root"} }
func (g *fakeGuest) waitReady(time.Duration) error { return nil }
func (g *fakeGuest) freeze(frozen bool) error      { return g.did("freeze %v", frozen) }
func (g *fakeGuest) warn(s string, bits int) error { return g.did("warn %s %d", s, bits) }
func (g *fakeGuest) close()                        {}

// guestLab has one VM that runs and is ready for hot plug, with one device, and a guest.
func guestLab(t *testing.T, settings config.Settings) (*vmClient, *fakeGuest) {
	t.Helper()
	c := dial(t, config.Config{
		Hosts:    []config.Host{{Name: goodHost, Version: "8.0.3", PassthroughEnabled: []string{freeDevice, nextDevice}}},
		VMs:      []config.VM{readyVM("vm", func(v *config.VM) { v.Passthrough = []string{freeDevice} })},
		Settings: settings,
	})
	guest := &fakeGuest{}
	c.lab().guests[c.vm("vm").Reference()] = guest
	return c, guest
}

func (c *vmClient) lab() *Lab { return c.server.lab.Load() }

func (c *vmClient) expectGuest(guest *fakeGuest, want ...string) {
	c.t.Helper()
	if got := guest.take(); !slices.Equal(got, want) {
		c.t.Errorf("the guest got %q, want %q", got, want)
	}
}

func TestGuestSeesHotPlug(t *testing.T) {
	c, guest := guestLab(t, config.Settings{})
	c.must(c.reconfigure("vm", add(c.device(goodHost, nextDevice))))
	c.expectGuest(guest, "attach 65=S01D9")
	entry := c.attached("vm")[1]
	entry.SlotInfo = nil // a client need not send it
	c.must(c.reconfigure("vm", remove(entry)))
	c.expectGuest(guest, "detach 65")
	c.must(c.reconfigure("vm", types.VirtualMachineConfigSpec{Annotation: "nothing of the guest's"}))
	c.expectGuest(guest)
}

func TestRefusedHotPlugDoesNotReachTheGuest(t *testing.T) {
	c, guest := guestLab(t, config.Settings{})
	if err := c.reconfigure("vm", add(c.device(goodHost, freeDevice))); err == nil {
		t.Error("a device was added twice")
	}
	c.expectGuest(guest)
}

func TestGuestDoesNotReact(t *testing.T) {
	for _, tc := range []struct {
		setting    string
		entries    [2]int // after the hot-add, after the hot-remove
		add, after []string
	}{
		{config.UnresponsiveSucceed, [2]int{2, 1}, []string{"attach 65=S01D9"}, []string{"detach 64"}},
		{config.UnresponsiveFail, [2]int{1, 1}, []string{"attach 65=S01D9", "pull 65"}, []string{"detach 64"}},
	} {
		t.Run(tc.setting, func(t *testing.T) {
			c, guest := guestLab(t, config.Settings{GuestUnresponsiveAdd: tc.setting, GuestUnresponsiveRemove: tc.setting})
			guest.silent = true
			fails := tc.setting == config.UnresponsiveFail
			first := c.attached("vm")[0]
			for i, spec := range []types.VirtualMachineConfigSpec{add(c.device(goodHost, nextDevice)), remove(first)} {
				err := c.reconfigure("vm", spec)
				if !fails {
					c.must(err)
				} else {
					expectFault(t, err, "GenericVmConfigFault", "The hot-plug operation failed.")
				}
				if got := len(c.attached("vm")); got != tc.entries[i] {
					t.Errorf("step %d leaves %d entries, want %d", i, got, tc.entries[i])
				}
				c.expectGuest(guest, [][]string{tc.add, tc.after}[i]...)
			}
		})
	}
}

func TestGuestFollowsPower(t *testing.T) {
	c, guest := guestLab(t, config.Settings{})
	c.must(c.wait(c.vm("vm").Reset(c.ctx)))
	c.must(c.powerOff("vm"))
	c.must(c.reconfigure("vm", add(c.device(goodHost, nextDevice))))
	c.must(c.powerOn("vm"))
	c.expectGuest(guest, "reset", "off", "on 64=S01D8 65=S01D9")
}

func TestGuestEndsByItself(t *testing.T) {
	c, guest := guestLab(t, config.Settings{})
	ref := c.vm("vm").Reference()
	c.lab().vms.guestEnded(ref) // of a machine that was powered off and on meanwhile
	if got := c.power("vm"); got != config.PoweredOn {
		t.Fatalf("the VM is %s", got)
	}
	guest.over = true
	c.lab().vms.guestEnded(ref)
	if got := c.power("vm"); got != config.PoweredOff {
		t.Errorf("the VM is %s", got)
	}
}

func TestGuestGivesADriveAway(t *testing.T) {
	c, _ := guestLab(t, config.Settings{})
	c.lab().vms.guestLost(c.vm("vm").Reference(), qemu.Drive{Slot: 64, Name: freeDevice})
	if left := c.attached("vm"); len(left) != 0 {
		t.Errorf("the VM still has %d devices", len(left))
	}
}

// The guest loses a drive whether the VM keeps its entry or not.
func TestPullReachesTheGuest(t *testing.T) {
	for _, keep := range []bool{true, false} {
		c, guest := guestLab(t, config.Settings{StaleEntryOnPull: &keep})
		c.must(c.lab().pull(Removal{Host: goodHost, Address: freeDevice}))
		c.expectGuest(guest, "pull 64")
		if left := len(c.attached("vm")); (left == 1) != keep {
			t.Errorf("keep %v leaves %d entries", keep, left)
		}
	}
}

func TestDrivesInGuestsAreOfTheirSize(t *testing.T) {
	guest := &linuxGuest{cfg: config.Guest{DriveMB: 64}}
	for gb, want := range map[int64]int64{1920: 64 << 20, 960: 32 << 20, 3840: 128 << 20} {
		blocks, err := blocksOf(gb)
		if err != nil {
			t.Fatal(err)
		}
		file := filepath.Join(t.TempDir(), "drive")
		if err := guest.provide(qemu.Drive{File: file, Capacity: blocks * diskBlock}); err != nil {
			t.Fatal(err)
		}
		if about, err := os.Stat(file); err != nil || about.Size() != want {
			t.Errorf("a drive of %d GB has %d bytes, want %d: %v", gb, about.Size(), want, err)
		}
	}
}

func TestForcedRebootEndsGuests(t *testing.T) {
	soon := 0.0
	c, guest := guestLab(t, config.Settings{RebootSeconds: &soon})
	c.must(c.rebootTask(goodHost, true))
	for end := time.Now().Add(time.Minute); c.power("vm") != config.PoweredOff; {
		if time.Now().After(end) {
			t.Fatal("the VM still runs")
		}
		time.Sleep(time.Millisecond)
	}
	c.expectGuest(guest, "off")
}

func TestGuestCommand(t *testing.T) {
	c, guest := guestLab(t, config.Settings{})
	var view GuestView
	if status := c.control("POST", "/guest", `{"vm": "vm", "freeze": true, "wait_seconds": 1}`, &view); status != 200 {
		t.Errorf("status %d", status)
	}
	c.expectGuest(guest, "freeze true")
	if view.User != "root" {
		t.Errorf("the answer is %+v", view)
	}
	if status := c.control("POST", "/guest", `{"vm": "vm", "drive": "S1", "critical_warning": 4}`, nil); status != 200 {
		t.Errorf("a drive that warns: status %d", status)
	}
	c.expectGuest(guest, "warn S1 4")
	if status := c.control("POST", "/guest", `{"vm": "other"}`, nil); status != 400 {
		t.Errorf("a VM without a guest: status %d", status)
	}
}

func TestGuestConfigurations(t *testing.T) {
	const complete = `"kernel": "k", "initrd": "i", "key_file": "f"`
	for guest, want := range map[string]string{
		`{` + complete + `}`:                     "",
		`{"kernel": "k"}`:                        "needs kernel, initrd and key_file",
		`{` + complete + `, "hotplug": "shpc"}`:  "neither native nor acpi",
		`{` + complete + `, "slots": 40}`:        "1 to 15 slots",
		`{` + complete + `, "hot_plug": "acpi"}`: "unknown field",
	} {
		checkConfig(t, `{"vms": [{"name": "vm", "guest": `+guest+`}]}`, want)
	}
	checkConfig(t, `{"settings": {"guest_unresponsive_add": "maybe"}}`, "succeed or fail")
	checkConfig(t, `{"settings": {"guest_unresponsive_remove": "succeed"}}`, "")
}

// checkConfig expects an error with that text, or none.
func checkConfig(t *testing.T, text, want string) {
	t.Helper()
	cfg, err := config.Parse([]byte(text))
	if err == nil {
		_, err = cfg.WithDefaults()
	}
	if want == "" && err != nil || want != "" && (err == nil || !strings.Contains(err.Error(), want)) {
		t.Errorf("%s: %v, want %q", text, err, want)
	}
}
