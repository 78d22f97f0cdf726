# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest
from ansible_collections.directpath.nvme.plugins.module_utils._errors import DirectPathError
from ansible_collections.directpath.nvme.plugins.module_utils._facts.settings import KernelSetting
from ansible_collections.directpath.nvme.plugins.module_utils._plan.boot_param import SetKernelSetting, plan_boot_param
from ansible_collections.directpath.nvme.plugins.module_utils._plan.plan import Plan

COOKIES = KernelSetting("maxIntrCookies", "uint32", "1024", "1024", "1024")
SWITCH = KernelSetting("enablePCIEHotplug", "Bool", "TRUE", "TRUE", "TRUE")
HEX = KernelSetting("acpiDbgLevel", "uint32", "0x70", "112", "0x0")
BOOT_ID = KernelSetting("BOOTUUID", "String", "", "2a4b43401707481f8b761c543fb6d013", "")


def plan(setting: KernelSetting, wanted: str | None, comparison: str = "exact") -> Plan[SetKernelSetting]:
    return plan_boot_param(setting, wanted, comparison, "esxi-01")


def refusal(setting: KernelSetting, wanted: str | None, comparison: str = "exact") -> DirectPathError:
    """Why nothing is planned, in check mode as well."""
    decided = plan(setting, wanted, comparison)
    assert decided.steps == ()
    (obstacle,) = decided.obstacles
    assert not obstacle.mendable
    return obstacle.error


def test_a_row_of_esxcli_becomes_a_setting() -> None:
    row = {
        "Name": "maxIntrCookies",
        "Type": "uint32",
        "Configured": "4096",
        "Runtime": "1024",
        "Default": "1024",
        "Description": "ignored",
    }
    setting = KernelSetting.from_row(row)
    assert setting == KernelSetting("maxIntrCookies", "uint32", "4096", "1024", "1024")
    assert setting.pending


@pytest.mark.parametrize(
    ("setting", "pending"),
    [
        (COOKIES, False),
        (HEX, False),
        (BOOT_ID, False),
        (KernelSetting("enablePCIEHotplug", "Bool", "true", "TRUE", "TRUE"), False),
        (KernelSetting("enablePCIEHotplug", "Bool", "FALSE", "TRUE", "TRUE"), True),
    ],
)
def test_pending_compares_values_not_spellings(setting: KernelSetting, pending: bool) -> None:
    assert setting.pending is pending


@pytest.mark.parametrize(
    ("setting", "wanted", "comparison", "write"),
    [
        (COOKIES, "4096", "exact", "4096"),
        (COOKIES, "0x1000", "exact", "4096"),
        (COOKIES, "1024", "exact", None),
        (COOKIES, "0x400", "exact", None),
        (COOKIES, "512", "at_least", None),
        (COOKIES, "4096", "at_least", "4096"),
        (COOKIES, None, "exact", None),
        (KernelSetting("maxIntrCookies", "uint32", "4096", "4096", "1024"), None, "exact", "1024"),
        (SWITCH, "false", "exact", "FALSE"),
        (SWITCH, "True", "exact", None),
        (HEX, "112", "exact", None),
        (BOOT_ID, "x", "exact", "x"),
    ],
)
def test_only_another_value_is_written(
    setting: KernelSetting, wanted: str | None, comparison: str, write: str | None
) -> None:
    decided = plan(setting, wanted, comparison)
    assert decided.obstacles == ()
    if write is None:
        assert decided.steps == ()
    else:
        (step,) = decided.steps
        assert (step.setting, step.value) == (setting, write)
        assert (step.after.configured, step.after.runtime) == (write, setting.runtime)


@pytest.mark.parametrize(
    ("setting", "wanted", "says"),
    [
        (COOKIES, "4097", "a whole number from 0 to 4096 (type uint32)"),
        (COOKIES, "-1", "a whole number from 0 to 4096"),
        (COOKIES, "many", "a whole number from 0 to 4096"),
        (COOKIES, "", "a whole number from 0 to 4096"),
        (SWITCH, "1", "TRUE or FALSE (type Bool)"),
        (HEX, "4294967296", "a whole number from 0 to 4294967295"),
        (KernelSetting("x", "int8", "0", "0", "0"), "-129", "a whole number from -128 to 127"),
    ],
)
def test_a_wrong_type_or_range_is_refused(setting: KernelSetting, wanted: str, says: str) -> None:
    error = refusal(setting, wanted)
    assert error.code == "invalid_value"
    assert says in str(error)
    assert (error.requirement == "P2") == (setting is COOKIES)


def test_a_setting_without_default_cannot_be_reset() -> None:
    assert refusal(BOOT_ID, None).code == "not_settable"


@pytest.mark.parametrize("setting", [SWITCH, BOOT_ID])
def test_at_least_needs_a_number(setting: KernelSetting) -> None:
    assert refusal(setting, "TRUE", "at_least").code == "invalid_argument"
