#!/bin/sh
# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Print a Python that can run the tools of this folder: 3.11 or newer, with venv and pip.
# A python3 that is found need not work (pyenv's shims exist for versions that are switched off), so each is tried.

pyenv_versions="${PYENV_ROOT:-$(pyenv root 2>/dev/null || echo "$HOME/.pyenv")}/versions"

for python in python3 python3.13 python3.12 python3.14 python3.11 "$pyenv_versions"/3.*/bin/python3 /usr/bin/python3; do
    if "$python" -c 'import ensurepip, ssl, sys, venv; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; then
        echo "$python"
        exit 0
    fi
done
echo "Python 3.11 or newer with its venv module is needed; none of those found works." >&2
exit 1
