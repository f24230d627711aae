# SPDX-License-Identifier: Apache-2.0
"""waypost serve with its clients: send, explain, map; reload, drain, restart."""

import json
import os
import shutil
import signal
import subprocess
import tempfile
import unittest
import urllib.request

import waypost


def event(number, **ticket):
    return {"eventId": f"e{number}", "source": "s", "occurredAt": f"2026-03-02T09:{number:02}:00Z",
            "ticket": {"ref": "T1", "type": "incident", **ticket}}


FIRST = event(1, channel="phone", group="Service Desk", priority="P3", requester={"id": "ana"})


def lines(*events):
    return "\n".join(map(json.dumps, events)) + "\n"


class ServeTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name
        self.data = os.path.join(folder.name, "data")

    def test_send_explain_and_map(self):
        with waypost.serve(self.data) as server:
            target = ["--target", server.grpc]
            sent = waypost.run("send", *target, "-", stdin=lines(
                FIRST, event(2, group="Network"), event(3, group="Service Desk")))
            self.assertEqual(sent.returncode, 0, sent.stderr)
            self.assertIn("3 events recorded, 0 refused", sent.stderr)
            self.assertRegex(sent.stdout, r"alert +warning to Incident manager \(incident-manager\): "
                                          r"T1 is back with Service Desk.*\[ping-pong\]")
            again = waypost.run("send", *target, "--stream", "--output", "json", "-",
                                stdin=lines(FIRST))
            self.assertTrue(json.loads(again.stdout)["duplicate"])
            explained = waypost.run("explain", *target, "--ticket", "s/T1")
            self.assertEqual(explained.returncode, 0, explained.stderr)
            self.assertRegex(explained.stdout, r"(?m)^ping-pong +fired")
            self.assertRegex(explained.stdout, r"(?m)^many-hand-overs +false .*\(2 against 3\)")
            drawn = waypost.run("map", *target)
            self.assertIn("report-by-phone", drawn.stdout)
            self.assertEqual(server.stop(), 0)

    def test_refused_events(self):
        with waypost.serve(self.data) as server:
            bad = {**FIRST, "eventId": "", "source": ""}
            for arguments in [[], ["--stream"]]:
                with self.subTest(arguments):
                    sent = waypost.run("send", "--target", server.grpc, *arguments, "-",
                                       stdin=lines(bad, FIRST))
                    self.assertEqual(sent.returncode, 6)
                    self.assertIn("event_id: ", sent.stderr)
                    self.assertIn("source: ", sent.stderr)
                    self.assertIn("1 event recorded, 1 refused", sent.stderr)

    def test_a_single_violation_is_told_once(self):
        with waypost.serve(self.data) as server:
            sent = waypost.run("send", "--target", server.grpc, "-",
                               stdin=lines({**FIRST, "eventId": ""}))
        self.assertEqual(sent.returncode, 6)
        self.assertEqual(sent.stderr.count("event_id"), 1, sent.stderr)

    def test_texts_of_others_cannot_steer_the_terminal(self):
        clear = "\u001b[2J\u009b2J\u202e"
        ref = "T\u009b2J\u202e"  # identifiers cannot have the others
        hostile = {**FIRST, "eventId": "e\u009b2J\u202e", "ticket": {
            **FIRST["ticket"], "ref": ref, "status": "New" + clear, "channel": clear,
            "subject": clear, "group": "Desk" + clear, "requester": {"id": "eve", "name": clear}}}
        back = [{**hostile, "eventId": str(number), "occurredAt": f"2026-03-02T1{number}:00:00Z",
                 "ticket": {"ref": ref, "group": group}}
                for number, group in enumerate(["Net" + clear, "Desk" + clear])]
        escaped = "\\x1b[2J\\x9b2J\\u202e"
        with waypost.serve(self.data) as server:
            target = ["--target", server.grpc]
            for arguments, expected in [
                    (["send", *target, "-"], "Desk" + escaped),
                    (["explain", *target, "--ticket", "s/" + ref, "--all"], "Desk" + escaped),
                    (["map", *target], escaped),
                    (["map", *target, "--format", "mermaid"], escaped)]:
                with self.subTest(arguments):
                    result = waypost.run(*arguments, stdin=lines(hostile, *back))
                    text = result.stdout + result.stderr
                    self.assertIn(expected, text)
                    self.assertNotRegex(text, "[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]")

    def test_json_over_http(self):
        with waypost.serve(self.data) as server:
            request = urllib.request.Request(
                server.http + "/waypost.v1.JourneyService/RecordEvent",
                data=json.dumps({"event": FIRST}).encode(),
                headers={"Content-Type": "application/json"})
            with urllib.request.urlopen(request, timeout=30) as response:
                body = response.read()
            self.assertTrue(body.endswith(b"}\n"), body)
            answer = json.loads(body)
            self.assertEqual(answer["enrichment"]["positions"][0]["touchpointId"],
                             "report-by-phone")

    def test_acknowledged_events_outlive_a_kill(self):
        with waypost.serve(self.data) as server:
            waypost.run("send", "--target", server.grpc, "-", stdin=lines(FIRST))
            server.stop(signal.SIGKILL)
        with waypost.serve(self.data) as server:
            again = waypost.run("send", "--target", server.grpc, "--output", "json", "-",
                                stdin=lines(FIRST))
            self.assertTrue(json.loads(again.stdout)["duplicate"])

    def test_unix_socket(self):
        socket = f"unix:{self.folder}/waypost.sock"
        with waypost.Server("serve", "--rules", waypost.RULES, "--store", "memory", "--listen",
                            socket, "--http", "none") as server:
            server.wait_for(rf"^waypost: ready grpc={socket} http=none$")
            self.assertEqual(waypost.run("map", "--target", socket).returncode, 0)
            self.assertEqual(server.stop(signal.SIGINT), 0)
        self.assertFalse(os.path.exists(self.data))

    def test_reload_whole_or_not_at_all(self):
        rules = os.path.join(self.folder, "rules")
        shutil.copytree(waypost.RULES, rules)
        with waypost.serve(self.data, rules=rules) as server:
            with open(os.path.join(rules, "99-broken.yaml"), "w", encoding="utf-8") as file:
                file.write("apiVersion: waypost/v1\nrulez: []\n")
            server.process.send_signal(signal.SIGHUP)
            sent = waypost.run("send", "--target", server.grpc, "-", stdin=lines(FIRST))
            self.assertEqual(sent.returncode, 0)
            self.assertEqual(server.stop(), 0)
        self.assertIn("99-broken.yaml", "".join(server.errors))

    def test_what_cannot_start(self):
        broken = os.path.join(self.folder, "broken.yaml")
        with open(broken, "w", encoding="utf-8") as file:
            file.write("apiVersion: waypost/v1\nname: x\nrulez: []\n")
        for arguments, code, message in [
                (["--rules", broken], 3, "rulez"),
                (["--rules", waypost.RULES, "--listen", "0.0.0.0:0"], 2, "loopback"),
                (["--rules", os.path.join(self.folder, "none")], 3, "none"),
        ]:
            with self.subTest(message):
                result = waypost.run("serve", "--data", self.data, "--http", "none", *arguments)
                self.assertEqual(result.returncode, code, result.stderr)
                self.assertIn(message, result.stderr)
                self.assertEqual(result.stdout, "")

    def test_an_address_that_cannot_be_had(self):
        with waypost.serve(self.data) as server:
            http = server.http.removeprefix("http://")
            for arguments, code, message in [
                    (["--listen", server.grpc, "--http", "none"], 1, f"cannot listen on {server.grpc}"),
                    (["--listen", "127.0.0.1:0", "--http", http], 1, f"cannot listen for HTTP on {http}"),
                    (["--listen", f"unix:{self.folder}/none/socket", "--http", "none"], 2,
                     f"there is no folder {self.folder}/none/"),
            ]:
                with self.subTest(message):
                    result = waypost.run("serve", "--rules", waypost.RULES, "--store", "memory", *arguments)
                    self.assertEqual(result.returncode, code, result.stderr)
                    self.assertIn(message, result.stderr)
                    self.assertNotIn("chttp2", result.stderr)

    def test_a_store_in_use(self):
        with waypost.serve(self.data):
            result = waypost.run("serve", "--rules", waypost.RULES, "--data", self.data, "--listen",
                                 "127.0.0.1:0", "--http", "none")
        self.assertEqual(result.returncode, 1)
        self.assertIn("choose another place with --data", result.stderr)

    def test_questions_with_no_answer(self):
        with waypost.serve(self.data) as server:
            waypost.run("send", "--target", server.grpc, "-", stdin=lines(FIRST))
            for arguments, code, message in [
                    (["explain", "--ticket", "s/T1", "--tenant", "a b"], 2, "tenant: "),
                    (["map", "--tenant", "a b"], 2, "tenant: "),
                    (["map", "--definition", "get-hel"], 1, 'did you mean "get-help"?'),
                    (["map", "--definition", "get-help", "--role", "customer"], 1, "it is one of the user"),
            ]:
                with self.subTest(arguments):
                    result = waypost.run(*arguments, "--target", server.grpc)
                    self.assertEqual(result.returncode, code, result.stderr)
                    self.assertIn(message, result.stderr)
                    self.assertEqual(result.stdout, "")
            known = waypost.run("map", "--definition", "get-help", "--target", server.grpc)
            self.assertEqual(known.returncode, 0, known.stderr)
            empty = waypost.run("map", "--definition", "get-something-new", "--target", server.grpc)
            self.assertEqual(empty.returncode, 0, empty.stderr)

    def test_log_as_json(self):
        with waypost.serve(self.data, "--log-format", "json") as server:
            server.stop()
        for line in server.errors:
            self.assertLessEqual({"time", "level", "message"}, set(json.loads(line)))


if __name__ == "__main__":
    unittest.main()
