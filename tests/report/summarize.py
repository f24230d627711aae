#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Sums a test run up in one line: "N passed, N failed" and, where there are any, ", N skipped".

Usage: summarize.py FOLDER

FOLDER holds ctest.xml (what ctest --output-junit wrote) and cases/ (what GoogleTest wrote, one file
per test program). A program that reported its cases counts by them; every other test, and a program
that died before it could report, counts as one. Exits with 1 when something failed or nothing ran.
"""

import os
import sys
import xml.etree.ElementTree as ElementTree


def case_outcomes(path):
    """[(name, outcome)] of one GoogleTest report; None when it is missing or cut off."""
    try:
        suites = ElementTree.parse(path).getroot()
    except (FileNotFoundError, ElementTree.ParseError):
        return None
    outcomes = []
    for case in suites.iter("testcase"):
        if case.get("status") == "notrun":
            continue
        name = f"{case.get('classname')}.{case.get('name')}"
        if case.find("failure") is not None:
            outcomes.append((name, "failed"))
        elif case.get("result") == "skipped" or case.find("skipped") is not None:
            outcomes.append((name, "skipped"))
        else:
            outcomes.append((name, "passed"))
    return outcomes


def test_outcome(test):
    if test.get("status") == "run":
        return "passed"
    return "failed" if test.get("status") == "fail" else "skipped"


def outcomes_of(test, folder):
    name, outcome = test.get("name"), test_outcome(test)
    cases = case_outcomes(os.path.join(folder, "cases", f"{name}.xml")) or []
    if not cases:
        return [(name, outcome)]
    named = [(f"{name}: {case}", one) for case, one in cases]
    # Every case passed and the program still failed: a sanitizer's report or a crash at the end.
    if outcome == "failed" and all(one != "failed" for _, one in named):
        named.append((f"{name}: the program itself", "failed"))
    return named


def main(arguments):
    if len(arguments) != 2:
        sys.exit(__doc__)
    folder = arguments[1]
    try:
        tests = ElementTree.parse(os.path.join(folder, "ctest.xml")).getroot().iter("testcase")
        outcomes = [one for test in tests for one in outcomes_of(test, folder)]
    except (FileNotFoundError, ElementTree.ParseError):
        outcomes = []
    counts = {kind: sum(outcome == kind for _, outcome in outcomes)
              for kind in ("passed", "failed", "skipped")}
    for name, outcome in outcomes:
        if outcome != "passed":
            print(f"{outcome}: {name}")
    skipped = f", {counts['skipped']} skipped" if counts["skipped"] else ""
    print(f"{counts['passed']} passed, {counts['failed']} failed{skipped}")
    sys.exit(1 if counts["failed"] or not outcomes else 0)


if __name__ == "__main__":
    main(sys.argv)
