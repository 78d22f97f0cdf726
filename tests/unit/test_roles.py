# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Roles and playbooks: inputs are documented where they are defined, and rules that no linter knows are kept."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible_collections.directpath.nvme.plugins.module_utils._facts.selector import CRITERIA

ROOT = Path(__file__).resolve().parents[2]
ROLES = sorted(path.name for path in (ROOT / "roles").iterdir())
PLAYBOOKS = sorted((ROOT / "playbooks").glob("*.yml"))
VSPHERE_GROUPS = {"group/directpath.nvme.vsphere", "group/vmware.vmware.vmware"}
PYTHON_TYPES = {"str": str, "bool": bool, "int": int, "list": list, "dict": dict}

PRODUCT_MODULES = ("directpath.nvme.", "vmware.vmware.")
GUEST_MODULE = "directpath.nvme.guest_nvme_info"
JUDGE = "directpath.nvme.hotplug_inventory"
REQUIRE = "directpath.nvme.require_groups"
PLAN = "directpath.nvme.plan_fleet"
REPORT = "directpath.nvme.hotplug_readiness"
"""It is to be had before the inventory is right, and acts on nothing: what is wrong with that is part of the report."""
PARTS = ("plan_fleet", "apply_hosts", "apply_vms", "apply_add", "apply_remove", "verify_fleet")
"""Playbooks that others import, behind the plan."""
ACTING = [path for path in PLAYBOOKS if path.stem != REQUIRE.rsplit(".", 1)[-1]]
WHOLE = [path for path in ACTING if path.stem not in (*PARTS, "readiness")]

Yaml = dict[str, Any]

OF_ITS_OWN = [name.rsplit(".", 1)[-1] for name in (JUDGE, REPORT)]
"""Roles that judge the inventory themselves."""

# What makes a delegated task the controller's own: nothing of it is inherited from how hosts and guests are reached.
CONTROLLER = {
    "ansible_become": False,
    "ansible_connection": "local",
    "ansible_python_interpreter": "{{ ansible_playbook_python }}",
    "ansible_remote_tmp": "~/.ansible/tmp",
    "ansible_shell_executable": "/bin/sh",
    "ansible_shell_type": "sh",
}


def load(path: Path) -> Any:
    return yaml.safe_load(path.read_text(encoding="utf-8"))


def defaults(role: str) -> Yaml:
    return dict(load(ROOT / "roles" / role / "defaults" / "main.yml"))


def options(role: str) -> Yaml:
    return dict(load(ROOT / "roles" / role / "meta" / "argument_specs.yml")["argument_specs"]["main"]["options"])


def tasks_of(items: list[Yaml]) -> Iterator[Yaml]:
    """Every task and block below, outer ones first."""
    for item in items:
        yield item
        for section in ("block", "rescue", "always"):
            yield from tasks_of(item.get(section, []))


def role_tasks(role: str) -> Iterator[tuple[str, Yaml]]:
    for path in sorted((ROOT / "roles" / role / "tasks").glob("*.yml")):
        for task in tasks_of(load(path)):
            yield path.stem, task


def plays() -> list[tuple[str, Yaml]]:
    """The plays that work on hosts, each with the name of its playbook."""
    return [(path.name, play) for path in ACTING for play in load(path) if "hosts" in play]


@pytest.mark.parametrize("role", ROLES)
def test_defaults_and_argument_spec_name_the_same_inputs(role: str) -> None:
    assert set(defaults(role)) == set(options(role))


@pytest.mark.parametrize("role", ROLES)
def test_defaults_and_argument_spec_agree_on_values_and_types(role: str) -> None:
    for name, value in defaults(role).items():
        option = options(role)[name]
        if isinstance(value, str) and "{{" in value:
            assert "default" not in option, f"{name} is templated, the specification cannot give its value"
            continue
        assert option["default"] == value, name
        assert isinstance(value, PYTHON_TYPES[option["type"]]), name
        assert isinstance(value, bool) == (option["type"] == "bool"), name  # True is an int to Python


@pytest.mark.parametrize("role", ROLES)
def test_lists_of_drives_take_the_criteria_of_the_modules(role: str) -> None:
    for name, option in options(role).items():
        if "vendor_device" in option.get("options", {}):
            assert [key for key in option["options"] if key != "state"] == list(CRITERIA), name


@pytest.mark.parametrize("role", ROLES)
def test_variables_are_prefixed_with_the_role(role: str) -> None:
    assert all(name.startswith(f"{role}_") for name in defaults(role))
    internal = ROOT / "roles" / role / "vars" / "main.yml"
    if internal.exists():
        assert all(name.startswith(f"__{role}_") for name in load(internal))
    for _file, task in role_tasks(role):
        if "register" in task:
            assert task["register"].startswith(f"__{role}_"), task["name"]


@pytest.mark.parametrize("role", ROLES)
def test_the_readme_describes_every_input_and_no_other(role: str) -> None:
    lines = (ROOT / "roles" / role / "README.md").read_text(encoding="utf-8").splitlines()
    rows = {line.split("|")[1].strip().strip("`") for line in lines if line.startswith("| `")}
    assert rows == set(defaults(role))


@pytest.mark.parametrize("role", ROLES)
def test_task_names_say_which_file_they_are_in(role: str) -> None:
    for file, task in role_tasks(role):
        if file == "main":
            assert " | " not in task["name"]
        else:
            assert task["name"].startswith(f"{file} | "), task["name"]


def included(items: list[Yaml]) -> set[str]:
    """The task files that a list of tasks brings in, without their ending, but those that operators name."""
    return {
        Path(task[module]).stem
        for task in tasks_of(items)
        for module in ("ansible.builtin.import_tasks", "ansible.builtin.include_tasks")
        if module in task and "{{" not in task[module]
    }


def tasks_in(role: str, file: str) -> Iterator[Yaml]:
    yield from tasks_of(load(ROOT / "roles" / role / "tasks" / f"{file}.yml"))


def modules_in(role: str, tasks: list[Yaml]) -> set[str]:
    """Modules of this collection and of vmware.vmware that tasks run, and the files that they include."""
    found = {name for task in tasks_of(tasks) for name in task if name.startswith(PRODUCT_MODULES)}
    for file in included(tasks):
        found |= modules_in(role, list(tasks_in(role, file)))
    return found


@pytest.mark.parametrize("role", [role for role in ROLES if role != JUDGE.rsplit(".", 1)[-1]])
def test_vsphere_is_asked_from_the_controller_and_guests_are_not(role: str) -> None:
    """The keywords of a delegated block reach the files that are included in it. Guests get no vSphere task."""
    main = load(ROOT / "roles" / role / "tasks" / "main.yml")
    everything = [*tasks_of(main), *(task for file in included(main) for task in tasks_in(role, file))]
    delegated = [task for task in everything if task.get("delegate_to") == "localhost"]
    from_controller = modules_in(role, delegated)
    assert from_controller
    assert GUEST_MODULE not in from_controller
    assert modules_in(role, main) - from_controller <= {GUEST_MODULE}


@pytest.mark.parametrize("file", [*PLAYBOOKS, *(ROOT / "roles").glob("*/tasks/*.yml")], ids=lambda path: path.stem)
def test_whatever_is_delegated_is_the_controllers_own(file: Path) -> None:
    """Variables, as they win over keywords: ansible_become of a guest is stronger than become."""
    for item in load(file):
        for task in tasks_of([item, *item.get("pre_tasks", []), *item.get("tasks", [])]):
            if "delegate_to" in task:
                assert (task["delegate_to"], task["become"]) == ("localhost", False), task["name"]
                assert task["vars"] == CONTROLLER, task["name"]


def test_no_action_group_has_the_module_that_runs_in_guests() -> None:
    """Plays give every module of a group the password of the vCenter."""
    groups = load(ROOT / "meta" / "runtime.yml")["action_groups"]
    assert groups
    assert not [name for name, modules in groups.items() if GUEST_MODULE.rsplit(".", 1)[-1] in str(modules)]


@pytest.mark.parametrize("role", ROLES)
def test_no_task_hides_a_failure_or_takes_credentials(role: str) -> None:
    for _file, task in role_tasks(role):
        assert not {"ignore_errors", "failed_when"} & set(task), task["name"]
        for module, arguments in task.items():
            if module.startswith(PRODUCT_MODULES):
                assert not {"hostname", "username", "password"} & set(arguments or {}), task["name"]


@pytest.mark.parametrize("file", WHOLE, ids=lambda path: path.stem)
def test_playbooks_require_hosts_first_and_then_plan(file: Path) -> None:
    """Ansible takes an empty group for success. Who has nothing to be done is not asked again."""
    first, second, *others = load(file)
    assert first["ansible.builtin.import_playbook"] == REQUIRE
    groups = set(first["vars"]["require_groups"])
    assert groups <= {"esxi_hosts", "vms"}
    if "hosts" in second:
        assert {second["hosts"]} == groups
        # Those who were found to have something to be done, where that is not for a plan to say.
        assert all(play["hosts"].startswith(f"{second['hosts']}:&") for play in others)
    else:
        assert second["ansible.builtin.import_playbook"] == PLAN
        assert set(second["vars"]["plan_fleet_hosts"].split(":")) == groups


def test_parts_work_on_those_that_the_plan_is_about() -> None:
    """A VM that fails must not be all of a play, which would end the run for the others: so its play has them all."""
    roles = {play["roles"][0]["role"]: play["hosts"] for _name, play in plays() if "roles" in play}
    assert {role.rsplit(".", 1)[-1]: hosts for role, hosts in roles.items()} == {
        "host_prepare": "esxi_hosts:&hotplug_plan_hosts_to_prepare",
        "vm_prepare": "vms:&hotplug_plan_vms_to_verify",
        "nvme_hot_add": "vms:&hotplug_plan_vms_to_verify",
        "nvme_hot_remove": "vms:&hotplug_plan_vms_to_verify",
        "nvme_new_drive": "vms",
        "nvme_replace": "vms",
        "nvme_surprise_removal": "vms:&nvme_surprise_removal_vms",
        "hotplug_verify": "vms:&hotplug_plan_vms_to_verify",
    }


def asks_vsphere(play: Yaml) -> bool:
    """Whether a play has a role or a task that calls a vSphere module."""
    tasks = str(play.get("tasks"))
    return "roles" in play or any(word in tasks for word in ("'ask'", "'again'", "vmware.vmware"))


@pytest.mark.parametrize(("file", "play"), plays(), ids=[file for file, _play in plays()])
def test_plays_leave_connections_and_facts_of_their_hosts_alone(file: str, play: Yaml) -> None:
    assert "connection" not in play
    assert play["gather_facts"] is False


@pytest.mark.parametrize(("file", "play"), plays(), ids=[file for file, _play in plays()])
def test_plays_give_the_vsphere_modules_their_connection(file: str, play: Yaml) -> None:
    groups = play.get("module_defaults", {})
    assert bool(groups) == asks_vsphere(play)
    assert set(groups) <= VSPHERE_GROUPS
    for values in groups.values():
        assert values == {
            option: "{{ vcenter_" + option + " | default(omit) }}"
            for option in ("hostname", "username", "password", "port", "validate_certs", "proxy_host", "proxy_port")
        }


def test_the_whole_inventory_is_judged_first() -> None:
    """Without a condition: it would be that of the first host alone, as the role runs once."""
    first = load(ROOT / "playbooks" / "plan_fleet.yml")[0]["tasks"][0]
    assert first["ansible.builtin.import_role"] == {"name": JUDGE, "rolespec_validate": False}
    assert "when" not in first


def test_a_report_needs_hosts_and_no_plan() -> None:
    first, *others = load(ROOT / "playbooks" / "readiness.yml")
    assert first["ansible.builtin.import_playbook"] == REQUIRE
    assert first["vars"]["require_groups"] == ["esxi_hosts"]
    (first_play, *_rest) = others
    assert first_play["hosts"].startswith("esxi_hosts")
    for play in others:
        for task in play["tasks"]:
            assert task["ansible.builtin.import_role"]["name"] == REPORT


def test_a_report_judges_the_inventory_and_leaves_no_judgement_that_a_role_which_acts_would_go_by() -> None:
    texts = [str(task) for _file, task in role_tasks(REPORT.rsplit(".", 1)[-1])]
    assert any("directpath.nvme.hotplug_inventory(" in text for text in texts)
    assert not any("'hotplug_inventory_judgement'" in text for text in texts)


@pytest.mark.parametrize("role", [role for role in ROLES if role not in OF_ITS_OWN])
def test_roles_used_alone_judge_the_inventory_first(role: str) -> None:
    first = load(ROOT / "roles" / role / "tasks" / "main.yml")[0]
    assert first["ansible.builtin.include_role"] == {"name": JUDGE}
    assert first["when"] == "hotplug_inventory_judgement is not defined"


def test_the_judgement_is_made_once_and_whatever_the_tags() -> None:
    for _file, task in role_tasks("hotplug_inventory"):
        assert (task["run_once"], task["tags"]) == (True, "always"), task["name"]
        assert "when" not in task
