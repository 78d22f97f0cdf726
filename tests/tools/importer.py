# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Build the collection's artifact and put it through galaxy-importer: an error or a warning of it is a failure."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tarfile

import layout

WORK = layout.CACHE / "importer"

CONFIG = f"""\
[galaxy-importer]
check_required_tags = true
run_flake8 = false
tmp_root_dir = {WORK}
ansible_local_tmp = {WORK / "ansible-tmp"}
"""


def main() -> int:
    shutil.rmtree(WORK, ignore_errors=True)
    (WORK / "ansible-tmp").mkdir(parents=True)
    (WORK / "importer.cfg").write_text(CONFIG, encoding="utf-8")
    subprocess.run(["ansible-galaxy", "collection", "build", "--output-path", WORK], cwd=layout.ROOT, check=True)
    (artifact,) = WORK.glob("directpath-nvme-*.tar.gz")
    # The importer's ansible-lint does not see the folder that the importer gives it as one of collections, but those
    # beside Python packages: so the artifact is also installed there, with the collection that it depends on.
    installed = WORK / "installed" / "ansible_collections"
    with tarfile.open(artifact) as archive:
        archive.extractall(installed / "directpath" / "nvme", filter="data")
        print(*sorted(member.name for member in archive.getmembers() if member.isfile()), sep="\n", flush=True)
    (installed / "vmware").symlink_to(layout.COLLECTIONS / "ansible_collections" / "vmware")
    env = {
        **os.environ,
        "GALAXY_IMPORTER_CONFIG": str(WORK / "importer.cfg"),
        "PYTHONPATH": str(installed.parent),
    }
    command = [sys.executable, "-m", "galaxy_importer.main", artifact.name]
    done = subprocess.run(command, cwd=WORK, env=env, stdout=subprocess.PIPE, text=True, check=False)
    print(done.stdout, flush=True)
    complaints = [line for line in done.stdout.splitlines() if line.startswith(("ERROR", "WARNING", "CRITICAL"))]
    return 1 if done.returncode or complaints else 0


if __name__ == "__main__":
    sys.exit(main())
