#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""waypost connect: profiles are checked, requests mapped, fixtures run; the tutorial works as written."""

import json
import os
import re
import shutil
import subprocess
import tempfile
import unittest

import waypost

CONNECTORS = os.path.join(waypost.SOURCE, "connectors")


def tutorial():
    """The README's marked blocks as (mark, text)."""
    with open(os.path.join(CONNECTORS, "README.md"), encoding="utf-8") as file:
        return re.findall(r"<!-- tutorial: (\S+) -->\n```\w+\n(.*?)```", file.read(), re.DOTALL)


class ConnectTest(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="waypost-connect-")
        self.addCleanup(shutil.rmtree, self.folder)

    def write(self, name, text):
        path = os.path.join(self.folder, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        return path

    def test_tutorial_works_as_written(self):
        outputs = []
        for mark, text in tutorial():
            if mark != "run":
                self.write(os.path.join("my-tool", mark), text)
                continue
            for line in text.splitlines():
                done = subprocess.run(
                    ["bash", "-euc", 'waypost() { "$WAYPOST" "$@"; }; ' + line], cwd=self.folder,
                    env={**os.environ, "WAYPOST": waypost.EXECUTABLE, "NO_COLOR": "1"}, text=True,
                    capture_output=True, timeout=waypost.SECONDS, check=False)
                self.assertEqual(done.returncode, 0, line + done.stdout + done.stderr)
                outputs.append(done)
        self.assertEqual(len(outputs), 4)
        event = json.loads(outputs[1].stdout)["events"][0]
        self.assertEqual(event["eventId"], "9001")
        self.assertEqual(event["occurredAt"], "2026-05-04T07:12:00Z")
        self.assertEqual(event["ticket"]["statusCategory"], "STATUS_CATEGORY_WAITING_ON_CUSTOMER")
        self.assertIn("not told  ticket.priority: no such key: 'priority'", outputs[1].stderr)
        self.assertIn("1 fixture passed, 0 failed", outputs[3].stdout)

    def test_check_tells_all_mistakes_with_their_places(self):
        path = self.write("p/profile.yaml", "apiVersion: waypost/v1\nkind: connector-profil\nname: p\n"
                          "events:\n  - event: {event_id: pay.id, occured_at: received_at}\n")
        done = waypost.run("connect", "check", path)
        self.assertEqual(done.returncode, 3)
        self.assertIn('profile.yaml:2:7: error: "connector-profil" is not one of', done.stdout)
        self.assertIn('"occurred_at" is missing', done.stdout)
        self.assertIn('unknown key "occured_at"; did you mean "occurred_at"?', done.stdout)
        self.assertIn("profile.yaml:5:23: error: undeclared reference to 'pay'", done.stdout)
        self.assertIn("[SPEC_EXPRESSION]", done.stdout)
        as_json = json.loads(waypost.run("connect", "check", "--output", "json", path).stdout)
        self.assertFalse(as_json[0]["valid"])
        self.assertEqual(len(as_json[0]["diagnostics"]), 4)

    def test_profiles_are_found_by_name_folder_and_file(self):
        folder = os.path.join(CONNECTORS, "generic")
        for name in ("generic", folder, os.path.join(folder, "profile.yaml")):
            done = waypost.run("connect", "check", name)
            self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
            self.assertRegex(done.stdout, r"^ok  .*profile.yaml: nothing to report \(\d+ fixtures\)")
        done = waypost.run("connect", "check", "request-traker")
        self.assertEqual(done.returncode, 2)
        self.assertIn('did you mean "request-tracker"?', done.stderr)

    def test_map_says_what_the_sidecar_would_refuse(self):
        path = self.write("e.json", '{"id": "1", "time": "2026-05-04T10:00:00Z", "ticket": {}}')
        done = waypost.run("connect", "map", "--profile", "generic", path)
        self.assertEqual(done.returncode, 6)
        self.assertIn("event 0: refused", done.stderr)
        path = self.write("e.json", '{"time": "2026-05-04T10:00:00Z"}')
        done = waypost.run("connect", "map", "--profile", "generic", path)
        self.assertEqual(done.returncode, 6)
        self.assertIn("event_id: no such key: 'id' in envelope.id", done.stderr)

    def test_a_fixture_that_gives_something_else_fails(self):
        shutil.copytree(os.path.join(CONNECTORS, "generic"), os.path.join(self.folder, "generic"))
        path = os.path.join(self.folder, "generic", "fixtures", "plain.expected.json")
        with open(path, encoding="utf-8") as file:
            text = file.read()
        with open(path, "w", encoding="utf-8") as file:
            file.write(text.replace('"Workplace"', '"Elsewhere"'))
        done = waypost.run("connect", "test", os.path.join(self.folder, "generic"))
        self.assertEqual(done.returncode, 4)
        self.assertIn('/events/0/ticket/group: expected "Elsewhere", found "Workplace"', done.stdout)

    def test_mapped_events_are_recorded_by_a_sidecar(self):
        path = os.path.join(CONNECTORS, "request-tracker", "fixtures", "created.json")
        mapped = waypost.run("connect", "map", "--profile", "request-tracker", path)
        self.assertEqual(mapped.returncode, 0, mapped.stderr)
        events = json.loads(mapped.stdout)["events"]
        for event in events:
            event["source"] = "request-tracker"
        with waypost.serve(self.folder) as server:
            sent = waypost.run("send", "--target", server.grpc, "-", stdin=json.dumps(events))
            self.assertEqual(sent.returncode, 0, sent.stdout + sent.stderr)
            self.assertIn("1 event recorded, 0 refused", sent.stderr)


if __name__ == "__main__":
    unittest.main()
