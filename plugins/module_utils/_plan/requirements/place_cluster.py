# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a cluster may do with a VM that its drives bind to one host."""

from __future__ import annotations

from collections.abc import Callable

from ansible_collections.directpath.nvme.plugins.module_utils._facts.host import Unreadable
from ansible_collections.directpath.nvme.plugins.module_utils._facts.vm_place import AUTOMATED, ClusterFacts, VmPlace
from ansible_collections.directpath.nvme.plugins.module_utils._plan.requirement import (
    NOT_APPLICABLE,
    PASS,
    UNKNOWN,
    WARN,
    Requirement,
    Seen,
    text,
)
from ansible_collections.directpath.nvme.plugins.module_utils._plan.requirements.remedies import (
    ASK_AGAIN,
    NO_HA_RESTART,
    PIN_DRS,
)


def _in_cluster(look: Callable[[ClusterFacts], Seen]) -> Callable[[VmPlace], Seen]:
    def looked(place: VmPlace) -> Seen:
        cluster = place.cluster
        if cluster is None:
            return Seen(NOT_APPLICABLE, text("its host is in no cluster"))
        if isinstance(cluster, Unreadable):
            return Seen(UNKNOWN, text("it could not be read: {reason}", reason=cluster.reason), remedy=ASK_AGAIN)
        return look(cluster)

    return looked


def _drs(cluster: ClusterFacts) -> Seen:
    """DRS moves no VM that has such a drive, but picks a host when it powers one on."""
    if cluster.drs not in AUTOMATED:
        evidence = text("DRS of cluster {cluster} neither places nor moves it", cluster=cluster.name)
        return Seen(PASS, evidence, cluster.drs or "off")
    known = {"cluster": cluster.name, "behaviour": cluster.drs}
    value = f"{cluster.drs}, {cluster.rule}" if cluster.rule else cluster.drs
    if cluster.rule:
        evidence = text(
            "DRS of cluster {cluster} is {behaviour} for it, but the mandatory rule {rule} binds it to its host",
            rule=cluster.rule,
            **known,
        )
        return Seen(PASS, evidence, value)
    evidence = text(
        "DRS of cluster {cluster} is {behaviour} for it: at power-on it can land on a host where its drives are not",
        **known,
    )
    return Seen(WARN, evidence, value)


def _ha(cluster: ClusterFacts) -> Seen:
    value = "true" if cluster.ha_restarts else "false"
    if not cluster.ha_restarts:
        return Seen(PASS, text("vSphere HA of cluster {cluster} does not restart it", cluster=cluster.name), value)
    if cluster.rule:
        evidence = text(
            "vSphere HA of cluster {cluster} restarts it, but the mandatory rule {rule} binds it to its host",
            cluster=cluster.name,
            rule=cluster.rule,
        )
        return Seen(PASS, evidence, f"{value}, {cluster.rule}")
    evidence = text(
        "vSphere HA of cluster {cluster} may restart it on a host where its drives are not", cluster=cluster.name
    )
    return Seen(WARN, evidence, value)


_STATES = (PASS, WARN, UNKNOWN, NOT_APPLICABLE)

DRS = Requirement(
    "drs",
    "DRS leaves it on its host",
    "ClusterComputeResource.configurationEx: drsConfig, drsVmConfig, rule",
    _in_cluster(_drs),
    _STATES,
    PIN_DRS,
)

HA = Requirement(
    "ha",
    "vSphere HA does not restart it on another host",
    "ClusterComputeResource.configurationEx: dasConfig, dasVmConfig, rule",
    _in_cluster(_ha),
    _STATES,
    NO_HA_RESTART,
)
