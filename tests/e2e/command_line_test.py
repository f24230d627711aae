# SPDX-License-Identifier: Apache-2.0
"""The command line itself: help, mistakes, check."""

import json
import os
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


class MistakeTest(unittest.TestCase):
    def test_usage(self):
        for arguments, message in [
                (["serv"], "there is no command 'serv'; did you mean \"serve\"?"),
                (["check", "--strikt", "x"], "there is no option '--strikt'; did you mean \"--strict\"?"),
                (["send"], "FILE is required"),
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
        self.assertRegex(result.stdout, r"^ok  .*digest [0-9a-f]{16}\)\n$")

    def test_broken_rules(self):
        path = self.write("rules.yaml", BROKEN)
        result = waypost.run("check", path)
        self.assertEqual(result.returncode, 3)
        self.assertIn(f"{path}:3:1: error: ", result.stderr)
        self.assertIn("[RULES_UNKNOWN_KEY]\n    rulez: []\n    ^\n", result.stderr)
        self.assertIn("broken  ", result.stdout)

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
        self.assertIn("[FILE_UNREADABLE]", result.stderr)

    def test_suites_and_mappings(self):
        suite = self.write("a_test.yaml", "apiVersion: waypost/v1\nkind: story-suite\nstorys: []\n")
        mapping = self.write("a.mapping.yaml", "apiVersion: waypost/v1\nkind: event-mapping\n"
                                               "event: {event_id: row.a + 1}\n")
        result = waypost.run("check", suite, mapping)
        self.assertEqual(result.returncode, 3)
        self.assertIn('unknown key "storys"; did you mean "stories"?', result.stderr)
        self.assertIn(f"{mapping}:3:", result.stderr)
        self.assertIn("[SPEC_EXPRESSION]", result.stderr)

    def test_a_folder_with_a_mapping(self):
        rules = self.write("rules.yaml", "apiVersion: waypost/v1\nname: x\n")
        mapping = self.write("tickets.mapping.yaml", "apiVersion: waypost/v1\nkind: event-mapping\n"
                                                     "event: {event_id: row.a + 1}\n")
        result = waypost.run("check", self.folder.name)
        self.assertEqual(result.returncode, 3)
        self.assertIn(f"{mapping}:3:", result.stderr)
        self.assertNotIn(rules, result.stderr)
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
