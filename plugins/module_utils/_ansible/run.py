# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The edge: the only code that knows AnsibleModule's exit_json and fail_json."""

from __future__ import annotations

import os
from typing import Any, Callable

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.directpath.nvme.plugins.module_utils._ansible.arguments import ArgumentSpec, connection_spec
from ansible_collections.directpath.nvme.plugins.module_utils._ansible.outcome import Outcome
from ansible_collections.directpath.nvme.plugins.module_utils._errors import DirectPathError
from ansible_collections.directpath.nvme.plugins.module_utils._facts.host import MINIMUM_API, version_tuple
from ansible_collections.directpath.nvme.plugins.module_utils._vsphere.faults import SERVER_FAULT, unforeseen
from ansible_collections.directpath.nvme.plugins.module_utils._vsphere.session import Session

Operation = Callable[[Session, dict[str, Any], bool], Outcome]
"""An operation gets the session, the module's arguments and whether this is check mode."""


def run(operation: Operation, argument_spec: ArgumentSpec, any_api: bool = False, **constraints: Any) -> None:
    """Run one module: parse arguments, log in, operate, and end as Ansible expects.

    :param any_api: the operation only reads, and has something to say of servers that are too old (Q8) as well.
    :param constraints: mutually_exclusive, required_one_of and the like, passed on to AnsibleModule.
    """
    module = AnsibleModule({**connection_spec(), **argument_spec}, supports_check_mode=True, **constraints)
    warnings = validate_certs_warning(module.params)
    failure: DirectPathError | None = None
    try:
        session = Session(module.params)
        if not any_api:
            require_api(session)
        outcome = operation(session, module.params, module.check_mode)
    except DirectPathError as error:
        failure = error
    except SERVER_FAULT as fault:
        failure = unforeseen(fault, module.params["hostname"])
    for warning in warnings:
        module.warn(warning)
    if failure is not None:
        module.fail_json(msg=str(failure), error=failure.fields(), **{"changed": False, **failure.result})
    for warning in outcome.warnings:
        module.warn(warning)
    diff = {} if outcome.before is None else {"diff": {"before": outcome.before, "after": outcome.after}}
    module.exit_json(**diff, **outcome.result)


def require_api(session: Session) -> None:
    """Refuse a server that is too old (Q8).

    pyVmomi drops, without a word, every field that is newer than the API version in use, and the server then
    reports success for an empty change. So this runs before any write.
    """
    spoken = version_tuple(session.spoken_version)
    if min(version_tuple(session.api_version), spoken) < MINIMUM_API:
        raise DirectPathError(
            f"{session.server} speaks vSphere API {session.api_version}, but NVMe hot plug needs 8.0.1.0 "
            "(vSphere 8.0 Update 1, Q8). Nothing was changed.",
            "api_too_old",
            requirement="Q8",
            remedy="Upgrade vCenter and ESXi to 8.0 Update 1 or later.",
        )


def validate_certs_warning(params: dict[str, Any]) -> list[str]:
    """AWX's vCenter credential turns certificate checks off by default; say so where that happened."""
    if params["validate_certs"] or "VMWARE_VALIDATE_CERTS" not in os.environ:
        return []
    return [
        f"The certificate of {params['hostname']} is not verified: the environment sets VMWARE_VALIDATE_CERTS to "
        "false. Anyone on the network path can read the password."
    ]
