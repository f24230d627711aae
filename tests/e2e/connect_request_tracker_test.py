#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A real Request Tracker 5: its scrip tells, the connector forwards and writes back, RT shows it."""

import json
import os
import shutil
import socket
import sys
import tempfile
import time
import unittest
import urllib.request

import connect_rt
import waypost

SECRET = "live-secret"
RULES = """apiVersion: waypost/v1
name: live
languages: [en]
owners:
  desk-manager: {name: Desk manager, notify: [ticket-note]}
  network-manager: {name: Network manager, notify: [ticket-note]}
stages: [engage, co_create, realize]
journeys:
  - id: get-help
    role: user
    outcome: The person can work again
    touchpoints:
      - {id: reported, stage: engage, kind: service_interaction, owner: desk-manager, on: created, visibility: both}
      - {id: handed-over, stage: co_create, owner: network-manager, on: assigned, visibility: provider}
      - {id: unowned, stage: co_create, on: waiting, visibility: both}
      - {id: fixed, stage: realize, owner: desk-manager, on: resolved, visibility: both}
rules:
  - id: bounced
    on: assigned
    if: journey.reassignments >= 2
    alert: {severity: warning, owner: desk-manager, text: "Ticket {{ticket.ref}} was handed over again"}
"""


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_for(what, seconds=60):
    """Waits until a function gives something; gives that, or the last nothing."""
    deadline = time.monotonic() + seconds
    while True:
        found = what()
        if found or time.monotonic() > deadline:
            return found
        time.sleep(0.1)


class RequestTrackerTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.mkdtemp(prefix="waypost-rt-")
        cls.addClassCleanup(shutil.rmtree, cls.folder)
        os.environ["WAYPOST_TEST_WEBHOOK_SECRET"] = SECRET
        cls.port, cls.hooks = free_port(), free_port()
        rt_folder = os.path.join(cls.folder, "rt")
        os.makedirs(rt_folder)
        cls.rt = connect_rt.RequestTracker(
            rt_folder, cls.port, f"http://127.0.0.1:{cls.hooks}/hooks/rt", SECRET)
        cls.addClassCleanup(cls.rt.stop)
        os.environ["WAYPOST_TEST_RT_TOKEN"] = cls.rt.tokens["waypost"]
        with open(os.path.join(cls.folder, "rules.yaml"), "w", encoding="utf-8") as file:
            file.write(RULES)
        cls.socket = os.path.join(cls.folder, "sidecar.sock")
        with open(os.path.join(cls.folder, "connect.yaml"), "w", encoding="utf-8") as file:
            file.write(f"""apiVersion: waypost/v1
kind: connector-config
listen: 127.0.0.1:{cls.hooks}
sidecar: unix:{cls.socket}
data: {cls.folder}/connect
connectors:
  - name: rt
    profile: request-tracker
    settings: {{base_url: "{cls.rt.base_url}", user: waypost}}
    webhook: {{authentication: signature, secret: env:WAYPOST_TEST_WEBHOOK_SECRET}}
    write: {{secret: env:WAYPOST_TEST_RT_TOKEN}}
""")
        cls.sidecar = cls.start_sidecar()
        cls.connect = cls.start_connector()
        cls.addClassCleanup(lambda: (cls.connect.__exit__(), cls.sidecar.__exit__()))

    @classmethod
    def start_sidecar(cls):
        server = waypost.Server("serve", "--rules", os.path.join(cls.folder, "rules.yaml"), "--data",
                                os.path.join(cls.folder, "sidecar"), "--listen", "unix:" + cls.socket,
                                "--http", "127.0.0.1:0")
        server.http = server.wait_for(r"^waypost: ready grpc=\S+ http=(\S+)$").group(1)
        return server

    @classmethod
    def start_connector(cls):
        server = waypost.Server("connect", "run", os.path.join(cls.folder, "connect.yaml"))
        server.wait_for(r"^waypost: ready webhooks=(\S+)$")
        return server

    def ask(self, method, body, service="InsightService"):
        request = urllib.request.Request(
            f"{self.sidecar.http}/waypost.v1.{service}/{method}", data=json.dumps(body).encode(),
            headers={"Content-Type": "application/json"})
        with urllib.request.urlopen(request, timeout=waypost.SECONDS) as answer:
            return json.load(answer)

    def journey_of(self, ticket):
        """The explanation of the journey that the ticket belongs to, as text; empty while unknown."""
        try:
            return json.dumps(self.ask("GetJourney", {"ticket": {"source": "rt", "ref": str(ticket)}}))
        except urllib.error.HTTPError:
            return ""

    def bounce(self, ticket):
        """Hands the ticket on until the rules raise an alert."""
        self.rt.change(ticket, "jon", Owner="jon")
        for queue in ("Network", "Service Desk", "Network"):
            self.rt.change(ticket, "jon", Queue=queue)

    def test_1_a_ticket_that_bounces_gets_one_note_for_the_desk(self):
        ticket = self.rt.create("customer1")
        self.bounce(ticket)
        begun = time.monotonic()
        notes = wait_for(lambda: self.rt.written(ticket, "Comment"))
        self.assertEqual(len(notes), 1, self.rt.log() + "".join(self.connect.errors))
        print(f"the alert was a note in RT {time.monotonic() - begun:.2f} s after the last change")
        self.assertTrue(notes[0]["Data"].startswith("Waypost "))
        self.assertEqual([], [mail for mail in self.rt.mails_to("customer1@customers.test")
                              if "handed over again" in mail])
        self.assertEqual(self.rt.written(ticket, "Correspond"), [])

    def test_2_a_whole_life_is_told_and_nothing_is_a_dead_letter(self):
        ticket = self.rt.create("customer2")
        self.rt.change(ticket, "jon", Owner="jon")
        self.rt.correspond(ticket, "jon", "Which browser?")
        self.rt.change(ticket, "jon", Status="stalled")
        self.rt.correspond(ticket, "customer2", "Firefox.")
        self.rt.comment(ticket, "jon", "The proxy again.")
        self.rt.change(ticket, "jon", Status="open")
        self.rt.change(ticket, "jon", Status="resolved")
        self.rt.correspond(ticket, "customer2", "It is back.")
        self.assertEqual(self.rt.status(ticket), "open")
        self.rt.change(ticket, "jon", Status="resolved")
        other = self.rt.create("customer2", "The same again")
        self.rt.change(other, "jon", MergeInto=ticket)
        self.assertTrue(wait_for(lambda: "realize" in self.journey_of(ticket)), self.journey_of(ticket))
        self.assert_all_forwarded()

    def test_3_killed_in_the_middle_nothing_is_lost_or_doubled(self):
        tickets = []
        for number in range(3, 7):
            ticket = self.rt.create(f"customer{number}")
            tickets.append(ticket)
            self.bounce(ticket)
            if number == 4:
                self.sidecar.process.kill()
                self.sidecar.__exit__()
            if number == 5:
                self.connect.process.kill()
                self.connect.__exit__()
                type(self).sidecar = self.start_sidecar()
                type(self).connect = self.start_connector()
        for ticket in tickets:
            self.assertTrue(wait_for(lambda ticket=ticket: self.rt.written(ticket, "Comment")), ticket)
        self.assert_all_forwarded()
        self.assert_all_carried_out()
        for ticket in tickets:
            self.assertEqual(len(self.rt.written(ticket, "Comment")), 1, ticket)
            self.assertEqual(self.rt.fields(ticket)["Journey Touchpoint"], "handed-over")

    def test_4_the_ticket_shows_stage_and_owner_and_nothing_goes_round(self):
        ticket = self.rt.create("customer7")
        seconds = []

        def assert_shown(stage, touchpoint, owner, **change):
            begun = time.monotonic()
            if change:
                self.rt.change(ticket, "jon", **change)
            wanted = {"Journey Stage": stage, "Journey Touchpoint": touchpoint}
            wanted.update({"Journey Owner": owner} if owner else {})
            wait_for(lambda: self.rt.fields(ticket) == wanted)
            seconds.append(time.monotonic() - begun)
            self.assertEqual(self.rt.fields(ticket), wanted, self.rt.log() + "".join(self.connect.errors))

        assert_shown("engage", "reported", "Desk manager")
        assert_shown("co_create", "handed-over", "Network manager", Queue="Network")
        assert_shown("co_create", "unowned", None, Status="stalled")
        self.rt.change(ticket, "jon", Status="open")  # no touchpoint takes it
        assert_shown("co_create", "handed-over", "Network manager", Queue="Service Desk")
        self.rt.change(ticket, "jon", Queue="Network")  # the same touchpoint again
        assert_shown("realize", "fixed", "Desk manager", Status="resolved")
        print(f"custom fields followed a change in RT after {max(seconds):.2f} s at most")
        self.assert_all_forwarded()
        self.assert_all_carried_out()
        # Each value that changed was written once. Of what Waypost did, its notes alone are events.
        self.assertEqual(len(self.rt.written(ticket, "CustomField")), 3 + 3 + 2 + 2 + 3)
        notes = len(self.rt.written(ticket, "Comment"))
        wait_for(lambda: len(self.own_steps(ticket)) >= notes)
        self.assertEqual(self.own_steps(ticket), [["EVENT_TYPE_COMMENTED"]] * notes)

    def own_steps(self, ticket):
        """What the journey knows of Waypost's own acts: the types of each step's events."""
        return [[event["type"] for event in step["events"]]
                for step in json.loads(self.journey_of(ticket))["journey"]["timeline"]
                if step["actorRole"] == "ACTOR_ROLE_WAYPOST"]

    def assert_all_carried_out(self):
        def listed(state):
            return self.ask("ListActions", {"state": state}, "OutboxService").get("actions", [])
        wait_for(lambda: not listed("ACTION_STATE_WAITING"))
        self.assertEqual(listed("ACTION_STATE_WAITING"), [])
        self.assertEqual(listed("ACTION_STATE_DEAD"), [])

    def assert_all_forwarded(self):
        import sqlite3
        path = os.path.join(self.folder, "connect", "connect.db")

        def waiting():
            database = sqlite3.connect(path)
            try:
                return database.execute("SELECT count(*) FROM requests").fetchone()[0]
            finally:
                database.close()
        wait_for(lambda: waiting() == 0)
        done = waypost.run("connect", "replay", os.path.join(self.folder, "connect.yaml"))
        self.assertEqual(done.stdout, "")
        self.assertEqual(waiting(), 0)


if __name__ == "__main__":
    missing = connect_rt.install()
    if missing:
        print("SKIPPED: " + missing)
        sys.exit(waypost.SKIPPED)
    unittest.main()
