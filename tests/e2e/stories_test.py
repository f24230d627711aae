# SPDX-License-Identifier: Apache-2.0
"""waypost test: suites that pass, fail and do not load; JSON, JUnit and coverage."""

import json
import os
import shutil
import tempfile
import textwrap
import unittest
import xml.etree.ElementTree

import waypost

RULES = """apiVersion: waypost/v1
name: small
languages: [en]
owners:
  desk: {name: Desk}
  manager: {name: Manager}
journeys:
  - id: help
    role: user
    touchpoints:
      - {id: reported, stage: engage, kind: service_interaction, owner: desk, on: created}
      - {id: handed-over, stage: co_create, kind: touchpoint, owner: manager, on: assigned}
      - {id: never, stage: realize, kind: touchpoint, owner: manager, on: feedback}
rules:
  - id: bounced
    on: assigned
    if: journey.bounces >= 1
    alert: {severity: warning, owner: manager, text: "{{ticket.ref}} is back with {{ticket.group}}"}
  - id: asleep
    on: feedback
    alert: {severity: info, owner: manager, text: never}
"""

SUITE = """apiVersion: waypost/v1
kind: story-suite
name: Bounces
defaults:
  requester: {id: ana, name: Ana}
  ticket: {ref: INC1, type: incident, group: Desk}
stories:
  - name: A ticket comes back
    start: 2026-03-02T09:00:00Z
    steps:
      - at: +0m
        event: {status: New, status_category: new}
        expect: {events: [created], stage: engage, touchpoint: reported, owner: desk}
      - at: +1h
        event: {group: Network}
        expect: {events: [assigned], stage: {user: co_create}, touchpoint: handed-over}
      - at: +1h30m
        event: {group: Desk}
        expect: {alerts: [{rule: bounced, owner: manager, severity: warning, text: INC1 is back}]}
"""


SILENCE = """apiVersion: waypost/v1
caps: {update_interval: 1h}
rules:
  - id: keep-posted
    after_silence: {P1: 30m, default: 150m}
    if: journey.waiting_on != "customer"
    update:
      next_update_by: 2h
      changed: "We are still working on {{ticket.ref}}."
      action: You need not do anything.
      next: "News by {{update.next_update_by}}."
      where: In the ticket.
"""

WAITING = """apiVersion: waypost/v1
kind: story-suite
name: Silence
defaults:
  ticket: {ref: INC1, type: incident, group: Desk}
stories:
  - name: Nobody says anything
    steps:
      - {at: +0m, event: {status_category: new}}
      - {at: +2h, expect: {}}
      - {at: +3h, expect: {events: [silence], updates: [{rule: keep-posted, text: still working on INC1}]}}
      - {at: +4h, comment: {body: checking, visibility: provider}}
      - {at: +5h, expect: {updates: [{rule: keep-posted, next_update_in: 2h}]}}
"""

TWO_DESKS = os.path.join(waypost.SOURCE, "rules", "examples", "two-desks")


class StoriesTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name
        self.write("rules.yaml", RULES)

    def write(self, name, text):
        path = os.path.join(self.folder, name)
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        return path

    def test_passes(self):
        self.write("bounce_test.yaml", SUITE)
        result = waypost.run("test", self.folder)
        self.assertEqual(result.returncode, 0, result.stdout + result.stderr)
        self.assertIn("ok   A ticket comes back", result.stdout)
        self.assertIn("1 story in 1 suite: all passed", result.stdout)

    def test_what_is_not_listed_must_not_happen(self):
        suite = SUITE[:SUITE.rindex("        expect:")]
        path = self.write("bounce_test.yaml", suite)
        result = waypost.run("test", path)
        self.assertEqual(result.returncode, 4)
        self.assertIn(f"step 3, +1h30m  {path}:17:9", result.stdout)
        self.assertIn("alert bounced\n         - expected: nothing\n         + actual:   alert "
                      'bounced: warning to manager, "INC1 is back with Desk"', result.stdout)

    def test_time_passes_between_the_steps(self):
        self.write("silence.yaml", SILENCE)
        self.write("wait_test.yaml", WAITING)
        result = waypost.run("test", "--coverage", self.folder)
        self.assertEqual(result.returncode, 0, result.stdout + result.stderr)
        self.assertIn("rule never fired: bounced", result.stdout)
        self.assertNotIn("rule never fired: keep-posted", result.stdout)

    def test_what_time_brings_must_be_listed(self):
        self.write("silence.yaml", SILENCE)
        sentence = "at +2h30m the rule keep-posted sent an update that no step expects"
        step = ("      - {at: +3h, expect: {events: [silence], updates: [{rule: keep-posted, text: "
                "still working on INC1}]}}\n")
        for name, old, new, number in [
                ("by no step", step, "", 3),
                ("by a step that says that nothing came", step, "      - {at: +3h, expect: {}}\n",
                 3),
                ("by a step that comes too early", "{at: +3h, expect", "{at: +2h20m, expect", 4),
        ]:
            with self.subTest(name):
                self.write("wait_test.yaml", WAITING.replace(old, new))
                result = waypost.run("test", "--output", "json", self.folder)
                self.assertEqual(result.returncode, 4, result.stderr)
                story = json.loads(result.stdout)["suites"][0]["stories"][0]
                failed = {step["step"]: step["differences"] for step in story["failedSteps"]}
                self.assertIn(sentence, [difference["what"] for difference in failed[number]])

    def test_a_step_of_time_tells_of_nothing_else(self):
        for step, finding in [
                ("{at: +1h}", "a step needs an event, a signal, a comment, feedback or a type; or expect"),
                ("{at: +1h, by: agent, expect: {}}", 'a step without an event has no "by"'),
                ("{at: +1h, expect: {stage: engage}}",
                 'time alone moves nobody, so a step without an event expects no "stage"')]:
            with self.subTest(step):
                self.write("bounce_test.yaml", SUITE + f"      - {step}\n")
                result = waypost.run("test", self.folder)
                self.assertEqual(result.returncode, 3)
                self.assertIn(finding, result.stdout + result.stderr)

    def test_differences(self):
        for old, new, what, expected, actual in [
                ("stage: engage", "stage: agree", "stage of user", "agree", "engage"),
                ("touchpoint: reported", "touchpoint: none", "touchpoint passed by user", "none",
                 "reported"),
                ("owner: desk}", "owner: manager}", "owner for user", "manager", "desk"),
                ("events: [created]", "events: [created, assigned]", "events",
                 "created, assigned", "created"),
                ("severity: warning, text: INC1 is", "severity: info, text: INC1 is",
                 "alert bounced: severity", "info", "warning"),
                ("rule: bounced", "rule: asleep", "alert asleep", "an alert", "nothing"),
        ]:
            with self.subTest(what):
                self.write("bounce_test.yaml", SUITE.replace(old, new))
                result = waypost.run("test", "--output", "json", self.folder)
                self.assertEqual(result.returncode, 4, result.stderr)
                story = json.loads(result.stdout)["suites"][0]["stories"][0]
                differences = [d for step in story["failedSteps"] for d in step["differences"]]
                self.assertIn({"what": what, "expected": expected, "actual": actual}, differences)

    def test_junit(self):
        self.write("bounce_test.yaml", SUITE.replace("stage: engage", "stage: <agree>"))
        report = os.path.join(self.folder, "report.xml")
        result = waypost.run("test", "--junit", report, self.folder)
        self.assertEqual(result.returncode, 4)
        suites = xml.etree.ElementTree.parse(report).getroot()
        self.assertEqual(suites.get("failures"), "1")
        failure = suites.find("testsuite/testcase/failure")
        self.assertIn("stage of user: expected <agree>, actual engage", failure.text)

    def test_coverage(self):
        self.write("bounce_test.yaml", SUITE)
        result = waypost.run("test", "--coverage", self.folder)
        self.assertEqual(result.returncode, 0)
        self.assertIn("1 of 2 rules fired, 2 of 3 touchpoints passed", result.stdout)
        self.assertIn("rule never fired: asleep", result.stdout)
        self.assertIn("touchpoint never passed: help/never", result.stdout)

    def test_run_takes_some(self):
        self.write("bounce_test.yaml", SUITE)
        self.assertEqual(waypost.run("test", "--run", "comes .ack", self.folder).returncode, 0)
        result = waypost.run("test", "--run", "nothing like it", self.folder)
        self.assertEqual(result.returncode, 1)
        self.assertIn("no story matches", result.stderr)
        self.assertEqual(waypost.run("test", "--run", "(", self.folder).returncode, 2)

    def test_broken_suites(self):
        for old, new, message in [
                ("at: +1h\n", "at: soon\n", '"soon" is not a time'),
                ("stage: engage", "stag: engage", 'unknown key "stag"; did you mean "stage"?'),
                ("status_category: new", "status_category: nev", '"nev" is not one of new, open'),
                ("rule: bounced, ", "", '"rule" is missing'),
                ("event: {group: Network}", "event: [Network]", "expected a mapping, found a list"),
        ]:
            with self.subTest(message):
                path = self.write("bounce_test.yaml", SUITE.replace(old, new))
                result = waypost.run("test", path)
                self.assertEqual(result.returncode, 3)
                self.assertIn(message, result.stderr)
                self.assertRegex(result.stderr, r"bounce_test\.yaml:\d+:\d+: error: ")

    def test_an_event_that_is_refused_fails_its_step(self):
        self.write("bounce_test.yaml", SUITE.replace("event: {group: Network}",
                                                     f"event: {{group: {'x' * 300}}}"))
        result = waypost.run("test", self.folder)
        self.assertEqual(result.returncode, 4)
        self.assertIn("refused: event.ticket.group", result.stdout)

    def test_rules_that_do_not_load(self):
        self.write("rules.yaml", RULES.replace("journey.bounces", "journey.bouncs"))
        self.write("bounce_test.yaml", SUITE)
        result = waypost.run("test", self.folder)
        self.assertEqual(result.returncode, 3)
        self.assertIn("bounces", result.stderr)

    def test_a_suite_that_does_not_load_is_no_success(self):
        self.write("rules.yaml", RULES)
        self.write("broken_test.yaml", SUITE.replace("stories:", "storys:"))
        result = waypost.run("test", self.folder)
        self.assertEqual(result.returncode, 3)
        self.assertNotIn("passed", result.stdout)
        self.assertIn("1 of 1 suite was not run", result.stderr)
        self.write("bounce_test.yaml", SUITE)
        result = waypost.run("test", self.folder)
        self.assertEqual(result.returncode, 3)
        self.assertIn("1 story in 1 suite: all passed", result.stdout)
        self.assertIn("1 of 2 suites was not run", result.stderr)

    def test_the_suite_of_the_help_passes_on_the_shipped_rules(self):
        rules = os.path.join(self.folder, "rules")
        shutil.copytree(waypost.RULES, rules)
        text = waypost.run("test", "--help").stdout
        suite = text[text.index("  apiVersion:"):text.index("What a step")]
        self.write("rules/example_test.yaml", textwrap.dedent(suite))
        result = waypost.run("test", os.path.join(rules, "example_test.yaml"))
        self.assertEqual(result.returncode, 0, result.stdout + result.stderr)

    def test_shipped_suites_pass(self):
        for rules in [waypost.RULES, TWO_DESKS]:
            with self.subTest(rules):
                result = waypost.run("test", rules)
                self.assertEqual(result.returncode, 0, result.stdout + result.stderr)


if __name__ == "__main__":
    unittest.main()
