// Copyright: (c) 2026, directpath.nvme contributors
// GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
// SPDX-License-Identifier: GPL-3.0-or-later

package lab

import (
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"sync"
	"time"

	"directpath.nvme/lab/config"
	"directpath.nvme/lab/pci"
	"directpath.nvme/lab/qemu"
)

// guestMachine is what the VM side of the lab does to the machine that a VM's guest runs in. Only one of these is
// called at a time, with no lock held but machines.turn. A machine that is off ignores all but powerOn.
type guestMachine interface {
	powerOn(drives []qemu.Drive) error
	powerOff()
	reset() error
	shutdown() error
	// attach and detach return qemu.ErrSilent if the guest does not react in time.
	attach(drive qemu.Drive) error
	detach(slot int) error
	pull(slot int) error

	// ended says whether the machine has ended by itself.
	ended() bool
	view() *GuestView
	waitReady(limit time.Duration) error
	freeze(frozen bool) error
	warn(serial string, bits int) error
	// close releases everything, for ever.
	close()
}

// GuestView is a guest in the JSON of `lab state`.
type GuestView struct {
	// Host, Port, User and KeyFile are how to log in, by SSH, once the guest is ready.
	Host    string `json:"host"`
	Port    int    `json:"port"`
	User    string `json:"user"`
	KeyFile string `json:"key_file"`
	HotPlug string `json:"hotplug"`
	Ready   bool   `json:"ready"`
	Frozen  bool   `json:"frozen"`
	// PID is QEMU's process, 0 while the VM is off. ConsoleLog is what the guest printed, over all its runs.
	PID        int    `json:"pid"`
	ConsoleLog string `json:"console_log"`
}

// linuxGuest is a guest in QEMU.
type linuxGuest struct {
	cfg    config.Guest
	uuid   string // of the VM
	folder string
	limit  time.Duration // for the guest's reactions
	events qemu.Events
	door   *qemu.Door

	mu      sync.Mutex
	machine *qemu.Machine // nil while the VM is off
	closed  bool
}

func newLinuxGuest(
	cfg config.Guest, uuid, folder string, limit time.Duration, events qemu.Events,
) (*linuxGuest, error) {
	g := &linuxGuest{cfg: cfg, uuid: uuid, folder: folder, limit: limit, events: events}
	var err error
	g.door, err = qemu.NewDoor(g.address)
	return g, err
}

// running is the machine, or nil.
func (g *linuxGuest) running() *qemu.Machine {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.machine
}

// started keeps a new machine; if the lab was closed meanwhile it is false.
func (g *linuxGuest) started(machine *qemu.Machine) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	if !g.closed {
		g.machine = machine
	}
	return !g.closed
}

// leave is the machine, or nil, which is none of ours from then on.
func (g *linuxGuest) leave() *qemu.Machine {
	g.mu.Lock()
	defer g.mu.Unlock()
	machine := g.machine
	g.machine = nil
	return machine
}

func (g *linuxGuest) address() string {
	if m := g.running(); m != nil {
		return m.SSH()
	}
	return ""
}

func (g *linuxGuest) powerOn(drives []qemu.Drive) error {
	for _, d := range drives {
		if err := g.provide(d); err != nil {
			return err
		}
	}
	machine, err := qemu.Start(g.machineConfig(), drives, g.events)
	if err != nil {
		return err
	}
	if !g.started(machine) {
		machine.Stop()
		return errGuestOff
	}
	return nil
}

func (g *linuxGuest) machineConfig() qemu.Config {
	return qemu.Config{
		Kernel: g.cfg.Kernel, Initrd: g.cfg.Initrd, Append: g.cfg.Append, HotPlug: qemu.HotPlug(g.cfg.HotPlug),
		MemoryMB: g.cfg.MemoryMB, FirstSlot: pci.FirstSlot, Slots: g.cfg.Slots, UUID: g.uuid, Folder: g.folder,
	}
}

// provide makes the file of a drive that no guest has had yet. It takes no room until something is written.
func (g *linuxGuest) provide(d qemu.Drive) error {
	if err := os.MkdirAll(filepath.Dir(d.File), 0o700); err != nil {
		return err
	}
	file, err := os.OpenFile(d.File, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o600)
	if os.IsExist(err) {
		return nil
	}
	if err != nil {
		return err
	}
	defer file.Close()
	usual := defaultBlocks * diskBlock // of which drive_mb is the size
	return file.Truncate((g.cfg.DriveMB*d.Capacity + usual/2) / usual << 20)
}

func (g *linuxGuest) powerOff() {
	if m := g.leave(); m != nil {
		m.Stop()
	}
}

func (g *linuxGuest) reset() error {
	if m := g.running(); m != nil {
		return m.Reset()
	}
	return nil
}

func (g *linuxGuest) shutdown() error {
	if m := g.running(); m != nil {
		return m.Shutdown()
	}
	return nil
}

func (g *linuxGuest) attach(d qemu.Drive) error {
	m := g.running()
	if m == nil {
		return nil
	}
	if err := g.provide(d); err != nil {
		return err
	}
	return m.Attach(d, g.limit)
}

func (g *linuxGuest) detach(slot int) error {
	if m := g.running(); m != nil {
		return m.Detach(slot, g.limit)
	}
	return nil
}

func (g *linuxGuest) pull(slot int) error {
	if m := g.running(); m != nil {
		return m.Pull(slot)
	}
	return nil
}

func (g *linuxGuest) freeze(frozen bool) error {
	m := g.running()
	if m == nil {
		return errGuestOff
	}
	if frozen {
		return m.Freeze()
	}
	return m.Thaw()
}

func (g *linuxGuest) warn(serial string, bits int) error {
	m := g.running()
	if m == nil {
		return errGuestOff
	}
	return m.Warn(serial, bits)
}

var errGuestOff = fmt.Errorf("the VM is powered off")

func (g *linuxGuest) ended() bool {
	m := g.running()
	return m != nil && m.Ended()
}

func (g *linuxGuest) waitReady(limit time.Duration) error {
	m := g.running()
	if m == nil {
		return errGuestOff
	}
	return m.WaitReady(limit)
}

func (g *linuxGuest) view() *GuestView {
	address := g.door.Addr()
	v := &GuestView{Host: address.IP.String(), Port: address.Port, User: "root", KeyFile: g.cfg.KeyFile,
		HotPlug: g.cfg.HotPlug, ConsoleLog: qemu.ConsoleLog(g.folder)}
	if m := g.running(); m != nil {
		v.PID, v.Ready, v.Frozen = m.PID(), m.IsReady(), m.Frozen()
	}
	return v
}

func (g *linuxGuest) close() {
	g.mu.Lock()
	g.closed = true
	g.mu.Unlock()
	g.door.Close()
	g.powerOff()
}

// driveFile is where the data of a drive is, whichever guest has it: it stays on the drive that has the serial number.
func (l *Lab) driveFile(serial string) string {
	return filepath.Join(l.dir, "drives", url.PathEscape(serial))
}
