// Copyright: (c) 2026, directpath.nvme contributors
// GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
// SPDX-License-Identifier: GPL-3.0-or-later

package lab

import (
	"fmt"
	"os"
	"sync"
	"time"

	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25/soap"
	"github.com/vmware/govmomi/vim25/types"

	"directpath.nvme/lab/config"
)

// Lab is one simulated server: the simulator's service and the state that it has no place for.
type Lab struct {
	cfg         config.Config
	service     *simulator.Service
	overrides   map[string]func(*Call) soap.HasFault
	stats       *stats
	faults      *faultList
	delays      *delays
	holds       *holds
	denials     denials
	lastUpdates lastUpdates
	asked       sync.Map // what was asked for, by the token of an answer that goes on
	fields      customFields
	tasks       *taskTable
	others      *othersWork
	watches     watches
	dir         string // files of the simulated datastores
	conns       *gate  // client connections
	places      map[string]*place
	closed      chan struct{}

	// What onBuildVM and onPull registered.
	vmHooks   []func(ctx *simulator.Context, vm *simulator.VirtualMachine, cfg config.VM) error
	pullHooks []func(host types.ManagedObjectReference, address string, keepEntry bool) error

	// mu is a leaf: nothing that takes another lock is called while it is held.
	mu    sync.Mutex
	hosts map[types.ManagedObjectReference]*hostState
	// pulledDrives are the drives that were pulled out and not put back, by serial number.
	pulledDrives map[string]*pciDevice

	// The VMs, and those of them that have a guest: no VM gets one later.
	vms *machines
	// visibility is what clients see of the VMs of the configuration, by the words of config.Visibilities.
	visibility map[types.ManagedObjectReference]string
	guests     map[types.ManagedObjectReference]guestMachine
}

// New builds the inventory that the configuration describes. Close releases what it holds.
func New(cfg config.Config) (*Lab, error) {
	cfg, err := cfg.WithDefaults()
	if err != nil {
		return nil, err
	}
	dir, err := os.MkdirTemp("", "directpath-lab-")
	if err != nil {
		return nil, err
	}
	l := &Lab{
		cfg:         cfg,
		overrides:   map[string]func(*Call) soap.HasFault{},
		stats:       newStats(),
		faults:      &faultList{},
		delays:      newDelays(cfg.Settings),
		holds:       &holds{byMethod: map[string]chan struct{}{}},
		tasks:       newTaskTable(),
		others:      newOthersWork(),
		watches:     watches{list: map[*simulator.PropertyCollector]*watch{}},
		dir:         dir,
		lastUpdates: lastUpdates{wanted: cfg.Settings.LostUpdatesSentAgain, answers: map[string]lastUpdate{}},
		visibility:  map[types.ManagedObjectReference]string{},
		places:      map[string]*place{},
		closed:      make(chan struct{}),
		hosts:       map[types.ManagedObjectReference]*hostState{},

		pulledDrives: map[string]*pciDevice{},
		guests:       map[types.ManagedObjectReference]guestMachine{},
	}
	l.registerOverrides()
	if err := l.build(); err != nil {
		_ = l.Close()
		return nil, fmt.Errorf("building the inventory: %w", err)
	}
	l.service.Context.Map.AddHandler(taskGuard{l})
	l.service.Context.Map.AddHandler(&l.watches)
	l.service.Context.Map.Handler = l.handle
	return l, nil
}

// registerOverrides is the one list of what the lab adds to the simulator's methods; each function registers the
// methods of one subject.
func (l *Lab) registerOverrides() {
	l.overrideTasks()
	l.overrideWaiting()
	l.overrideFetch()
	l.overrideOptions()
	l.overrideRetrieve()
	l.overrideFields()
	l.overrideHostStates()
	l.overrideJoin()
	l.overrideSearch()
	l.overridePassthru()
	l.overrideDisks()
	l.overrideLEDs()
	l.overrideESXCLI()
	l.overrideVMs()
}

// Close ends what runs by itself and removes the files of the simulated datastores.
func (l *Lab) Close() error {
	close(l.closed)
	for _, guest := range l.guests {
		guest.close()
	}
	return os.RemoveAll(l.dir)
}

// onPull registers a function that is called, with no lock held, after a device was pulled out of a host. keepEntry says whether a VM
// that uses the device keeps its entry (what vSphere does is not published).
func (l *Lab) onPull(f func(host types.ManagedObjectReference, address string, keepEntry bool) error) {
	l.pullHooks = append(l.pullHooks, f)
}

func seconds(s float64) time.Duration {
	return time.Duration(s * float64(time.Second))
}
