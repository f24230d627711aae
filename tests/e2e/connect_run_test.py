#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""waypost connect run: webhooks reach the sidecar, whoever is away or killed, once and in order."""

import hashlib
import hmac
import http.client
import http.server
import json
import os
import shutil
import tempfile
import threading
import time
import unittest
import urllib.error
import urllib.request

import waypost

SECRET = "not so secret"
FIXTURES = os.path.join(waypost.SOURCE, "connectors", "request-tracker", "fixtures")


def post(address, name, body, secret=SECRET, age=0, headers=None):
    """Posts a signed webhook; gives the answer's status."""
    now = str(int(time.time()) - age)
    mac = hmac.new(secret.encode(), f"{now}.{body}".encode(), hashlib.sha256).hexdigest()
    request = urllib.request.Request(
        f"{address}/hooks/{name}", data=body.encode(), method="POST",
        headers={"Content-Type": "application/json", "X-Waypost-Timestamp": now,
                 "X-Waypost-Signature": "sha256=" + mac, **(headers or {})})
    try:
        with urllib.request.urlopen(request, timeout=waypost.SECONDS) as answer:
            return answer.status
    except urllib.error.HTTPError as error:
        return error.code


def event(number, ref, **ticket):
    return json.dumps({"id": f"e-{number}", "time": "2026-05-04T10:00:00Z",
                       "ticket": {"ref": ref, "type": "incident", "status": "open",
                                  "requester": {"id": "ana"}, **ticket}})


class Receiver(http.server.ThreadingHTTPServer):
    """Takes what is posted to it, and refuses the first request."""

    def __init__(self):
        super().__init__(("127.0.0.1", 0), ReceiverHandler)
        self.taken, self.refused = [], []
        threading.Thread(target=self.serve_forever, daemon=True).start()


class ReceiverHandler(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        body["path"], body["authorization"] = self.path, self.headers["Authorization"]
        (self.server.taken if self.server.refused else self.server.refused).append(body)
        self.send_response(200 if self.server.taken else 503)
        if not self.server.taken:
            self.send_header("Retry-After", "0")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_):
        pass


class ConnectRunTest(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="waypost-connect-run-")
        self.addCleanup(shutil.rmtree, self.folder)
        os.environ["WAYPOST_TEST_WEBHOOK_SECRET"] = SECRET
        self.socket = os.path.join(self.folder, "sidecar.sock")

    def config(self, profile="generic", extra=""):
        path = os.path.join(self.folder, "connect.yaml")
        with open(path, "w", encoding="utf-8") as file:
            file.write(f"""apiVersion: waypost/v1
kind: connector-config
listen: 127.0.0.1:0
sidecar: unix:{self.socket}
data: {self.folder}/connect
{extra}connectors:
  - name: desk
    profile: {profile}
    webhook: {{authentication: signature, secret: env:WAYPOST_TEST_WEBHOOK_SECRET}}
""")
        return path

    def connect(self, *arguments, **options):
        server = waypost.Server("connect", "run", self.config(*arguments, **options))
        server.address = server.wait_for(r"^waypost: ready webhooks=(\S+)$").group(1)
        return server

    def sidecar(self):
        server = waypost.Server("serve", "--rules", waypost.RULES, "--data", self.folder,
                                "--listen", "unix:" + self.socket, "--http", "127.0.0.1:0")
        server.http = server.wait_for(r"^waypost: ready grpc=\S+ http=(\S+)$").group(1)
        return server

    def journeys(self, sidecar, count):
        """Waits until the sidecar has this many journeys; gives them."""
        deadline = time.monotonic() + waypost.SECONDS
        while True:
            request = urllib.request.Request(
                sidecar.http + "/waypost.v1.InsightService/ListJourneys",
                data=b'{"pageSize": 1000}', headers={"Content-Type": "application/json"})
            with urllib.request.urlopen(request, timeout=waypost.SECONDS) as answer:
                found = json.load(answer).get("journeys", [])
            if len(found) >= count or time.monotonic() > deadline:
                self.assertEqual(len(found), count)
                return found
            time.sleep(0.05)

    def dead_letters(self, count):
        deadline = time.monotonic() + waypost.SECONDS
        while True:
            done = waypost.run("connect", "replay", os.path.join(self.folder, "connect.yaml"))
            lines = done.stdout.splitlines()
            if len(lines) >= count or time.monotonic() > deadline:
                self.assertEqual(len(lines), count, done.stdout + done.stderr)
                return lines
            time.sleep(0.05)

    def test_request_trackers_webhooks_become_a_journey(self):
        with self.sidecar() as sidecar, self.connect("request-tracker") as connect:
            for name in ("created", "assigned", "opened", "public_reply_and_stalled", "resolved"):
                with open(os.path.join(FIXTURES, name + ".json"), encoding="utf-8") as file:
                    self.assertEqual(post(connect.address, "desk", file.read()), 202)
            journey = self.journeys(sidecar, 1)[0]
            self.assertIn("desk", json.dumps(journey))

    def test_what_is_decided_is_posted_to_a_webhook_and_only_of_its_own_source(self):
        receiver = Receiver()
        self.addCleanup(receiver.server_close)
        self.addCleanup(receiver.shutdown)
        path = self.config()
        with open(path, "a", encoding="utf-8") as file:
            file.write(f"""    settings: {{post_to: "http://127.0.0.1:{receiver.server_port}/waypost"}}
    write: {{secret: env:WAYPOST_TEST_WEBHOOK_SECRET}}
  - name: silent
    profile: generic
    webhook: {{authentication: signature, secret: env:WAYPOST_TEST_WEBHOOK_SECRET}}
""")
        with self.sidecar() as sidecar, waypost.Server("connect", "run", path) as connect:
            address = connect.wait_for(r"^waypost: ready webhooks=(\S+)$").group(1)
            self.assertEqual(post(address, "silent", event(1, "T1")), 202)
            self.journeys(sidecar, 1)
            self.assertEqual(post(address, "desk", event(2, "T2", requester={"id": "ben"})), 202)
            deadline = time.monotonic() + waypost.SECONDS
            while not receiver.taken and time.monotonic() < deadline:
                time.sleep(0.05)
            self.assertEqual([action["ticket_ref"] for action in receiver.taken], ["T2"])
            action = receiver.taken[0]
            self.assertEqual((action["path"], action["authorization"]), ("/waypost", "Bearer " + SECRET))
            self.assertEqual(action["kind"], "annotations")
            self.assertEqual(action["annotations"]["journey.stage"], "engage")
            self.assertIn("journey.owner", action["annotations"])
            self.assertEqual(action["id"], receiver.refused[0]["id"])
            waiting = waypost.run("actions", "--target", "unix:" + self.socket).stdout
            self.assertRegex(waiting, r"(?m)^\S+/annotations +annotations +silent/T1 .* waits +0")

    def test_forged_stale_and_unknown_requests_are_refused_without_secrets_in_the_log(self):
        with self.connect() as connect:
            body = event(1, "T1")
            self.assertEqual(post(connect.address, "desk", body, secret="guess"), 401)
            self.assertEqual(post(connect.address, "desk", body, age=3600), 401)
            self.assertEqual(post(connect.address, "desk", body,
                                  headers={"X-Waypost-Signature": ""}), 401)
            self.assertEqual(post(connect.address, "other", body), 404)
            connect.stop()
            connect.__exit__()
            log = "".join(connect.errors)
            self.assertEqual(log.count("A webhook was refused"), 3)
            self.assertIn("the signature does not match", log)
            self.assertIn("more than 5m ago or ahead", log)
            self.assertNotIn(SECRET, log)
            self.assertNotIn("requester", log)

    def test_what_comes_while_the_sidecar_is_away_is_recorded_after_once(self):
        with self.connect() as connect:
            for number in range(60):
                self.assertEqual(post(connect.address, "desk", event(number, f"T{number % 20}")), 202)
            self.assertEqual(post(connect.address, "desk", event(0, "T0")), 202)  # once more
            with self.sidecar() as sidecar:
                self.journeys(sidecar, 20)
                deadline = time.monotonic() + waypost.SECONDS
                while self.spooled() > 0 and time.monotonic() < deadline:
                    time.sleep(0.05)
                self.assertEqual(self.spooled(), 0)
                connect.stop()

    def spooled(self):
        """The requests that wait. Opens the spool as the next process would."""
        import sqlite3
        database = sqlite3.connect(os.path.join(self.folder, "connect", "connect.db"))
        try:
            return database.execute("SELECT count(*) FROM requests").fetchone()[0]
        finally:
            database.close()

    def test_killed_at_any_time_the_connector_loses_nothing_that_it_answered(self):
        answered = 0
        for _ in range(4):
            with self.connect() as connect:
                for _ in range(10):
                    self.assertEqual(
                        post(connect.address, "desk", event(answered, f"T{answered}")), 202)
                    answered += 1
                connect.process.kill()
        with self.sidecar() as sidecar, self.connect():
            self.journeys(sidecar, answered)

    def test_a_sidecar_that_is_killed_and_comes_back_misses_nothing(self):
        with self.connect() as connect:
            sent = 0
            for _ in range(3):
                with self.sidecar() as sidecar:
                    for _ in range(10):
                        self.assertEqual(post(connect.address, "desk", event(sent, f"T{sent}")), 202)
                        sent += 1
                    sidecar.process.kill()
            with self.sidecar() as sidecar:
                self.journeys(sidecar, sent)

    def test_dead_letters_are_kept_shown_and_replayed(self):
        with self.sidecar() as sidecar, self.connect() as connect:
            self.assertEqual(post(connect.address, "desk", "no JSON at all"), 202)
            self.assertEqual(post(connect.address, "desk", json.dumps(
                {"id": "e-1", "time": "2026-05-04T10:00:00Z", "ticket": {"ref": "T9"}})), 202)
            self.assertEqual(post(connect.address, "desk", event(2, "T2")), 202)
            self.journeys(sidecar, 1)
            letters = self.dead_letters(2)
            self.assertIn("it is no JSON", letters[0])
            self.assertIn("requester", letters[1])
            path = os.path.join(self.folder, "connect.yaml")
            number = letters[1].split()[0]
            shown = waypost.run("connect", "replay", path, "--show", number).stdout
            self.assertIn('\n\n{"id": "e-1"', shown)
            self.assertNotIn("x-waypost-signature", shown)
            # The ticket's requester becomes known; then the letter can be recorded.
            self.assertEqual(post(connect.address, "desk", event(3, "T9")), 202)
            self.journeys(sidecar, 2)
            done = waypost.run("connect", "replay", path, "--id", number)
            self.assertIn("1 dead letter will be forwarded again", done.stdout)
            self.dead_letters(1)

    def test_a_full_spool_is_told_with_when_to_come_again(self):
        with self.connect(extra="spool: {max_requests: 3}\n") as connect:
            for number in range(3):
                self.assertEqual(post(connect.address, "desk", event(number, "T1")), 202)
            self.assertEqual(post(connect.address, "desk", event(4, "T1")), 503)

    def test_a_slow_client_does_not_hold_up_others(self):
        with self.connect() as connect:
            host, port = connect.address[len("http://"):].split(":")
            slow = [http.client.HTTPConnection(host, int(port)) for _ in range(8)]
            for connection in slow:
                connection.putrequest("POST", "/hooks/desk")
                connection.putheader("Content-Length", "100")
                connection.endheaders()
            self.assertEqual(post(connect.address, "desk", event(1, "T1")), 202)
            for connection in slow:
                connection.close()

    def test_a_configuration_that_does_not_load_says_why(self):
        os.environ.pop("WAYPOST_TEST_WEBHOOK_SECRET")
        done = waypost.run("connect", "run", self.config())
        self.assertEqual(done.returncode, 3)
        self.assertIn("the environment variable WAYPOST_TEST_WEBHOOK_SECRET is not set", done.stderr)
        self.assertRegex(done.stderr, r"connect.yaml:9:\d+: error:")


if __name__ == "__main__":
    unittest.main()
