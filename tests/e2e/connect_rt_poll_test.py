#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A real Request Tracker 5, polled and pushed side by side: both tell the same journeys, and whoever
is away or killed, polling loses nothing."""

import json
import os
import shutil
import socket
import sqlite3
import sys
import tempfile
import time
import unittest
import urllib.error
import urllib.request

import connect_rt
import waypost

SECRET = "poll-secret"
# What of a step in a journey's timeline is the same however it was told.
STEP = ("eventId", "occurredAt", "events", "ticketRef", "channel", "actorRole", "visibility",
        "touchpoints", "group", "status")
COUNTS = ("reassignments", "bounces", "reopens", "statusChanges", "priorityChanges",
          "waitsOnCustomer", "resolutions", "contacts", "chasers", "publicUpdates", "internalNotes",
          "channels", "groups", "holder", "waitingOn", "openTickets", "tickets")


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_for(what, seconds=90):
    """Waits until a function gives something; gives that, or the last nothing."""
    deadline = time.monotonic() + seconds
    while True:
        found = what()
        if found or time.monotonic() > deadline:
            return found
        time.sleep(0.1)


class Side:
    """A sidecar with its connector, which is told of RT in one way or two."""

    def __init__(self, folder, name, rt_url, hooks, ways):
        self.folder, self.name = os.path.join(folder, name), name
        os.makedirs(self.folder)
        self.socket = os.path.join(self.folder, "sidecar.sock")
        self.config = os.path.join(self.folder, "connect.yaml")
        with open(self.config, "w", encoding="utf-8") as file:
            file.write(f"""apiVersion: waypost/v1
kind: connector-config
listen: 127.0.0.1:{hooks}
sidecar: unix:{self.socket}
data: {self.folder}/connect
connectors:
  - name: rt
    profile: request-tracker
    settings: {{base_url: "{rt_url}", instance: rt.test, user: waypost}}
{ways}""")
        self.start_sidecar()
        self.start_connector()

    def start_sidecar(self):
        self.sidecar = waypost.Server(
            "serve", "--rules", waypost.RULES, "--data", os.path.join(self.folder, "sidecar"),
            "--listen", "unix:" + self.socket, "--http", "127.0.0.1:0")
        self.http = self.sidecar.wait_for(r"^waypost: ready grpc=\S+ http=(\S+)$").group(1)

    def start_connector(self):
        self.connector = waypost.Server("connect", "run", self.config)
        self.connector.wait_for(r"^waypost: ready webhooks=(\S+)$")

    def kill(self, server):
        server.process.kill()
        server.__exit__()

    def end(self):
        self.kill(self.connector)
        self.kill(self.sidecar)

    def journey(self, ticket):
        """The journey of a ticket; nothing while there is none."""
        request = urllib.request.Request(
            self.http + "/waypost.v1.InsightService/GetJourney",
            data=json.dumps({"ticket": {"source": "rt", "ref": str(ticket)}}).encode(),
            headers={"Content-Type": "application/json"})
        try:
            with urllib.request.urlopen(request, timeout=waypost.SECONDS) as answer:
                return json.load(answer)["journey"]
        except urllib.error.HTTPError:
            return None

    def steps(self, ticket):
        """What the journey's timeline has of the ticket, by the ids of its events."""
        journey = self.journey(ticket)
        steps = {}
        for step in (journey or {}).get("timeline", []):
            if step.get("ticketRef") == str(ticket) and step.get("eventId", "").startswith("rt.test/"):
                self.assert_new(step["eventId"], steps)
                steps[step["eventId"]] = {key: step.get(key) for key in STEP}
        return steps

    @staticmethod
    def assert_new(event_id, steps):
        assert event_id not in steps, event_id + " is in the journey twice"

    def counts(self, ticket):
        return {key: self.journey(ticket)["facts"].get(key) for key in COUNTS}

    def stages(self, ticket):
        return {role["position"].get("role"): ([visit["stage"] for visit in role.get("stages", [])],
                                               role.get("touchpoints"))
                for role in self.journey(ticket)["roles"]}

    def spooled(self):
        database = sqlite3.connect(os.path.join(self.folder, "connect", "connect.db"))
        try:
            return database.execute("SELECT count(*) FROM requests").fetchone()[0]
        finally:
            database.close()

    def dead_letters(self):
        return waypost.run("connect", "replay", self.config).stdout


class RequestTrackerPollTest(unittest.TestCase):
    maxDiff = None

    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.mkdtemp(prefix="waypost-rt-poll-")
        cls.addClassCleanup(shutil.rmtree, cls.folder)
        hooks = free_port()
        rt_folder = os.path.join(cls.folder, "rt")
        os.makedirs(rt_folder)
        cls.rt = connect_rt.RequestTracker(rt_folder, free_port(),
                                           f"http://127.0.0.1:{hooks}/hooks/rt", SECRET)
        cls.addClassCleanup(lambda: cls.rt.stop())
        os.environ["WAYPOST_TEST_WEBHOOK_SECRET"] = SECRET
        os.environ["WAYPOST_TEST_RT_TOKEN"] = cls.rt.tokens["waypost"]
        push = "    webhook: {authentication: signature, secret: env:WAYPOST_TEST_WEBHOOK_SECRET}\n"
        poll = "    read: {secret: env:WAYPOST_TEST_RT_TOKEN}\n    poll: {interval: 2s}\n"
        cls.both = Side(cls.folder, "both", cls.rt.base_url, hooks, push + poll)
        cls.addClassCleanup(lambda: cls.both.end())
        cls.polled = Side(cls.folder, "polled", cls.rt.base_url, free_port(), poll)
        cls.addClassCleanup(lambda: cls.polled.end())

    def live(self, customer):
        """A whole life of a ticket."""
        rt = self.rt
        ticket = rt.create(customer)
        rt.change(ticket, "jon", Owner="jon")
        rt.change(ticket, "jon", Priority=80)
        rt.correspond(ticket, "jon", "Which browser?")
        rt.change(ticket, "jon", Status="stalled")
        rt.correspond(ticket, customer, "Firefox.")
        rt.change(ticket, "jon", Queue="Network")
        rt.change(ticket, "eva", Owner="eva")
        rt.comment(ticket, "eva", "The proxy again.")
        rt.change(ticket, "eva", Status="open")
        rt.change(ticket, "eva", Status="resolved")
        rt.correspond(ticket, customer, "It is back.")
        rt.change(ticket, "eva", Status="resolved")
        return ticket

    def await_newest(self, side, ticket):
        """Waits until the side knows the ticket's newest change that means something."""
        kinds = {"Create", "Correspond", "Comment", "Status", "Set"}
        newest = max(int(one["id"]) for one in self.rt.history(ticket) if one["Type"] in kinds)
        found = wait_for(lambda: f"rt.test/{newest}" in side.steps(ticket))
        self.assertTrue(found, (ticket, newest, side.steps(ticket).keys(), side.dead_letters(),
                                "".join(side.connector.errors)[-2000:]))

    def assert_same(self, ticket):
        self.await_newest(self.polled, ticket)
        self.await_newest(self.both, ticket)
        polled, both = self.polled.steps(ticket), self.both.steps(ticket)
        self.assertEqual(sorted(polled), sorted(both))
        for event_id, step in both.items():
            self.assertEqual(polled[event_id], step, event_id)
        self.assertEqual(self.polled.counts(ticket), self.both.counts(ticket))
        self.assertEqual(self.polled.stages(ticket), self.both.stages(ticket))
        return len(polled)

    def assert_nothing_left(self, side):
        self.assertTrue(wait_for(lambda: side.spooled() == 0), side.name)
        self.assertEqual(side.dead_letters(), "")

    def test_1_pushed_and_polled_tickets_have_the_same_journeys(self):
        tickets = [self.live(f"customer{number}") for number in range(1, 4)]
        events = sum(self.assert_same(ticket) for ticket in tickets)
        for side in (self.both, self.polled):
            self.assert_nothing_left(side)
        print(f"{len(tickets)} tickets, {events} events: the same by push and by poll")

    def test_2_a_merged_ticket_is_polled_as_it_is_pushed(self):
        target, other = self.rt.create("customer4"), self.rt.create("customer4", "The same again")
        self.rt.change(other, "jon", MergeInto=target)

        def merged(side):
            journey = side.journey(other) or {}
            return any(one["ticket"].get("mergedIntoRef") == str(target)
                       for one in journey.get("tickets", []) if one["ticket"]["ref"] == str(other))
        for side in (self.both, self.polled):
            self.assertTrue(wait_for(lambda side=side: merged(side)), side.name)

    def test_3_rt_away_for_a_while_loses_nothing(self):
        first = self.rt.create("customer5")
        self.rt.stop()
        time_away = time.monotonic()
        wait_for(lambda: any("cannot be" in line for line in self.polled.connector.errors))
        self.rt.start()
        print(f"RT was away for {time.monotonic() - time_away:.1f} s")
        second = self.live("customer5")
        for ticket in (first, second):
            self.await_newest(self.polled, ticket)
        self.assert_nothing_left(self.polled)

    def test_4_killed_between_changes_polling_goes_on_where_it_was(self):
        tickets = []
        for number in range(6, 9):
            ticket = self.rt.create(f"customer{number}")
            tickets.append(ticket)
            self.rt.change(ticket, "jon", Owner="jon")
            self.polled.kill(self.polled.connector)
            self.rt.correspond(ticket, "jon", "Please wait.")
            self.rt.change(ticket, "jon", Status="resolved")
            self.polled.start_connector()
        for ticket in tickets:
            self.assert_same(ticket)
        for side in (self.both, self.polled):
            self.assert_nothing_left(side)


if __name__ == "__main__":
    missing = connect_rt.install()
    if missing:
        print("SKIPPED: " + missing)
        sys.exit(waypost.SKIPPED)
    unittest.main()
