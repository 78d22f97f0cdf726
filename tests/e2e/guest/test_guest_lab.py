# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the lab promises about guests: a real kernel sees what the vSphere API and people at the rack do to drives."""

from __future__ import annotations

import os
import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from ansible_run import run_playbook
from background import until
from labclient import GuestAccess, GuestError, Lab
from pyVmomi import vim, vmodl
from virtual_machine import VM, virtual_machine

HOST = "esxi-01.lab"
NAME = "vm-01"
FIRST, SECOND = "0000:d8:00.0", "0000:d9:00.0"
FIRST_SERIAL, SECOND_SERIAL = "S01D8", "S01D9"

ConfigOf = Callable[..., dict[str, Any]]


@dataclass(frozen=True)
class Rig:
    """A lab with one running VM, whose guest is up."""

    lab: Lab
    vm: VM
    guest: GuestAccess
    hotplug: str

    @property
    def about(self) -> dict[str, Any]:
        """What `lab state` says about the guest."""
        about: dict[str, Any] = self.lab.state()["vms"][0]["guest"]
        return about

    def listed(self) -> int:
        """How many NVMe devices lspci shows."""
        return len(self.guest.ssh("lspci -d ::0108").splitlines())

    def physical_slots(self) -> set[str]:
        """The Physical Slot of each."""
        return set(re.findall(r"^PhySlot:\s*(\S+)$", self.guest.ssh("lspci -vmmd ::0108"), re.MULTILINE))

    def disks(self) -> dict[str, str]:
        """Block devices of the NVMe drives, by serial number."""
        shown = self.guest.ssh(
            "for c in /sys/class/nvme/nvme*; do [ -e $c ] && echo $(cat $c/serial) ${c##*/}n1; done; :"
        )
        disks = dict(line.split() for line in shown.splitlines())
        present = self.guest.ssh("ls /dev").split()
        return {serial: f"/dev/{name}" for serial, name in disks.items() if name in present}

    def sees(self, serial: str, *, present: bool = True) -> None:
        """Wait until the guest has, or has not, a drive in lspci as well as in /dev."""
        want = len(self.vm.slots())
        until(lambda: (serial in self.disks()) == present and self.listed() == want, f"{serial}: {present}")


@contextmanager
def rig(config: dict[str, Any], **settings: Any) -> Iterator[Rig]:
    with Lab.start(config, settings=settings) as lab, virtual_machine(lab, NAME) as vm:
        yield Rig(lab, vm, lab.guest(NAME, wait=90), config["vms"][0]["guest"]["hotplug"])


@pytest.fixture(scope="module", params=["native", "acpi"])
def running(request: pytest.FixtureRequest, guest_config: ConfigOf) -> Iterator[Rig]:
    """One guest for the tests of a kind of hot plug; each leaves it with the one drive that it had at power-on."""
    with rig(guest_config(hotplug=request.param, passthrough=[FIRST])) as found:
        yield found


def processor_seconds(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def memory_mb(pid: int) -> float:
    status = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    return int(re.findall(r"^VmRSS:\s*(\d+) kB$", status, re.MULTILINE)[0]) / 1024


def test_boots_fast_with_the_devices_of_the_vm(running: Rig) -> None:
    # Time that QEMU was given, not time that passed: other tests may run on the same processors.
    assert processor_seconds(running.about["pid"]) < 10
    assert list(running.disks()) == [FIRST_SERIAL]
    assert running.listed() == 1


def test_hot_add_and_hot_remove(running: Rig) -> None:
    slot = running.vm.hot_add(SECOND)
    running.sees(SECOND_SERIAL)
    assert slot == 65
    if running.hotplug == "native":
        assert running.physical_slots() == {str(number) for number in running.vm.slots().values()}
    running.vm.hot_remove(SECOND)
    running.sees(SECOND_SERIAL, present=False)
    assert list(running.disks()) == [FIRST_SERIAL]


def test_data_stays_on_the_drive(running: Rig) -> None:
    running.vm.hot_add(SECOND)
    running.sees(SECOND_SERIAL)
    disk = running.disks()[SECOND_SERIAL]
    running.guest.ssh(f"mke2fs -q -t ext4 {disk} && mount {disk} /mnt && echo kept > /mnt/file && umount /mnt")
    running.vm.hot_remove(SECOND)
    running.sees(SECOND_SERIAL, present=False)
    running.vm.hot_add(SECOND)
    running.sees(SECOND_SERIAL)
    disk = running.disks()[SECOND_SERIAL]
    assert running.guest.ssh(f"mount {disk} /mnt && cat /mnt/file && umount /mnt") == "kept\n"
    running.vm.hot_remove(SECOND)


@pytest.mark.parametrize("keep_entry", [True, False])
def test_surprise_removal_of_a_mounted_drive(running: Rig, keep_entry: bool) -> None:
    running.vm.hot_add(SECOND)
    running.sees(SECOND_SERIAL)
    disk = running.disks()[SECOND_SERIAL]
    running.guest.ssh(f"mke2fs -q -t ext4 {disk} && mount {disk} /mnt && echo lost > /mnt/file && sync")
    running.lab.pull(HOST, SECOND, keep_vm_entry=keep_entry)
    until(lambda: SECOND_SERIAL not in running.disks(), "the guest's missing its drive")
    assert running.listed() == 1
    with pytest.raises(GuestError):
        running.guest.ssh("ls -R /mnt && cat /mnt/file && touch /mnt/other")
    running.guest.ssh("umount /mnt")

    assert (SECOND in running.vm.slots()) == keep_entry
    if keep_entry:
        running.vm.hot_remove(SECOND)  # cleans up the entry; the guest has nothing left to give away
    running.lab.insert(HOST, address=SECOND, serial=SECOND_SERIAL)
    running.vm.enable_passthrough(SECOND)
    running.vm.hot_add(SECOND)
    running.sees(SECOND_SERIAL)
    running.vm.hot_remove(SECOND)


def test_ansible_runs_its_modules_in_the_guest(running: Rig) -> None:
    inventory = {"vms": {"hosts": {NAME: running.guest.inventory_vars()}}}
    tasks = [{"name": "Ask for the kernel", "ansible.builtin.command": "uname -r"}]
    run = run_playbook([{"hosts": "vms", "gather_facts": False, "tasks": tasks}], None, inventory=inventory)
    assert run.rc == 0, run.output
    assert run.tasks[0].result["stdout"].endswith("-cloud-amd64")
    assert "transfer mechanism failed" not in run.output


def test_power_follows_the_guest(running: Rig) -> None:
    running.guest.run("reboot")
    until(lambda: not running.about["ready"], "the guest's going down")
    running.lab.guest(NAME, wait=90)
    assert running.vm.power_state == "poweredOn"
    assert list(running.disks()) == [FIRST_SERIAL]

    running.vm.machine.ShutdownGuest()
    until(lambda: running.vm.power_state == "poweredOff", "power-off")
    assert running.about["pid"] == 0
    assert running.guest.run("true").returncode == 255  # turned away at the door

    running.vm.power_on()
    assert running.lab.guest(NAME, wait=90) == running.guest  # the same port
    running.guest.run("poweroff")
    until(lambda: running.vm.power_state == "poweredOff", "power-off")
    running.vm.power_on()
    running.lab.guest(NAME, wait=90)


def test_uses_little_memory(running: Rig) -> None:
    assert memory_mb(running.about["pid"]) < 700


@pytest.fixture
def silent(guest_config: ConfigOf, request: pytest.FixtureRequest) -> Iterator[Rig]:
    """A guest of a lab with other answers about guests that do not react; it has one drive."""
    add, remove, seconds, guest = request.param
    config = guest_config(passthrough=[FIRST], **guest)
    answers = {"guest_unresponsive_add": add, "guest_unresponsive_remove": remove, "guest_timeout_seconds": seconds}
    with rig(config, **answers) as found:
        yield found


@pytest.mark.parametrize("silent", [("succeed", "fail", 2, {"hotplug": "native"})], indirect=True)
def test_a_guest_that_hangs_and_vsphere_believes_it(silent: Rig) -> None:
    silent.lab.freeze(NAME)
    silent.vm.hot_add(SECOND)
    assert SECOND in silent.vm.slots()
    with pytest.raises(vim.fault.GenericVmConfigFault, match="hot-plug operation failed"):
        silent.vm.hot_remove(FIRST)
    assert FIRST in silent.vm.slots()

    silent.lab.thaw(NAME)
    silent.sees(SECOND_SERIAL)
    # It was asked to give the other one away, and does that now: late, but the VM's entry goes with it.
    until(lambda: FIRST not in silent.vm.slots(), "the entry's going")
    assert list(silent.disks()) == [SECOND_SERIAL]


@pytest.mark.parametrize("silent", [("fail", "succeed", 8, {"hotplug": "acpi"})], indirect=True)
def test_a_guest_that_hangs_and_vsphere_does_not_wait_for_it(silent: Rig) -> None:
    silent.lab.freeze(NAME)
    with pytest.raises(vim.fault.GenericVmConfigFault, match="hot-plug operation failed"):
        silent.vm.hot_add(SECOND)
    assert SECOND not in silent.vm.slots()
    silent.vm.hot_remove(FIRST)
    assert silent.vm.slots() == {}

    silent.lab.thaw(NAME)
    until(lambda: silent.disks() == {}, "the guest's giving its drive away")
    silent.vm.hot_add(SECOND)
    silent.sees(SECOND_SERIAL)


@pytest.mark.parametrize(
    "silent", [("succeed", "fail", 2, {"hotplug": "native", "append": "pcie_ports=compat"})], indirect=True
)
def test_a_guest_without_hot_plug(silent: Rig) -> None:
    silent.vm.hot_add(SECOND)
    assert list(silent.disks()) == [FIRST_SERIAL]
    assert silent.listed() == 1
    silent.vm.hot_remove(SECOND)  # needs no guest: the slot was never given power
    with pytest.raises(vim.fault.GenericVmConfigFault):
        silent.vm.hot_remove(FIRST)
    assert silent.listed() == len(silent.vm.slots()) == 1


def gone(pid: int) -> bool:
    return not Path(f"/proc/{pid}").exists()


def test_no_process_outlives_the_lab(guest_config: ConfigOf, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))  # a lab that is killed leaves its files
    config = guest_config(hotplug="acpi")
    with Lab.start(config) as lab:
        first = lab.state()["vms"][0]["guest"]["pid"]
        lab.reset()
        assert gone(first)
        second = lab.state()["vms"][0]["guest"]["pid"]
        assert not gone(second)
    assert gone(second)
    with Lab.start(config) as lab:
        third = lab.state()["vms"][0]["guest"]["pid"]
        os.kill(lab.pid, 9)
        until(lambda: gone(third), "the end of the guest")


def test_a_guest_that_cannot_start_says_why(guest_config: ConfigOf, tmp_path: Path) -> None:
    config = guest_config(hotplug="native")
    config["vms"][0]["power"] = "poweredOff"
    config["vms"][0]["guest"]["kernel"] = str(tmp_path / "none")
    with Lab.start(config) as lab, virtual_machine(lab, NAME) as vm:
        with pytest.raises(vmodl.fault.SystemError, match=str(tmp_path / "none")):
            vm.power_on()
        assert vm.power_state == "poweredOff"


def test_a_crash_of_the_guest_is_a_power_off(guest_config: ConfigOf) -> None:
    with rig(guest_config(hotplug="acpi")) as found:
        started = time.monotonic()
        found.guest.ssh("(sleep 1; echo c > /proc/sysrq-trigger) >/dev/null 2>&1 &")
        until(lambda: found.vm.power_state == "poweredOff", "power-off")
        assert time.monotonic() - started > 1
