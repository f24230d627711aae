#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Types the README's tour and what follows it into a shell, as it stands, and looks at what comes out.

Only the two ports are replaced by free ones. Usage: readme_tour_test.py SOURCE_ROOT WAYPOST
"""
import os
import pathlib
import re
import signal
import socket
import subprocess
import sys
import tempfile

# What each block of the tour must show, in order: (part of the block, parts of its output).
EXPECTED = [
    ("export PATH", []),
    ("waypost check", []),
    ("waypost serve", ["waypost: ready grpc=127.0.0.1:"]),
    ("curl", ['"stage":"engage"', '"touchpointId":"report-by-phone"', '"service-desk-manager"',
              '"statusUpdates"', '"nextUpdateBy"']),
    ("waypost send", ["handed-over", "ping-pong", "incident-manager"]),
    ("waypost explain", ["ping-pong", "journey.reassignments >= 3"]),
    ("waypost map", ["engage", "report-by-phone"]),
    ("kill", []),
    ("cp -r", ["ok  mine: ", ": all passed"]),
    ("waypost replay", ["Replayed 4 events of 1 ticket and 1 person", "ping-pong"]),
]


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return str(probe.getsockname()[1])


def tour_blocks(readme):
    return re.findall(r"```sh tour\n(.*?)```", readme, re.DOTALL)


def run_tour(root, waypost, folder):
    """Runs all blocks in one shell; returns the output of each."""
    blocks = tour_blocks((root / "README.md").read_text(encoding="utf-8"))
    (folder / "rules").symlink_to(root / "rules")
    script = "set -e\n"
    for block in blocks:
        script += block + ("\nwait %1\n" if "kill %1" in block else "\n")
        script += "printf '\\n=== block ends ===\\n'\n"
    script = script.replace("7480", free_port()).replace("7481", free_port())
    environment = dict(os.environ, PATH=f"{waypost.parent}:{os.environ['PATH']}", NO_COLOR="1",
                       TMPDIR=str(folder))
    shell = subprocess.Popen(["bash", "-c", script], cwd=folder, env=environment, text=True,
                             stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                             start_new_session=True)
    try:
        output, _ = shell.communicate(timeout=120)
    except subprocess.TimeoutExpired:
        os.killpg(shell.pid, signal.SIGKILL)
        output, _ = shell.communicate()
        raise AssertionError(f"the tour did not end:\n{output}") from None
    assert shell.returncode == 0, f"a command of the tour failed ({shell.returncode}):\n{output}"
    return blocks, output


def main():
    root, waypost = pathlib.Path(sys.argv[1]).resolve(), pathlib.Path(sys.argv[2]).resolve()
    with tempfile.TemporaryDirectory() as folder:
        blocks, output = run_tour(root, waypost, pathlib.Path(folder))
        (path,) = pathlib.Path(folder).glob("*/map.html")
        page = path.read_text(encoding="utf-8")
    assert len(blocks) == len(EXPECTED), f"the tour has {len(blocks)} blocks"
    squeezed = re.sub(r'":\s+', '":', output)
    for block, (command, parts) in zip(blocks, EXPECTED):
        assert command in block, f"expected {command!r} in:\n{block}"
        for part in parts:
            assert part in squeezed, f"{command}: no {part!r} in:\n{output}"
    assert "report-by-phone" in page and "<html" in page, page[:2000]
    print(f"{len(blocks)} blocks of the tour did what the README says")


if __name__ == "__main__":
    main()
