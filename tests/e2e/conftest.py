# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Fixtures for tests that talk to a lab: one server per test module, set back before each test."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any, Literal

import pytest
from labclient import Lab


@pytest.fixture(scope="module")
def lab_config() -> dict[str, Any] | None:
    """The inventory of the module's lab. A test module that needs its own overrides this fixture (None: the demo's)."""
    return None


@pytest.fixture(scope="module")
def lab_mode() -> Literal["vcenter", "esxi"]:
    """A test module overrides this to talk to a standalone ESXi."""
    return "vcenter"


@pytest.fixture(scope="module")
def lab_server(lab_config: dict[str, Any] | None, lab_mode: Literal["vcenter", "esxi"]) -> Iterator[Lab]:
    with Lab.start(lab_config, mode=lab_mode) as server:
        yield server


@pytest.fixture
def lab(lab_server: Lab) -> Lab:
    """The module's lab, set back to how it started."""
    lab_server.reset()
    return lab_server


@pytest.fixture
def start_lab() -> Iterator[Callable[..., Lab]]:
    """Labs of a test's own, with the arguments of Lab.start; they end with the test."""
    with ExitStack() as labs:

        def start(*args: Any, **kwargs: Any) -> Lab:
            return labs.enter_context(Lab.start(*args, **kwargs))

        yield start
