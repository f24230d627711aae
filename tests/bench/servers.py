# SPDX-License-Identifier: Apache-2.0
"""The two servers of a measurement, on loopback with a free port, and the client that loads them."""

import contextlib
import glob
import json
import os
import re
import resource
import signal
import sqlite3
import subprocess
import tempfile
import time

TICKS = os.sysconf("SC_CLK_TCK")
READY = re.compile(r"(?:ready grpc=|listening on )(\S+)")
START_SECONDS, STOP_SECONDS, RUN_SECONDS = 60, 20, 300


class BenchError(Exception):
    """What went wrong, as a sentence."""


class Server:
    def __init__(self, process, target, client, start_seconds, data=None):
        self.process = process
        self.target = target
        self.client = client
        self.start_seconds = start_seconds
        self.data = data

    def load(self, *arguments):
        """Runs the load client; its line, and how many cores other processes used meanwhile."""
        command = [self.client, "--target", self.target, "--pid", self.process.pid, *arguments]
        before = other_seconds(self.process.pid)
        begin = time.monotonic()
        result = subprocess.run([str(one) for one in command], capture_output=True, text=True,
                                timeout=RUN_SECONDS, check=False)
        if result.returncode != 0:
            raise BenchError(f"the load client failed: {result.stderr.strip()}\n{result.stdout}")
        line = json.loads(result.stdout)
        used = other_seconds(self.process.pid) - before
        line["other_cores"] = max(0.0, used / (time.monotonic() - begin))
        return line

    def resident_bytes(self):
        with open(f"/proc/{self.process.pid}/statm", encoding="ascii") as file:
            return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")

    def stored_journey_bytes(self):
        """The mean size of a journey's blob in the store; None for a server without one."""
        if self.data is None:
            return None
        (database,) = glob.glob(os.path.join(self.data, "*.db"))
        uri = f"file:{database}?mode=ro"
        with contextlib.closing(sqlite3.connect(uri, uri=True)) as connection:
            (mean,) = connection.execute("SELECT avg(length(blob)) FROM journeys").fetchone()
        return mean


def other_seconds(pid):
    """CPU seconds of the whole machine without the server, this process and its children."""
    with open("/proc/stat", encoding="ascii") as file:
        fields = [int(field) for field in file.readline().split()[1:]]
    busy = (fields[0] + fields[1] + fields[2] + fields[5] + fields[6] + fields[7]) / TICKS
    with open(f"/proc/{pid}/stat", encoding="ascii") as file:
        server = file.read().rpartition(")")[2].split()
    own = sum(sum(resource.getrusage(who)[:2])
              for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return busy - (int(server[11]) + int(server[12])) / TICKS - own


def address_when_ready(process, log):
    """The address that the server printed once it answers, and the seconds until then."""
    begin = time.monotonic()
    while time.monotonic() - begin < START_SECONDS:
        log.seek(0)
        said = log.read()
        match = READY.search(said)
        if match:
            return match.group(1), time.monotonic() - begin
        if process.poll() is not None:
            break
        time.sleep(0.02)
    raise BenchError(f"{process.args[0]} did not start:\n{said}")


@contextlib.contextmanager
def running(command, build, data=None):
    # The server writes through a descriptor of its own, so that reading does not move its place.
    with tempfile.NamedTemporaryFile("w") as out, open(out.name, encoding="utf-8") as log:
        process = subprocess.Popen(command, stdout=out, stderr=out, stdin=subprocess.DEVNULL)
        try:
            target, seconds = address_when_ready(process, log)
            yield Server(process, target, os.path.join(build, "tests/bench/bench_load_client"), seconds, data)
        finally:
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def echo(build):
    return running([os.path.join(build, "tests/bench/bench_echo_server"), "--listen", "127.0.0.1:0"], build)


def sidecar(build, rules, data):
    return running([os.path.join(build, "sidecar/cli/waypost"), "serve", "--rules", rules, "--data", data,
                    "--listen", "127.0.0.1:0", "--http", "none"], build, data)
