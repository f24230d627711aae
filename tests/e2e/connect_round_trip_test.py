#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Event, enrichment, write-back: with a simulated tool for each of the profiles of services in the
cloud, whose webhooks get lost, come twice and late, and whose interface refuses and breaks off."""

import json
import os
import shutil
import sqlite3
import tempfile
import time
import unittest
import urllib.error
import urllib.request

import simulated_tools
import tool_simulator
import waypost

RULES = """apiVersion: waypost/v1
name: round-trip
languages: [en]
owners:
  desk-manager: {name: Desk manager, notify: [ticket-note]}
stages: [engage, co_create, realize]
journeys:
  - id: get-help
    role: user
    outcome: The person can work again
    touchpoints:
      - {id: reported, stage: engage, kind: service_interaction, owner: desk-manager, on: created, visibility: both}
      - {id: handed-over, stage: co_create, owner: desk-manager, on: assigned, visibility: provider}
      - {id: fixed, stage: realize, owner: desk-manager, on: resolved, visibility: both}
rules:
  - id: bounced
    on: assigned
    if: journey.reassignments >= 2
    alert: {severity: warning, owner: desk-manager, text: "Ticket {{ticket.ref}} was handed over again"}
  - id: solved
    on: resolved
    update:
      changed: {en: "We believe that {{ticket.ref}} is solved."}
      action: {en: "Answer if it is not."}
      next: {en: "No further news follows."}
      where: {en: "Quotation marks \\"and\\" <brackets> & more arrive whole."}
"""
UPDATE = 'Quotation marks "and" <brackets> & more arrive whole.'
PULL_SECONDS = 21  # longer than the connector waits for actions
WRITE_SECRET = "d2F5cG9zdDpzZWNyZXQ="


def wait_for(what, seconds=90):
    """Waits until a function gives something; gives that, or the last nothing."""
    deadline = time.monotonic() + seconds
    while True:
        found = what()
        if found or time.monotonic() > deadline:
            return found
        time.sleep(0.1)


class RoundTrip:
    """What holds for each tool; a subclass says which."""

    tool_class = None

    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="waypost-round-trip-")
        self.addCleanup(shutil.rmtree, self.folder)
        os.environ["WAYPOST_TEST_WEBHOOK_SECRET"] = "round trip"
        os.environ["WAYPOST_TEST_WRITE_SECRET"] = WRITE_SECRET
        self.tool = self.tool_class("round trip", WRITE_SECRET)
        self.addCleanup(self.tool.stop)
        rules = self.write("rules.yaml", RULES)
        socket = os.path.join(self.folder, "sidecar.sock")
        self.sidecar = waypost.Server(
            "serve", "--rules", rules, "--data", os.path.join(self.folder, "sidecar"), "--listen",
            "unix:" + socket, "--http", "127.0.0.1:0")
        self.addCleanup(self.sidecar.__exit__)
        self.http = self.sidecar.wait_for(r"^waypost: ready grpc=\S+ http=(\S+)$").group(1)
        settings = {**self.tool.settings, "base_url": self.tool.base_url}
        self.config = self.write("connect.yaml", f"""apiVersion: waypost/v1
kind: connector-config
listen: 127.0.0.1:0
sidecar: unix:{socket}
data: {self.folder}/connect
connectors:
  - name: desk
    profile: {self.tool.profile}
    settings: {json.dumps(settings)}
    webhook: {{{self.tool.webhook}, secret: env:WAYPOST_TEST_WEBHOOK_SECRET}}
    write: {{secret: env:WAYPOST_TEST_WRITE_SECRET}}
""")
        self.start_connector()
        self.addCleanup(lambda: self.connect.__exit__())

    def write(self, name, text):
        path = os.path.join(self.folder, name)
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        return path

    def start_connector(self):
        self.connect = waypost.Server("connect", "run", self.config)
        address = self.connect.wait_for(r"^waypost: ready webhooks=(\S+)$").group(1)
        self.tool.hooks = address + "/hooks/desk"

    def journey(self, ticket):
        request = urllib.request.Request(
            self.http + "/waypost.v1.InsightService/GetJourney",
            data=json.dumps({"ticket": {"source": "desk", "ref": ticket.ref}}).encode(),
            headers={"Content-Type": "application/json"})
        try:
            with urllib.request.urlopen(request, timeout=waypost.SECONDS) as answer:
                return json.load(answer)
        except urllib.error.HTTPError:
            return None

    def bounce(self, ticket):
        """Hands the ticket on until the rules raise an alert."""
        tool = self.tool
        tool.change(ticket, tool.agent, status="open", assignee=tool.agent)
        for group in ("Network", "Service Desk", "Network"):
            tool.change(ticket, tool.agent, group=group)

    def settle(self):
        """Waits until every webhook has been forwarded; none may be a dead letter."""
        def done():
            database = sqlite3.connect(os.path.join(self.folder, "connect", "connect.db"))
            try:
                waiting = database.execute("SELECT count(*) FROM requests").fetchone()[0]
            finally:
                database.close()
            return self.tool.idle() and waiting == 0
        self.assertTrue(wait_for(done), self.log())
        self.assertEqual(waypost.run("connect", "replay", self.config).stdout, "")

    def log(self):
        return "".join(self.connect.errors)

    def notes(self, ticket):
        return [text for text in self.tool.written(ticket, public=False) if "handed over again" in text]

    def updates(self, ticket):
        texts = [simulated_tools.text_of(text) if self.tool.profile == "freshservice" else text
                 for text in self.tool.written(ticket, public=True)]
        return [text for text in texts if UPDATE in text]

    def test_a_life_is_told_and_answered_once(self):
        tool = self.tool
        tool.faults.extend(["429"])
        ticket = tool.create(tool.customer)
        self.bounce(ticket)
        self.assertTrue(wait_for(lambda: self.notes(ticket)), self.log())
        tool.say(ticket, tool.customer, "Is there any news?")
        tool.say(ticket, tool.agent, "The proxy, I think.", public=False)
        tool.change(ticket, tool.agent, status="waiting")
        tool.change(ticket, tool.agent, status="resolved")
        self.assertTrue(wait_for(lambda: self.updates(ticket)), self.log())
        self.settle()
        # What we wrote has come back by now, and called for nothing more.
        self.assertTrue(wait_for(lambda: not self.unfinished()))
        time.sleep(2 * tool_simulator.ECHO_DELAY)
        self.settle()
        self.assertEqual((len(self.notes(ticket)), len(self.updates(ticket))), (1, 1))
        # The alert was over when the ticket was resolved, which the desk is told.
        self.assertEqual(len(tool.written(ticket, False)), 2, tool.written(ticket, False))
        self.assertEqual(len(tool.written(ticket, True)), 1)
        self.assertIn(429, [status for _, _, status in tool.calls])
        self.assertIn("realize", json.dumps(self.journey(ticket)))
        self.assertEqual(set(tool.statuses), {202})

    def test_what_comes_twice_counts_once(self):
        self.tool.twice = True
        ticket = self.tool.create(self.tool.customer)
        self.bounce(ticket)
        self.tool.change(ticket, self.tool.agent, status="resolved")
        self.assertTrue(wait_for(lambda: self.notes(ticket) and self.updates(ticket)), self.log())
        self.settle()
        self.assertEqual((len(self.notes(ticket)), len(self.updates(ticket))), (1, 1))

    def test_a_lost_webhook_is_made_up_for_by_the_next(self):
        ticket = self.tool.create(self.tool.customer)
        wait_for(self.tool.idle)
        self.tool.lose = 1
        self.tool.change(ticket, self.tool.agent, status="open", assignee=self.tool.agent)
        for group in ("Network", "Service Desk", "Network"):
            self.tool.change(ticket, self.tool.agent, group=group)
        self.tool.change(ticket, self.tool.agent, status="resolved")
        self.assertTrue(wait_for(lambda: self.notes(ticket) and self.updates(ticket)), self.log())
        self.settle()
        self.assertEqual((len(self.notes(ticket)), len(self.updates(ticket))), (1, 1))

    def test_a_call_that_broke_off_is_looked_up_and_not_made_again(self):
        self.tool.faults.extend(["broken", "broken"])
        ticket = self.tool.create(self.tool.customer)
        self.bounce(ticket)
        self.assertTrue(wait_for(lambda: self.notes(ticket)), self.log())
        self.tool.change(ticket, self.tool.agent, status="resolved")
        self.assertTrue(wait_for(lambda: self.updates(ticket)), self.log())
        # Both are looked up by reading, and nothing is written again.
        writes = [call for call in self.tool.calls if call[2] == 0]
        self.assertEqual(len(writes), 2, self.tool.calls)
        self.assertTrue(wait_for(lambda: not self.unfinished()), self.log())
        self.assertEqual((len(self.notes(ticket)), len(self.updates(ticket))), (1, 1), self.tool.calls)

    def unfinished(self):
        """The actions that are not done yet."""
        request = urllib.request.Request(
            self.http + "/waypost.v1.OutboxService/ListActions", data=b"{}",
            headers={"Content-Type": "application/json"})
        with urllib.request.urlopen(request, timeout=waypost.SECONDS) as answer:
            actions = json.load(answer).get("actions", [])
        return [action for action in actions if action["state"] != "ACTION_STATE_DONE"]

    def test_a_wrong_secret_is_refused_both_ways(self):
        self.tool.webhook_secret = "guess"
        self.tool.create(self.tool.customer)
        self.assertTrue(wait_for(lambda: self.tool.statuses[401]))
        self.assertNotIn("round trip", self.log())


class JiraTest(RoundTrip, unittest.TestCase):
    tool_class = simulated_tools.Jira

    def test_a_connector_that_is_away_hears_it_when_the_tool_tries_again(self):
        ticket = self.tool.create(self.tool.customer)
        self.assertTrue(wait_for(lambda: self.journey(ticket)), self.log())
        self.connect.process.kill()
        self.connect.__exit__()
        # What it waited for would be leased to it until then.
        time.sleep(PULL_SECONDS)
        self.bounce(ticket)
        self.assertTrue(wait_for(lambda: self.tool.statuses[0]))
        self.start_connector()
        self.assertTrue(wait_for(lambda: self.notes(ticket)), f"{self.log()}{self.unfinished()}")
        self.settle()
        self.assertEqual(len(self.notes(ticket)), 1)


class ZendeskTest(RoundTrip, unittest.TestCase):
    tool_class = simulated_tools.Zendesk


class FreshserviceTest(RoundTrip, unittest.TestCase):
    tool_class = simulated_tools.Freshservice


class ServiceNowTest(RoundTrip, unittest.TestCase):
    tool_class = simulated_tools.ServiceNow


if __name__ == "__main__":
    unittest.main()
