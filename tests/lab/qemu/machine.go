// Copyright: (c) 2026, directpath.nvme contributors
// GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
// SPDX-License-Identifier: GPL-3.0-or-later

package qemu

import (
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"sync"
	"time"
)

// HotPlug is how a guest learns that a drive has come or wants to go.
type HotPlug string

// The two kinds of hot plug.
const (
	Native HotPlug = "native"
	ACPI   HotPlug = "acpi"
)

// Config describes a machine.
type Config struct {
	Kernel, Initrd string
	// Append is added to the kernel's command line.
	Append   string
	HotPlug  HotPlug
	MemoryMB int
	// FirstSlot is the number of the first PCIe slot, Slots how many there are.
	FirstSlot, Slots int
	// UUID is what the guest sees as its product UUID; empty leaves it without one.
	UUID string
	// Folder takes the log of the console and what QEMU itself has to say.
	Folder string
}

// Drive is an NVMe drive in a slot.
type Drive struct {
	Slot   int
	Serial string
	// File holds the drive's data, as it is on the drive.
	File string
	// Capacity is what the drive would have on the host, in bytes; the file may be as small as its maker likes.
	Capacity int64
	// Name is what the owner of the machine calls it.
	Name string
}

// Events are what happens without anybody having asked for it here. They are called in goroutines of their own.
type Events struct {
	// Ready: the guest has booted, and people can log in.
	Ready func()
	// Ended: the guest has shut down, or QEMU has died.
	Ended func()
	// Lost: the guest has given a drive away by itself, or later than Detach waited.
	Lost func(Drive)
}

// Machine is one run of a virtual machine, from power-on to power-off.
type Machine struct {
	cfg     Config
	events  Events
	process *process
	qmp     *qmp
	bus     *registers
	ssh     string

	mu      sync.Mutex
	drives  map[int]*plugged
	ghosts  map[int]bool
	ready   chan struct{} // closed once the guest is ready
	booted  bool
	frozen  bool
	stopped bool
}

// plugged is a drive that QEMU has.
type plugged struct {
	Drive
	gone     chan struct{} // closed when QEMU has let go of it
	expected bool          // somebody waits for that
	asked    bool          // the guest was asked to give it away
}

// startTimeout is how long QEMU may take until it can be talked to, on a machine that is very busy.
const startTimeout = 30 * time.Second

// Start boots the machine with these drives in it. It returns when QEMU runs, long before the guest is ready.
func Start(cfg Config, drives []Drive, events Events) (*Machine, error) {
	m := &Machine{cfg: cfg, events: events, drives: map[int]*plugged{}, ghosts: map[int]bool{}, ready: make(chan struct{})}
	for _, d := range drives {
		if err := m.checkSlot(d.Slot); err != nil {
			return nil, err
		}
		m.drives[d.Slot] = &plugged{Drive: d, gone: make(chan struct{})}
	}
	if err := os.MkdirAll(cfg.Folder, 0o700); err != nil {
		return nil, err
	}
	log, err := os.Create(filepath.Join(cfg.Folder, "qemu.log"))
	if err != nil {
		return nil, err
	}
	defer log.Close()
	process, sockets, err := spawn(program, arguments(cfg, drives), log, numberOfSockets)
	if err != nil {
		return nil, err
	}
	m.process = process
	m.bus = &registers{conn: sockets[registersSocket]}
	m.qmp = newQMP(sockets[qmpSocket], m.event)
	go m.watchConsole(sockets[consoleSocket])
	if err := m.greet(); err != nil {
		m.Stop()
		if said := lastLine(log.Name()); said != "" {
			err = errors.New(said)
		}
		return nil, fmt.Errorf("QEMU did not start: %w", err)
	}
	go m.watchProcess()
	return m, nil
}

// greet waits until QEMU can be talked to.
func (m *Machine) greet() error {
	if err := m.qmp.within(startTimeout, "qmp_capabilities", nil, nil); err != nil {
		return err
	}
	port, err := m.forwardedPort()
	m.ssh = net.JoinHostPort("127.0.0.1", port)
	return err
}

// PID is QEMU's process.
func (m *Machine) PID() int { return m.process.pid }

// ConsoleLog is the file in a machine's folder with everything that the guest has printed, over all its runs.
func ConsoleLog(folder string) string { return filepath.Join(folder, "console.log") }

// Ended says whether QEMU has ended.
func (m *Machine) Ended() bool {
	select {
	case <-m.process.ended:
		return true
	default:
		return false
	}
}

// SSH is where the guest's SSH port can be reached once it is ready, and empty before.
func (m *Machine) SSH() string {
	if !m.IsReady() {
		return ""
	}
	return m.ssh
}

// IsReady says whether the guest has booted.
func (m *Machine) IsReady() bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.booted
}

// WaitReady waits until the guest has booted.
func (m *Machine) WaitReady(limit time.Duration) error {
	m.mu.Lock()
	ready := m.ready
	m.mu.Unlock()
	select {
	case <-ready:
		return nil
	case <-m.process.ended:
		return errEnded
	case <-time.After(limit):
		return fmt.Errorf("the guest was not ready within %s", limit)
	}
}

var errEnded = errors.New("the guest has ended")

// Stop ends the machine at once, as a power-off does, and returns when its process has gone.
func (m *Machine) Stop() {
	m.mu.Lock()
	m.stopped = true
	m.mu.Unlock()
	m.process.kill()
}

// Reset starts the guest again without asking it.
func (m *Machine) Reset() error { return m.qmp.execute("system_reset", nil, nil) }

// Shutdown asks the guest to shut down, by the power button.
func (m *Machine) Shutdown() error { return m.qmp.execute("system_powerdown", nil, nil) }

// Freeze stops the guest's processor: it hangs, until Thaw.
func (m *Machine) Freeze() error { return m.setFrozen("stop", true) }

// Thaw ends a Freeze.
func (m *Machine) Thaw() error { return m.setFrozen("cont", false) }

func (m *Machine) setFrozen(command string, frozen bool) error {
	if err := m.qmp.execute(command, nil, nil); err != nil {
		return err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.frozen = frozen
	return nil
}

// Frozen says whether the guest's processor was stopped by Freeze.
func (m *Machine) Frozen() bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.frozen
}

// Warn lets the health log of a drive say a critical warning, by its bits in the log; 0 ends that.
func (m *Machine) Warn(serial string, bits int) error {
	m.mu.Lock()
	slot := 0
	for number, p := range m.drives {
		if p.Serial == serial {
			slot = number
		}
	}
	m.mu.Unlock()
	if slot == 0 {
		return fmt.Errorf("the guest has no drive %s", serial)
	}
	return m.qmp.execute("qom-set", map[string]any{
		"path": "/machine/peripheral/" + driveID(slot), "property": "smart_critical_warning", "value": bits}, nil)
}

func (m *Machine) watchProcess() {
	<-m.process.ended
	m.mu.Lock()
	asked := m.stopped
	m.booted = false
	m.mu.Unlock()
	if !asked {
		m.events.Ended()
	}
}

func (m *Machine) checkSlot(slot int) error {
	if slot < m.cfg.FirstSlot || slot >= m.cfg.FirstSlot+m.cfg.Slots {
		return fmt.Errorf("the guest has slots %d to %d only, not %d", m.cfg.FirstSlot, m.cfg.FirstSlot+m.cfg.Slots-1, slot)
	}
	return nil
}
