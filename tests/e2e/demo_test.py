# SPDX-License-Identifier: Apache-2.0
"""waypost demo: the story, the day, the summary, and the commands that it names."""

import json
import os
import re
import signal
import socket
import subprocess
import tempfile
import unittest

import waypost

FREE = ["--listen", "127.0.0.1:0", "--http", "127.0.0.1:0"]


class DemoTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name

    def test_once_ends_after_the_story(self):
        result = waypost.run("demo", "--once", *FREE, cwd=self.folder)
        self.assertEqual(result.returncode, 0, result.stdout + result.stderr)
        text = result.stdout
        steps = re.findall(r"(?m)^(\d+)\. \d\d:\d\d  ", text)
        self.assertEqual(steps, [str(number) for number in range(1, 15)])
        # Eight steps over three channels and a dead end, before any ticket.
        before, _, after = text.partition("9. ")
        self.assertIn("[dead-end]", before)
        self.assertIn("[channel-hop]", before)
        self.assertIn("log-in-failed · owner Access manager", before)
        # A message with a promise, an alert while it happens, one survey.
        self.assertIn("next news by", after)
        self.assertIn("[received]", after)
        self.assertIn("[ping-pong]", after)
        # Asked at once, or in the morning where it is night.
        self.assertRegex(after.partition("A day at the desk")[0], "csat (to send|waits until)")
        match = re.search(r"([\d,]+) events recorded in ([\d,]+) journeys", text)
        self.assertGreater(int(match.group(1).replace(",", "")), 1000)
        self.assertGreater(int(match.group(2).replace(",", "")), 150)
        self.assertNotIn("Serving until", text)
        self.assertTrue(os.path.exists(os.path.join(self.folder, "waypost-data/demo/waypost.db")))

    def test_a_database_that_no_demo_made_is_left_alone(self):
        with waypost.Server("serve", "--data", "desk", "--rules", waypost.RULES, *FREE, cwd=self.folder) as server:
            server.wait_for("ready ")
            result = waypost.run("demo", "--once", "--data", "desk", *FREE, cwd=self.folder)
            self.assertNotEqual(result.returncode, 0)
            self.assertIn("no demo made", result.stderr)
        self.assertTrue(os.path.exists(os.path.join(self.folder, "desk/waypost.db")))

    def test_a_demo_in_use_is_left_alone(self):
        data = os.path.join(self.folder, "desk")
        os.mkdir(data)
        with open(os.path.join(data, "demo.lock"), "w", encoding="utf-8"):
            pass
        with waypost.Server("serve", "--data", data, "--rules", waypost.RULES, *FREE, cwd=self.folder) as server:
            server.wait_for("ready ")
            before = os.stat(os.path.join(data, "waypost.db")).st_ino
            result = waypost.run("demo", "--once", "--data", data, *FREE, cwd=self.folder)
            self.assertNotEqual(result.returncode, 0)
            self.assertIn("in use", result.stderr)
            self.assertEqual(os.stat(os.path.join(data, "waypost.db")).st_ino, before)

    def test_the_commands_it_names_work(self):
        with waypost.Server("demo", *FREE, cwd=self.folder) as demo:
            demo.wait_for(r"^Serving until Ctrl-C")
            start = demo.lines.index(next(line for line in demo.lines if "Try next" in line))
            commands = [line for line in demo.lines[start + 1:-1] if line]
            self.assertEqual(len(commands), 3)
            outputs = []
            for command in commands:
                done = subprocess.run(["bash", "-c", command], cwd=self.folder, text=True,
                                      capture_output=True, timeout=60, check=False)
                self.assertEqual(done.returncode, 0, f"{command}\n{done.stderr}")
                outputs.append(done.stdout)
            self.assertIn("Event password-reset-14", outputs[0])
            with open(os.path.join(self.folder, "map.html"), encoding="utf-8") as page:
                self.assertIn("report-by-phone", page.read())
            answer = json.loads(outputs[2])
            self.assertEqual(answer["enrichment"]["alerts"][0]["ruleId"], "major-impact")
            self.assertEqual(demo.stop(signal.SIGINT), 0)

    def test_keep_and_fresh(self):
        for arguments, kept, deleted in [([], False, False), (["--keep"], True, False),
                                         ([], False, True)]:
            with self.subTest(arguments=arguments, deleted=deleted):
                result = waypost.run("demo", "--once", *FREE, *arguments, cwd=self.folder)
                self.assertEqual(result.returncode, 0, result.stderr)
                self.assertEqual("nothing is played" in result.stdout, kept)
                self.assertEqual("events recorded" in result.stdout, not kept)
                self.assertEqual("last demo is deleted" in result.stdout, deleted)

    def test_keep_without_a_database_plays(self):
        result = waypost.run("demo", "--once", "--keep", *FREE, cwd=self.folder)
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertIn("events recorded", result.stdout)

    def test_what_cannot_start(self):
        broken = os.path.join(self.folder, "broken.yaml")
        with open(broken, "w", encoding="utf-8") as file:
            file.write("apiVersion: waypost/v1\nname: x\nrulez: []\n")
        for arguments, code in [(["--rules", broken, *FREE], 3), (["--listen", "0.0.0.0:0"], 2)]:
            with self.subTest(arguments):
                result = waypost.run("demo", "--once", *arguments, cwd=self.folder)
                self.assertEqual(result.returncode, code, result.stderr)

    def test_without_http(self):
        result = waypost.run("demo", "--once", "--listen", "127.0.0.1:0", "--http", "none", cwd=self.folder)
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertIn("JSON none", result.stdout)

    def test_two_demos_keep_apart(self):
        with waypost.Server("demo", *FREE, cwd=self.folder) as first:
            first.wait_for(r"^Serving until Ctrl-C")
            result = waypost.run("demo", "--once", *FREE, cwd=self.folder)
            self.assertEqual(result.returncode, 0, result.stderr)
            self.assertIn("demo-2/waypost.db", result.stdout)

    def test_taken_ports(self):
        with socket.socket() as holder:
            try:
                holder.bind(("127.0.0.1", 7480))
                holder.listen()
            except OSError:
                pass  # somebody else has it, which serves as well
            result = waypost.run("demo", "--once", "--http", "127.0.0.1:0", cwd=self.folder)
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertIn("Port 127.0.0.1:7480 is taken; the demo takes a free one.", result.stdout)


if __name__ == "__main__":
    unittest.main()
