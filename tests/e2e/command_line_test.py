# SPDX-License-Identifier: Apache-2.0
"""The command line itself: help, mistakes, check."""

import json
import os
import pty
import subprocess
import tempfile
import unittest

import waypost

COMMANDS = ["serve", "check", "test", "explain", "replay", "send", "map", "demo"]

BROKEN = """apiVersion: waypost/v1
name: broken
rulez: []
"""


class HelpTest(unittest.TestCase):
    def test_lists_every_command(self):
        result = waypost.run("--help")
        self.assertEqual(result.returncode, 0)
        for command in COMMANDS:
            self.assertRegex(result.stdout, rf"(?m)^  {command} ")

    def test_each_command_shows_examples(self):
        for command in COMMANDS:
            with self.subTest(command):
                result = waypost.run(command, "--help")
                self.assertEqual(result.returncode, 0)
                self.assertIn(f"Examples:\n  waypost {command}", result.stdout)

    def test_version(self):
        self.assertRegex(waypost.run("--version").stdout, r"^waypost \d+\.\d+\.\d+\n$")


class ColourTest(unittest.TestCase):
    def test_only_terminals_that_know_colours_get_them(self):
        for terminal, coloured in [("xterm", True), ("dumb", False), ("", False)]:
            with self.subTest(terminal):
                master, slave = pty.openpty()
                try:
                    subprocess.run([waypost.EXECUTABLE, "check", waypost.RULES], stdout=slave,
                                   env={**os.environ, "TERM": terminal, "NO_COLOR": ""}, check=True,
                                   timeout=waypost.SECONDS)
                    shown = os.read(master, 65536)
                finally:
                    os.close(master)
                    os.close(slave)
                self.assertIn(b"ok", shown)
                self.assertEqual(b"\x1b[" in shown, coloured)


class MistakeTest(unittest.TestCase):
    def test_usage(self):
        for arguments, message in [
                (["serv"], "there is no command 'serv'; did you mean \"serve\"?"),
                (["check", "--strikt", "x"], "there is no option '--strikt'; did you mean \"--strict\"?"),
                (["send"], "FILE is required"),
                (["serve"], "--rules is required"),
                (["serve", "--rulez", "x"], "there is no option '--rulez'; did you mean \"--rules\"?"),
                (["send", "--steam"], "there is no option '--steam'; did you mean \"--stream\"?"),
                (["replay", "--order", "size", "x"], "--order: 'size' is not one of file, time\n"),
                (["map", "--role", "boss"], "--role: 'boss' is not one of user, customer, sponsor\n"),
                (["map", "--format", "htm"], "--format: 'htm' is not one of text, mermaid, html, "
                                             "json; did you mean \"html\"?\n"),
                (["check", "--output", "xml", "x"], "'xml' is not one of text, json\n"),
                (["serve", "--rules", "x", "--store", "disk"], "'disk' is not one of sqlite, memory\n"),
                (["check"], "name the files or folders to check"),
                (["map", "--since", "yesterday"], "--since: 'yesterday' is not a time"),
                (["explain"], "name a --journey or a --ticket"),
        ]:
            with self.subTest(arguments):
                result = waypost.run(*arguments)
                self.assertEqual(result.returncode, 2, result.stderr)
                self.assertIn(message, result.stderr)
                self.assertEqual(result.stdout, "")

    def test_no_sidecar(self):
        with tempfile.TemporaryDirectory() as folder:
            target = f"unix:{folder}/none.sock"
            result = waypost.run("map", "--target", target)
        self.assertEqual(result.returncode, 5)
        self.assertIn(f"no sidecar answers at {target}", result.stderr)


class CheckTest(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)

    def write(self, name, text):
        path = os.path.join(self.folder.name, name)
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        return path

    def test_shipped_rules_are_good(self):
        result = waypost.run("check", waypost.RULES)
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertRegex(result.stdout, r"(?m)^ok  .*digest [0-9a-f]{16}\)\n\Z")

    def test_broken_rules(self):
        path = self.write("rules.yaml", BROKEN)
        result = waypost.run("check", path)
        self.assertEqual(result.returncode, 3)
        self.assertIn(f"{path}:3:1: error: ", result.stdout)
        self.assertIn("[RULES_UNKNOWN_KEY]\n    rulez: []\n    ^\n", result.stdout)
        self.assertIn("broken  ", result.stdout)
        self.assertEqual(result.stderr, "")

    def test_json(self):
        path = self.write("rules.yaml", BROKEN)
        result = waypost.run("check", "--output", "json", path, waypost.RULES)
        self.assertEqual(result.returncode, 3)
        broken, good = json.loads(result.stdout)
        self.assertFalse(broken["valid"])
        self.assertEqual(broken["diagnostics"][0]["line"], 3)
        self.assertEqual(broken["diagnostics"][0]["code"], "RULES_UNKNOWN_KEY")
        self.assertTrue(good["valid"])
        self.assertRegex(good["digest"], "^[0-9a-f]{16}$")

    def test_missing_file(self):
        result = waypost.run("check", self.folder.name + "/none.yaml")
        self.assertEqual(result.returncode, 3)
        self.assertIn("[FILE_UNREADABLE]", result.stdout)

    def test_suites_and_mappings(self):
        suite = self.write("a_test.yaml", "apiVersion: waypost/v1\nkind: story-suite\nstorys: []\n")
        mapping = self.write("a.mapping.yaml", "apiVersion: waypost/v1\nkind: event-mapping\n"
                                               "event: {event_id: row.a + 1}\n")
        result = waypost.run("check", suite, mapping)
        self.assertEqual(result.returncode, 3)
        self.assertIn('unknown key "storys"; did you mean "stories"?', result.stdout)
        self.assertIn(f"{mapping}:3:", result.stdout)
        self.assertIn("[SPEC_EXPRESSION]", result.stdout)

    def test_a_mapping_names_a_table_that_is_not_there(self):
        mapping = self.write("a.mapping.yaml",
                             "apiVersion: waypost/v1\nkind: event-mapping\n"
                             "tables: {category: {New: new}, 1st: {a: b}}\n"
                             "event:\n  event_id: row.a\n  source: '\"x\"'\n  occurred_at: null\n"
                             "  ticket: {status_category: 'tables.cateogry[row.s]', ref: row.r}\n")
        result = waypost.run("check", mapping)
        self.assertEqual(result.returncode, 3)
        self.assertIn("'tables' has no field 'cateogry'; did you mean 'category'?", result.stdout)
        self.assertIn('"1st" is no name for a table', result.stdout)

    def test_counts_of_one(self):
        suite = self.write("a_test.yaml", """apiVersion: waypost/v1
kind: story-suite
name: one
rules: rules.yaml
stories:
  - name: only
    start: 2026-03-02T09:00:00Z
    steps:
      - at: +0m
        event: {ref: A}
""")
        rules = self.write("rules.yaml", """apiVersion: waypost/v1
name: x
rules:
  - {id: noted, on: created, annotate: {a: '"b"'}}
""")
        result = waypost.run("check", suite, rules)
        self.assertIn("nothing to report (1 story)", result.stdout)
        self.assertIn("nothing to report (1 rule, 0 journeys, ", result.stdout)

    def test_a_folder_with_a_mapping(self):
        rules = self.write("rules.yaml", "apiVersion: waypost/v1\nname: x\n")
        mapping = self.write("tickets.mapping.yaml", "apiVersion: waypost/v1\nkind: event-mapping\n"
                                                     "event: {event_id: row.a + 1}\n")
        result = waypost.run("check", self.folder.name)
        self.assertEqual(result.returncode, 3)
        self.assertIn(f"{mapping}:3:", result.stdout)
        self.assertNotIn(rules, result.stdout)
        self.assertIn(f"ok  {self.folder.name}: ", result.stdout)
        self.assertIn(f"broken  {mapping}: ", result.stdout)

    def test_explains_codes(self):
        result = waypost.run("check", "--explain", "rules_unknown_key")
        self.assertEqual(result.returncode, 0)
        self.assertTrue(result.stdout.startswith("RULES_UNKNOWN_KEY\n"))
        result = waypost.run("check", "--explain", "RULES_UNKNOWN_KY")
        self.assertEqual(result.returncode, 2)
        self.assertIn('did you mean "RULES_UNKNOWN_KEY"?', result.stderr)


if __name__ == "__main__":
    unittest.main()
