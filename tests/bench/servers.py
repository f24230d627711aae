# SPDX-License-Identifier: Apache-2.0
"""The two servers of a measurement, on loopback with a free port, and the client that loads them."""

import contextlib
import json
import os
import resource
import signal
import socket
import sqlite3
import subprocess
import tempfile
import time

TICKS = os.sysconf("SC_CLK_TCK")
START_SECONDS, STOP_SECONDS, RUN_SECONDS = 60, 20, 300


class BenchError(Exception):
    """What went wrong, as a sentence."""


class Server:
    def __init__(self, process, target, client, start_seconds, database=None):
        self.process = process
        self.target = target
        self.client = client
        self.start_seconds = start_seconds
        self.database = database

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
        if self.database is None:
            return None
        uri = f"file:{self.database}?mode=ro"
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


def free_port():
    with contextlib.closing(socket.socket()) as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


def wait_until_it_answers(process, port, log):
    begin = time.monotonic()
    while time.monotonic() - begin < START_SECONDS:
        if process.poll() is not None:
            break
        with contextlib.suppress(OSError):
            socket.create_connection(("127.0.0.1", port), 0.2).close()
            return time.monotonic() - begin
        time.sleep(0.02)
    log.seek(0)
    raise BenchError(f"{process.args[0]} did not start:\n{log.read()}")


@contextlib.contextmanager
def running(command, port, build, database=None):
    with tempfile.TemporaryFile("w+") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log, stdin=subprocess.DEVNULL)
        try:
            seconds = wait_until_it_answers(process, port, log)
            yield Server(process, f"127.0.0.1:{port}", os.path.join(build, "tests/bench/bench_load_client"),
                         seconds, database)
        finally:
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def echo(build):
    port = free_port()
    return running([os.path.join(build, "tests/bench/bench_echo_server"), "--listen", f"127.0.0.1:{port}"],
                   port, build)


def sidecar(build, rules, database):
    port = free_port()
    return running([os.path.join(build, "sidecar/cli/waypost"), "serve", "--rules", rules, "--data", database,
                    "--listen", f"127.0.0.1:{port}", "--http", f"127.0.0.1:{free_port()}"],
                   port, build, database)
