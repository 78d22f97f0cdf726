# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""VMkernel boot settings: read, set, read back. The engine of host_boot_param.

Only esxcli can set them: maxIntrCookies is in no host's OptionManager.
"""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from typing import Any, Dict, List, Optional

from ansible_collections.directpath.nvme.plugins.module_utils._errors import DirectPathError
from ansible_collections.directpath.nvme.plugins.module_utils._esxcli import CliFault, EsxCli
from ansible_collections.directpath.nvme.plugins.module_utils._hosts import Host, combined, for_each, read_hosts
from ansible_collections.directpath.nvme.plugins.module_utils._inventory import find_hosts
from ansible_collections.directpath.nvme.plugins.module_utils._plan.boot_param import (
    BootParamPlan,
    KernelSetting,
    plan_boot_param,
)
from ansible_collections.directpath.nvme.plugins.module_utils._run import Outcome
from ansible_collections.directpath.nvme.plugins.module_utils._session import Session

KERNEL = "system.settings.kernel"


@dataclass
class _HostWork:
    """What is known of one host as the work goes on."""

    host: Host
    cli: EsxCli
    plan: Optional[BootParamPlan] = None
    after: Optional[KernelSetting] = None
    error: Optional[DirectPathError] = None

    def result(self) -> Dict[str, Any]:
        """This host in the module's result; in check mode, as it would be."""
        assert self.plan is not None and self.after is not None
        return {
            "host": self.host.identity,
            "changed": self.error is None and self.plan.write is not None,
            "reboot_required": self.after.pending,
            "parameter": self.after.as_dict(),
        }


def sync_boot_param(session: Session, params: Dict[str, Any], check_mode: bool) -> Outcome:
    """Make one VMkernel setting what it should be on every selected host.

    All hosts are read and judged before the first is written.
    """
    session.require_api()
    hosts = read_hosts(session, find_hosts(session, params))
    for host in hosts:
        host.require_usable()
    work = [_HostWork(host, EsxCli(session, host.ref, host.name)) for host in hosts]
    wanted = params["value"] if params["state"] == "present" else None

    def plan(item: _HostWork) -> None:
        try:
            setting = read_setting(item.cli, params["name"], item.host.name)
            item.plan = plan_boot_param(setting, wanted, params["comparison"], item.host.name)
            item.after = item.plan.expected
        except DirectPathError as error:
            item.error = error

    def write(item: _HostWork) -> None:
        try:
            item.after = _write(item)
        except DirectPathError as error:
            item.error = error
            item.after = item.plan.setting if item.plan else None

    for_each(work, plan)
    _raise_failures(work)
    if not check_mode:
        for_each([item for item in work if item.plan and item.plan.write is not None], write)
        _raise_failures(work, **_result(work))
    return Outcome(
        result=_result(work),
        before={item.host.name: item.plan.setting.as_dict() for item in work if item.plan},
        after={item.host.name: item.after.as_dict() for item in work if item.after},
    )


def read_setting(cli: EsxCli, name: str, host: str) -> KernelSetting:
    """One setting by its exact name.

    :raises DirectPathError: ``unknown_setting``, naming the closest real ones.
    """
    try:
        rows = cli.call(KERNEL, "list", {"option": name})
    except CliFault:
        rows = []
    for row in rows:
        if row.get("Name") == name:
            return KernelSetting.from_row(row)
    known = {row["Name"].lower(): row["Name"] for row in cli.call(KERNEL, "list")}
    closest = [known[word] for word in difflib.get_close_matches(name.lower(), list(known), n=3, cutoff=0.5)]
    hint = f" The closest are {', '.join(closest)}." if closest else ""
    raise DirectPathError(
        f"Host {host} has no VMkernel setting {name}.{hint}",
        "unknown_setting",
        host=host,
        remedy="Correct the name; 'esxcli system settings kernel list' shows all, and case matters.",
    )


def _write(item: _HostWork) -> KernelSetting:
    """Set and read back: a server's success is not proof."""
    assert item.plan is not None and item.plan.write is not None
    name, value, host = item.plan.setting.name, item.plan.write, item.host.name
    try:
        item.cli.call(KERNEL, "set", {"setting": name, "value": value})
    except CliFault as fault:
        raise DirectPathError(
            f"Host {host} refused {name}={value}: {fault}.",
            "esxcli_refused",
            requirement="P2",
            host=host,
            fault="CLIFault",
            remedy="The setting is as it was; check the host's vmkernel log.",
        ) from fault
    after = read_setting(item.cli, name, host)
    if after.value_of(after.configured) != after.value_of(value):
        raise DirectPathError(
            f"Host {host} accepted {name}={value}, but it still reads {after.configured}.",
            "not_applied",
            requirement="P2",
            host=host,
            remedy="Check whether a host profile or vSphere Configuration Profile manages this setting.",
        )
    return after


def _raise_failures(work: List[_HostWork], **result: Any) -> None:
    failures = [item.error for item in work if item.error]
    if failures:
        raise combined(failures, len(work), **result)


def _result(work: List[_HostWork]) -> Dict[str, Any]:
    hosts = [item.result() for item in work]
    return {
        "changed": any(host["changed"] for host in hosts),
        "reboot_required": any(host["reboot_required"] for host in hosts),
        "hosts": hosts,
    }
