# SPDX-License-Identifier: Apache-2.0
"""Runs the executable under test: commands to their end, servers until they are stopped."""

import os
import re
import signal
import subprocess
import threading

EXECUTABLE = os.environ.get("WAYPOST", "waypost")
SOURCE = os.environ.get(
    "WAYPOST_SOURCE_DIR", os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", ".."))
RULES = os.path.join(SOURCE, "rules", "service-desk")
SECONDS = 120
SKIPPED = 77  # the exit code of a test that lacks what it needs


def run(*arguments, stdin=None, cwd=None, env=None):
    """Runs a command to its end. Gives an object with returncode, stdout and stderr."""
    return subprocess.run([EXECUTABLE, *map(str, arguments)], input=stdin, cwd=cwd, text=True,
                          env={**os.environ, "NO_COLOR": "1", **(env or {})},
                          capture_output=True, timeout=SECONDS, check=False)


class Server:
    """A command that goes on until it is stopped. `lines` is what it has printed so far."""

    def __init__(self, *arguments, cwd=None):
        self.lines = []
        self.process = subprocess.Popen(
            [EXECUTABLE, *map(str, arguments)], cwd=cwd, text=True, stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, env={**os.environ, "NO_COLOR": "1"})
        self.errors = []
        self._reader = threading.Thread(
            target=lambda: self.errors.extend(self.process.stderr), daemon=True)
        self._reader.start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        self._reader.join()
        self.process.stdout.close()
        self.process.stderr.close()

    def wait_for(self, pattern):
        """Reads lines until one matches; gives the match."""
        timer = threading.Timer(SECONDS, self.process.kill)
        timer.start()
        try:
            for line in self.process.stdout:
                self.lines.append(line.rstrip("\n"))
                match = re.search(pattern, line)
                if match:
                    return match
        finally:
            timer.cancel()
        self.process.wait()
        self._reader.join()
        raise AssertionError(f"the process ended (exit code {self.process.returncode}) before a "
                             f"line matched {pattern!r}:\n" + "\n".join(self.lines) +
                             "\n" + "".join(self.errors))

    def stop(self, number=signal.SIGTERM):
        """Asks it to end; gives its exit code."""
        self.process.send_signal(number)
        rest, _ = self.process.stdout.read(), None
        self.lines.extend(rest.splitlines())
        return self.process.wait(timeout=SECONDS)


def serve(folder, *arguments, rules=RULES):
    """A sidecar on free ports with its data in `folder`, ready; with .grpc and .http."""
    server = Server("serve", "--rules", rules, "--data", folder, "--listen", "127.0.0.1:0",
                    "--http", "127.0.0.1:0", *arguments)
    match = server.wait_for(r"^waypost: ready grpc=(\S+) http=(\S+)$")
    server.grpc, server.http = match.group(1), match.group(2)
    return server
