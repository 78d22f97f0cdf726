# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""VMkernel boot settings: read, set, read back. The engine of host_boot_param.

Only esxcli can set them: maxIntrCookies is in no host's OptionManager.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ansible_collections.directpath.nvme.plugins.module_utils._ansible.outcome import Outcome
from ansible_collections.directpath.nvme.plugins.module_utils._errors import DirectPathError, combined
from ansible_collections.directpath.nvme.plugins.module_utils._facts.host import Host
from ansible_collections.directpath.nvme.plugins.module_utils._facts.settings import KernelSetting
from ansible_collections.directpath.nvme.plugins.module_utils._operations.fleet import for_each
from ansible_collections.directpath.nvme.plugins.module_utils._plan.boot_param import SetKernelSetting, plan_boot_param
from ansible_collections.directpath.nvme.plugins.module_utils._plan.usable import require_usable_host
from ansible_collections.directpath.nvme.plugins.module_utils._read.boot import KERNEL, read_setting
from ansible_collections.directpath.nvme.plugins.module_utils._read.hosts import read_hosts
from ansible_collections.directpath.nvme.plugins.module_utils._read.search import find_hosts
from ansible_collections.directpath.nvme.plugins.module_utils._vsphere.esxcli import CliFault, EsxCli
from ansible_collections.directpath.nvme.plugins.module_utils._vsphere.faults import SERVER_FAULT, unforeseen
from ansible_collections.directpath.nvme.plugins.module_utils._vsphere.session import Session


@dataclass(frozen=True)
class _HostWork:
    """One host, the setting as it is, and what is to be done."""

    host: Host
    cli: EsxCli
    before: KernelSetting
    step: SetKernelSetting | None


@dataclass(frozen=True)
class _Done:
    """One host after the work: the setting as it now reads, or in check mode would read.

    :param read: False if a setting that may have been set could not be read again; ``after`` is the old one then.
    """

    work: _HostWork
    after: KernelSetting
    error: DirectPathError | None = None
    read: bool = True

    def result(self) -> dict[str, Any]:
        return {
            "host": self.work.host.identity,
            "changed": not self.read or self.after.configured != self.work.before.configured,
            "reboot_required": self.after.pending,
            "parameter": self.after.as_dict(),
        }


def operate(session: Session, params: dict[str, Any], check_mode: bool) -> Outcome:
    """Make one VMkernel setting what it should be on every selected host.

    All hosts are read and judged before the first is written.
    """
    hosts = read_hosts(session, find_hosts(session, params))
    for host in hosts:
        require_usable_host(host)
    planned = for_each(hosts, lambda host: _plan(session, host, params, check_mode))
    failures = [item for item in planned if isinstance(item, DirectPathError)]
    if failures:
        raise combined(failures, len(hosts))
    work = [item for item in planned if isinstance(item, _HostWork)]
    done = for_each(work, _pretend if check_mode else _write)
    failures = [item.error for item in done if item.error]
    if failures:
        raise combined(failures, len(hosts), **_result(done))
    return Outcome(
        result=_result(done),
        before={item.work.host.name: item.work.before.as_dict() for item in done},
        after={item.work.host.name: item.after.as_dict() for item in done},
    )


def _plan(session: Session, host: Host, params: dict[str, Any], check_mode: bool) -> _HostWork | DirectPathError:
    cli = EsxCli(session, host.moid, host.name)
    wanted = params["value"] if params["state"] == "present" else None
    try:
        setting = read_setting(cli, params["name"], host.name)
        plan = plan_boot_param(setting, wanted, params["comparison"], host.name)
        plan.admit(check_mode)
    except (DirectPathError, SERVER_FAULT) as cause:
        return _as_error(cause, host.name)
    return _HostWork(host, cli, setting, next(iter(plan.steps), None))


def _as_error(cause: Exception, host: str) -> DirectPathError:
    """A fault of vSphere on one host must not hide what the others did."""
    return cause if isinstance(cause, DirectPathError) else unforeseen(cause, host, host)


def _pretend(work: _HostWork) -> _Done:
    return _Done(work, work.step.after if work.step else work.before)


def _write(work: _HostWork) -> _Done:
    """Set and read back: neither a server's success nor a lost answer is proof, what is read is."""
    if work.step is None:
        return _Done(work, work.before)
    value, host = work.step.value, work.host.name
    failure: DirectPathError | None = None
    try:
        work.cli.call(KERNEL, "set", {"setting": work.before.name, "value": value})
    except CliFault as fault:
        failure = _refused(work, value, str(fault))
    except (DirectPathError, SERVER_FAULT) as cause:
        failure = _as_error(cause, host)
    try:
        after = read_setting(work.cli, work.before.name, host)
    except (CliFault, DirectPathError, SERVER_FAULT) as cause:
        error = failure or _as_error(cause, host)
        unread = f"Whether {work.before.name}={value} is set on host {host} could not be read."
        return _Done(work, work.before, error.adding(unread, {}), read=False)
    if after.value_of(after.configured) == after.value_of(value):
        return _Done(work, after)
    return _Done(work, after, failure or _not_applied(work, value, after))


def _refused(work: _HostWork, value: str, text: str) -> DirectPathError:
    return DirectPathError(
        f"Host {work.host.name} refused {work.before.name}={value}: {text}.",
        "esxcli_refused",
        requirement="P2",
        host=work.host.name,
        fault="CLIFault",
        remedy="Check the host's vmkernel log.",
    )


def _not_applied(work: _HostWork, value: str, after: KernelSetting) -> DirectPathError:
    return DirectPathError(
        f"Host {work.host.name} accepted {after.name}={value}, but it still reads {after.configured}.",
        "not_applied",
        requirement="P2",
        host=work.host.name,
        remedy="Check whether a host profile or vSphere Configuration Profile manages this setting.",
    )


def _result(done: list[_Done]) -> dict[str, Any]:
    hosts = [item.result() for item in done]
    return {
        "changed": any(host["changed"] for host in hosts),
        "reboot_required": any(host["reboot_required"] for host in hosts),
        "hosts": hosts,
    }
