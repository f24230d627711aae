#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The summary line counts every case once and never calls a failed run passed."""

import os
import subprocess
import sys
import tempfile
import unittest

SUMMARIZE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "summarize.py")

PASSED = '<testcase classname="A" name="Passes" status="run" result="completed"/>'
FAILED = '<testcase classname="A" name="Fails" status="run" result="completed"><failure/></testcase>'
SKIPPED = '<testcase classname="A" name="Skips" status="run" result="skipped"><skipped/></testcase>'
FILTERED = '<testcase classname="A" name="Other" status="notrun" result="suppressed"/>'

# (name, {ctest entry: status}, {program: its cases or None for a report cut off}, lines, exit code)
RUNS = (
    ("cases count, not programs", {"a": "run", "script": "run"}, {"a": [PASSED, PASSED]},
     ["3 passed, 0 failed"], 0),
    ("a failed case", {"a": "fail"}, {"a": [PASSED, FAILED]},
     ["failed: a: A.Fails", "1 passed, 1 failed"], 1),
    ("skipped cases and entries", {"a": "run", "b": "notrun"}, {"a": [PASSED, SKIPPED]},
     ["skipped: a: A.Skips", "skipped: b", "1 passed, 0 failed, 2 skipped"], 0),
    ("cases that a filter left out", {"a": "run"}, {"a": [PASSED, FILTERED]}, ["1 passed, 0 failed"], 0),
    ("crash before the report", {"a": "fail"}, {}, ["failed: a", "0 passed, 1 failed"], 1),
    ("crash within the report", {"a": "fail"}, {"a": None}, ["failed: a", "0 passed, 1 failed"], 1),
    ("crash after the cases", {"a": "fail"}, {"a": [PASSED]},
     ["failed: a: the program itself", "1 passed, 1 failed"], 1),
    ("nothing ran", {}, {}, ["0 passed, 0 failed"], 1),
)


def summarize(entries, programs):
    with tempfile.TemporaryDirectory() as folder:
        os.mkdir(os.path.join(folder, "cases"))
        rows = "".join(f'<testcase name="{name}" status="{status}"/>' for name, status in entries.items())
        write(os.path.join(folder, "ctest.xml"), f"<testsuite>{rows}</testsuite>")
        for name, cases in programs.items():
            text = "<testsuites><tests" if cases is None else (
                f"<testsuites><testsuite>{''.join(cases)}</testsuite></testsuites>")
            write(os.path.join(folder, "cases", f"{name}.xml"), text)
        result = subprocess.run([sys.executable, SUMMARIZE, folder], capture_output=True, text=True,
                                check=False)
    return result.stdout.splitlines(), result.returncode


def write(path, text):
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)


class SummarizeTest(unittest.TestCase):
    def test_runs(self):
        for name, entries, programs, lines, code in RUNS:
            with self.subTest(name):
                self.assertEqual((lines, code), summarize(entries, programs))

    def test_a_run_that_left_no_results_fails(self):
        with tempfile.TemporaryDirectory() as folder:
            result = subprocess.run([sys.executable, SUMMARIZE, folder], capture_output=True, text=True,
                                    check=False)
        self.assertEqual(("0 passed, 0 failed\n", 1), (result.stdout, result.returncode))


if __name__ == "__main__":
    unittest.main()
