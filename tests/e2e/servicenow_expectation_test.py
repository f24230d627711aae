# SPDX-License-Identifier: Apache-2.0
"""Expectations on the public ServiceNow log: learned and asked in the order of time.

Each incident is asked about at four ages after its opening, with what its rows show by then; the
truth is its last Resolved row. Measured on the last 30 % of the incidents by opening time.

The folder with incident_event_log.zip is named by WAYPOST_SERVICENOW_LOG; without it the test is
skipped. EXPECTATION_PREDICTIONS is the program that holds the model.
"""

import calendar
import collections
import csv
import io
import os
import statistics
import subprocess
import sys
import unittest
import zipfile

import waypost

SOURCE = os.environ.get(
    "WAYPOST_SOURCE_DIR", os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", ".."))
FOLDER = os.environ.get("WAYPOST_SERVICENOW_LOG") or os.path.join(
    SOURCE, "..", "shared", "data", "servicenow-incident-log")
LOG = os.path.join(FOLDER, "incident_event_log.zip")
PROGRAM = os.environ.get("EXPECTATION_PREDICTIONS", "expectation_predictions")

# Median width in hours of a plain split-conformal baseline over category x priority.
BASELINE = {0: 112, 4: 309, 24: 383, 72: 441}
# Ages that are none of those at which the model takes note of tickets.
BETWEEN = (6, 30, 60, 100)
# StatusCategory of waypost.v1.
STATUS = collections.defaultdict(lambda: 2, {
    "New": 1, "Active": 2, "Awaiting User Info": 3, "Awaiting Vendor": 4, "Awaiting Problem": 4,
    "Awaiting Evidence": 4, "Resolved": 5, "Closed": 6})

Incident = collections.namedtuple("Incident", "number opened resolved rows")
Answer = collections.namedtuple("Answer", "refusal p50 p80 cell samples")


def instant(text):
    day, clock = text.split()
    date = [int(part) for part in day.split("/")]
    time = [int(part) for part in clock.split(":")]
    return calendar.timegm((date[2], date[1], date[0], time[0], time[1], 0))


def read_log():
    """The rows per incident as (at, line, features), and what was set when it was resolved."""
    rows = collections.OrderedDict()
    opened, resolved = {}, {}
    with zipfile.ZipFile(LOG) as archive, archive.open("incident_event_log.csv") as file:
        for line, row in enumerate(csv.DictReader(io.TextIOWrapper(file, encoding="utf-8"))):
            at, number = instant(row["sys_updated_at"]), row["number"]
            opened.setdefault(number, instant(row["opened_at"]))
            if row["incident_state"] == "Resolved":
                resolved[number] = at
            rows.setdefault(number, []).append(
                (at, line, row["category"], row["priority"], row["assignment_group"],
                 STATUS[row["incident_state"]]))
    return [Incident(number, opened[number], resolved.get(number), with_counters(ones))
            for number, ones in rows.items()]


def with_counters(rows):
    """Adds reassignments and A-B-A bounces as the sidecar counts them."""
    counted, reassignments, bounces = [], 0, 0
    last, known, known_before, newest = None, None, None, 0
    for at, line, category, priority, group, status in rows:
        reassignments += last is not None and group != last
        last = group
        if group not in ("?", known):
            bounces += group == known_before
            known_before, known = known, group
        newest = max(newest, at)  # INC0000137 runs backwards
        counted.append((newest, line, (category, priority, group, status, reassignments, bounces)))
    return counted


def question(incident, age):
    """When to ask and with which features; nothing when it was resolved before or not seen yet."""
    if age == 0:
        return incident.rows[0][0], incident.rows[0][2]
    at = incident.opened + age * 3600
    seen = [features for time, _, features in incident.rows if time <= at]
    return (at, seen[-1]) if incident.resolved > at and seen else None


class ServiceNowExpectationTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        incidents = sorted(read_log(), key=lambda one: (one.opened, one.number))
        cls.resolved = [one for one in incidents if one.resolved is not None]
        lines, cls.asked = [], []
        for one in incidents:
            lines += [((at, line, 0), "event", one, at, features) for at, line, features in one.rows]
        for number, one in enumerate(cls.resolved):
            for age in (*BASELINE, *BETWEEN):
                found = question(one, age)
                if found:
                    order = (found[0], one.rows[0][1] if age == 0 else sys.maxsize, 1)
                    lines.append((order, (age, number), one, *found))
        lines.sort(key=lambda line: (line[0], line[2].number))
        cls.asked = [(line[1], line[3]) for line in lines if line[1] != "event"]
        text = "\n".join("\t".join(map(str, (
            "event" if kind == "event" else "ask", one.number, one.opened, at, *features)))
            for _, kind, one, at, features in lines)
        result = subprocess.run([PROGRAM], input=text, capture_output=True, text=True, timeout=250,
                                check=True)
        answers = [line.split("\t") for line in result.stdout.splitlines()]
        cls.model = [int(one) for one in answers.pop()[1:]]
        cls.tally(answers)

    @classmethod
    def tally(cls, answers):
        """Of the incidents opened last: what was answered per age, and what came."""
        first = int(len(cls.resolved) * 0.7)
        cls.taken = collections.defaultdict(list)
        cls.refused = collections.defaultdict(collections.Counter)
        for ((age, number), at), answer in zip(cls.asked, answers):
            if number < first:
                continue
            if answer[0]:
                cls.refused[age][answer[0]] += 1
            else:
                cls.taken[age].append((max(0, cls.resolved[number].resolved - at),
                                       int(answer[1]), int(answer[2])))

    def coverage(self, age, percent=80):
        kept = [taken <= (p80 if percent == 80 else p50) for taken, p50, p80 in self.taken[age]]
        return 100 * sum(kept) / len(kept)

    def width(self, age):
        return statistics.median(p80 for _, _, p80 in self.taken[age]) / 3600

    def refused_share(self, age):
        refused = sum(self.refused[age].values())
        return 100 * refused / (refused + len(self.taken[age]))

    def test_incidents(self):
        self.assertEqual(len(self.resolved), 24905)

    def test_table(self):
        print("age h  asked  P80 kept %  median width h (baseline)  P50 kept %  refused %")
        for age in sorted(self.taken):
            print(f"{age:5}  {len(self.taken[age]) + sum(self.refused[age].values()):5}"
                  f"  {self.coverage(age):10.1f}  {self.width(age):14.0f} ({BASELINE.get(age, '-')})"
                  f"  {self.coverage(age, 50):18.1f}  {self.refused_share(age):9.1f}"
                  f"  {dict(self.refused[age])}")
        print("bytes {}, open tickets {}, ns per event {}, ns per question {}, state bytes {}"
              .format(*self.model))

    def test_eight_of_ten_windows_are_kept_at_each_age(self):
        for age in BASELINE:
            with self.subTest(age=age):
                self.assertGreaterEqual(self.coverage(age), 77)
                self.assertLessEqual(self.coverage(age), 83)

    def test_windows_are_no_wider_than_the_baseline(self):
        for age, hours in BASELINE.items():
            with self.subTest(age=age):
                self.assertLessEqual(self.width(age), hours)

    def test_between_the_ages_too(self):
        for age in BETWEEN:
            with self.subTest(age=age):
                self.assertGreaterEqual(self.coverage(age), 75)
                self.assertLessEqual(self.coverage(age), 85)

    def test_few_are_refused(self):
        for age in BASELINE:
            with self.subTest(age=age):
                self.assertLess(self.refused_share(age), 10)

    def test_memory(self):
        self.assertLess(self.model[0], 16 << 20)


if __name__ == "__main__":
    if not os.path.exists(LOG):
        print("SKIPPED: the log is not here; WAYPOST_SERVICENOW_LOG names its folder")
        sys.exit(waypost.SKIPPED)
    unittest.main()
