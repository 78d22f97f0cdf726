# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What of a host depends on its boot: VMkernel settings, pending changes, running VMs."""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence
from typing import Any

from ansible_collections.directpath.nvme.plugins.module_utils._errors import DirectPathError
from ansible_collections.directpath.nvme.plugins.module_utils._facts.boot import BootState
from ansible_collections.directpath.nvme.plugins.module_utils._facts.settings import (
    KernelSetting,
    of_kernel,
    of_passthrough,
)
from ansible_collections.directpath.nvme.plugins.module_utils._read.attribute import ATTRIBUTE_PATHS
from ansible_collections.directpath.nvme.plugins.module_utils._read.hosts import BASIC_PATHS, gone, host_of
from ansible_collections.directpath.nvme.plugins.module_utils._read.mark import mark_of
from ansible_collections.directpath.nvme.plugins.module_utils._read.running_vms import (
    running_vms,
    vm_paths,
    vm_traversals,
)
from ansible_collections.directpath.nvme.plugins.module_utils._read.vms_on_host import LISTED
from ansible_collections.directpath.nvme.plugins.module_utils._vsphere.esxcli import CliFault, EsxCli
from ansible_collections.directpath.nvme.plugins.module_utils._vsphere.properties import retrieve
from ansible_collections.directpath.nvme.plugins.module_utils._vsphere.session import Session

try:
    from pyVmomi import vim
except ImportError:
    pass


KERNEL = "system.settings.kernel"

HOST_PATHS = (*BASIC_PATHS, *ATTRIBUTE_PATHS, LISTED, "runtime.bootTime", "config.pciPassthruInfo")


def read_setting(cli: EsxCli, name: str, host: str) -> KernelSetting:
    """One setting by its exact name.

    :raises DirectPathError: ``unknown_setting``, naming the closest real ones; ``esxcli_no_answer``.
    """
    try:
        rows = cli.call(KERNEL, "list", {"option": name})
    except CliFault:
        rows = []
    for row in rows:
        if row.get("Name") == name:
            return _understood(row, host)
    known = {row["Name"].lower(): row["Name"] for row in _all_settings(cli, host)}
    closest = [known[word] for word in difflib.get_close_matches(name.lower(), list(known), n=3, cutoff=0.5)]
    hint = f" The closest are {', '.join(closest)}." if closest else ""
    raise DirectPathError(
        f"Host {host} has no VMkernel setting {name}.{hint}",
        "unknown_setting",
        host=host,
        remedy="Correct the name; 'esxcli system settings kernel list' shows all, and case matters.",
    )


def _understood(row: Mapping[str, str], host: str) -> KernelSetting:
    try:
        setting = KernelSetting.from_row(row)
        # Whether it is pending is asked of every setting, and takes both of its values to be of its type.
        _known = setting.pending
    except (KeyError, ValueError) as error:
        raise DirectPathError(
            f"Host {host} gave no usable answer to esxcli system settings kernel list: it says {dict(row)}.",
            "esxcli_no_answer",
            host=host,
            remedy="See on the host what esxcli answers, then run the play again.",
        ) from error
    return setting


def _all_settings(cli: EsxCli, host: str) -> list[dict[str, str]]:
    try:
        return cli.call(KERNEL, "list")
    except CliFault as fault:
        raise DirectPathError(
            f"Host {host} refused esxcli system settings kernel list: {fault}.",
            "esxcli_no_answer",
            host=host,
            remedy="See on the host why esxcli does not answer, then run the play again.",
        ) from fault


def read_boot_state(session: Session, ref: Any) -> BootState:
    """What properties tell, in one retrieval; with_kernel_settings() adds what only esxcli knows.

    :raises DirectPathError: ``object_gone``, ``claim_unreadable``.
    """
    found = retrieve(session, [ref], {vim.HostSystem: HOST_PATHS, **vm_paths()}, vm_traversals())
    mine = [item for item in found if item.obj == ref]
    if not mine:
        raise gone(ref._moId)
    properties = mine[0]
    host = host_of(properties)
    passthrough = tuple(
        of_passthrough(info.id, info.passthruEnabled, info.passthruActive)
        for info in properties.get("config.pciPassthruInfo", [])
    )
    return BootState(
        host=host,
        boot_time=properties.get("runtime.bootTime"),
        settings=passthrough,
        running=tuple(running_vms(session, found).get(ref, ())),
        mark=mark_of(properties),
    )


def with_kernel_settings(session: Session, state: BootState, names: Sequence[str]) -> BootState:
    """The same state with VMkernel settings, of a host that is known to answer.

    :raises DirectPathError: ``unknown_setting``.
    """
    host = state.host
    cli = EsxCli(session, host.moid, host.name)
    return state.with_settings([of_kernel(read_setting(cli, name, host.name)) for name in names])
