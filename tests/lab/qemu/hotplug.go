// Copyright: (c) 2026, directpath.nvme contributors
// GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
// SPDX-License-Identifier: GPL-3.0-or-later

package qemu

import (
	"encoding/json"
	"errors"
	"fmt"
	"time"
)

// ErrSilent means that the guest has not reacted in time. What was done to the machine stays done, and the guest may
// still react when it is able to.
var ErrSilent = errors.New("the guest does not react")

const (
	poll = 50 * time.Millisecond
	// settle is how long a slot takes at most until it can take a card again, after one was pulled out.
	settle = 5 * time.Second
	// release is how long QEMU takes at most to let go of a device without asking the guest.
	release = 5 * time.Second
)

// Attach plugs a drive in and waits until the guest has taken it into use, or returns ErrSilent.
func (m *Machine) Attach(d Drive, wait time.Duration) error {
	if err := m.checkSlot(d.Slot); err != nil {
		return err
	}
	if err := m.emptySlot(d.Slot); err != nil {
		return err
	}
	if err := m.qmp.execute("blockdev-add", blockdev(d), nil); err != nil {
		return err
	}
	m.mu.Lock()
	m.drives[d.Slot] = &plugged{Drive: d, gone: make(chan struct{})}
	m.mu.Unlock()
	if err := m.qmp.execute("device_add", device(d), nil); err != nil {
		m.expect(d.Slot)
		m.dropped(d.Slot)
		return err
	}
	return m.until(wait, func() (bool, error) { return m.inUse(d.Slot) })
}

// Detach asks the guest to give a drive away and waits until it has, or returns ErrSilent.
func (m *Machine) Detach(slot int, wait time.Duration) error {
	p := m.expect(slot)
	if p == nil {
		return nil // pulled out before
	}
	err := m.qmp.execute("device_del", map[string]any{"id": driveID(slot)}, nil)
	// With native hot plug, QEMU refuses to ask twice; the guest may answer the first time still.
	var refused *qmpError
	if err != nil && !(p.asked && errors.As(err, &refused)) {
		return err
	}
	p.asked = true
	if err := m.waitGone(p, wait); err != nil {
		m.mu.Lock()
		p.expected = false
		m.mu.Unlock()
		return err
	}
	return nil
}

// Pull takes a drive away without asking: what happens when a person pulls it out.
func (m *Machine) Pull(slot int) error {
	p := m.expect(slot)
	if p == nil {
		return nil
	}
	if m.cfg.HotPlug == ACPI {
		return m.pullACPI(p)
	}
	return m.pullNative(p)
}

func (m *Machine) pullNative(p *plugged) error {
	powered, err := m.bus.slotPower(m.port(p.Slot))
	if err != nil {
		return err
	}
	if powered {
		err = m.paused(func() error { return m.bus.breakSlot(m.port(p.Slot)) })
	} else { // the guest has never seen the drive, so QEMU does not ask it
		err = m.qmp.execute("device_del", map[string]any{"id": driveID(p.Slot)}, nil)
	}
	if err != nil {
		return err
	}
	return m.waitGone(p, release)
}

// pullACPI takes the drive away and then tells the guest, which ACPI cannot do for a drive that is not there: QEMU
// reports only requests to remove something. So another device takes a place that the guest does not look at, in the
// same slot, and its removal is requested: the guest gives up everything in the slot, and finds the drive gone.
func (m *Machine) pullACPI(p *plugged) error {
	return m.paused(func() error {
		if err := m.eject(p.Slot); err != nil {
			return err
		}
		if err := m.waitGone(p, release); err != nil {
			return err
		}
		m.mu.Lock()
		m.ghosts[p.Slot] = true
		m.mu.Unlock()
		ghost := map[string]any{"driver": "nvme", "id": ghostID(p.Slot), "bus": portID(p.Slot), "addr": "0x0.1", "serial": "ghost"}
		if err := m.qmp.execute("device_add", ghost, nil); err != nil {
			return err
		}
		return m.qmp.execute("device_del", map[string]any{"id": ghostID(p.Slot)}, nil)
	})
}

func ghostID(slot int) string { return fmt.Sprintf("ghost%d", slot) }

// emptySlot makes room for a drive where vSphere says that there is none: an older one can be left that the guest has
// not given away, and what pullACPI put there if the guest has not reacted.
func (m *Machine) emptySlot(slot int) error {
	if err := m.Pull(slot); err != nil {
		return err
	}
	if m.cfg.HotPlug == ACPI {
		m.mu.Lock()
		ghost := m.ghosts[slot]
		m.mu.Unlock()
		if !ghost {
			return nil
		}
		return m.paused(func() error { return m.eject(slot) })
	}
	// A card that comes while the guest still handles the end of the last one is not noticed.
	err := m.until(settle, func() (bool, error) {
		powered, err := m.bus.slotPower(m.port(slot))
		return !powered, err
	})
	if errors.Is(err, ErrSilent) {
		return nil // it will not notice anyway
	}
	return err
}

// eject is for ACPI hot plug, whose numbers of ports are QEMU's own.
func (m *Machine) eject(slot int) error {
	var bus int
	property := map[string]any{"path": "/machine/peripheral/" + portID(slot) + "/" + portID(slot), "property": "acpi-pcihp-bsel"}
	if err := m.qmp.execute("qom-get", property, &bus); err != nil {
		return err
	}
	return m.bus.eject(bus)
}

// paused runs f while the guest's processor stands still and none of its reads and writes is under way: QEMU 7.2 can
// crash when memory of a device vanishes that the processor has just used.
func (m *Machine) paused(f func() error) error {
	if m.Frozen() {
		return f()
	}
	if err := m.qmp.execute("stop", nil, nil); err != nil {
		return err
	}
	return errors.Join(f(), m.qmp.execute("cont", nil, nil))
}

func (m *Machine) port(slot int) int { return firstPort + slot - m.cfg.FirstSlot }

// inUse says whether the guest has given the drive in a slot its memory addresses, which is the first thing that it
// does with a drive.
func (m *Machine) inUse(slot int) (bool, error) {
	type pciDevice struct {
		ID      string `json:"qdev_id"`
		Regions []struct{ Address int64 }
		Bridge  struct {
			Devices []struct {
				ID      string `json:"qdev_id"`
				Regions []struct{ Address int64 }
			}
		} `json:"pci_bridge"`
	}
	var buses []struct{ Devices []pciDevice }
	if err := m.qmp.execute("query-pci", nil, &buses); err != nil {
		return false, err
	}
	for _, bus := range buses {
		for _, port := range bus.Devices {
			for _, d := range port.Bridge.Devices {
				if d.ID == driveID(slot) && len(d.Regions) > 0 {
					return d.Regions[0].Address != -1, nil
				}
			}
		}
	}
	return false, nil
}

// until asks again and again; ErrSilent if the answer is not yes in time.
func (m *Machine) until(limit time.Duration, yes func() (bool, error)) error {
	end := time.After(limit)
	for {
		if ok, err := yes(); ok || err != nil {
			return err
		}
		select {
		case <-time.After(poll):
		case <-m.process.ended:
			return errEnded
		case <-end:
			return ErrSilent
		}
	}
}

// expect is the drive in a slot, if any, whose end is waited for from now on.
func (m *Machine) expect(slot int) *plugged {
	m.mu.Lock()
	defer m.mu.Unlock()
	p := m.drives[slot]
	if p != nil {
		p.expected = true
	}
	return p
}

func (m *Machine) waitGone(p *plugged, limit time.Duration) error {
	select {
	case <-p.gone:
		return nil
	case <-m.process.ended:
		return errEnded
	case <-time.After(limit):
		return ErrSilent
	}
}

// event is called for every event of QEMU.
func (m *Machine) event(name string, data json.RawMessage) {
	var about struct{ Device string }
	if json.Unmarshal(data, &about) != nil {
		return
	}
	switch name {
	case "RESET":
		m.restarted()
	case "DEVICE_DELETED":
		m.mu.Lock()
		defer m.mu.Unlock()
		for slot := range m.drives {
			if about.Device == driveID(slot) {
				go m.dropped(slot)
			}
		}
		for slot := range m.ghosts {
			if about.Device == ghostID(slot) {
				delete(m.ghosts, slot)
			}
		}
	}
}

// dropped is called when QEMU has let go of a drive.
func (m *Machine) dropped(slot int) {
	// An error means that QEMU has ended, and everything with it.
	_ = m.qmp.execute("blockdev-del", map[string]any{"node-name": nodeName(slot)}, nil)
	m.mu.Lock()
	p := m.drives[slot]
	delete(m.drives, slot)
	expected := p.expected
	m.mu.Unlock()
	close(p.gone)
	if !expected {
		m.events.Lost(p.Drive)
	}
}
