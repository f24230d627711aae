# SPDX-License-Identifier: Apache-2.0
"""A connector over HTTP: actions are pulled and acknowledged, and outlive a killed sidecar."""

import json
import os
import tempfile
import unittest
import urllib.request

import waypost

GROUPS = ["Service Desk", "Network", "Service Desk"]


def call(server, method, **request):
    """Calls a method of the JSON over HTTP side."""
    body = urllib.request.Request(f"{server.http}/waypost.v1.{method}",
                                  data=json.dumps(request).encode(),
                                  headers={"Content-Type": "application/json"})
    with urllib.request.urlopen(body, timeout=30) as response:
        return json.load(response)


def decide(server, ref):
    """Sends a ticket back and forth: each event brings actions. Gives their ids."""
    ids = []
    for number, group in enumerate(GROUPS):
        decided = call(server, "JourneyService/RecordEvent", event={
            "eventId": f"{ref} {number}", "source": "s",
            "occurredAt": f"2026-03-02T09:{number:02}:00Z",
            "ticket": {"ref": ref, "type": "incident", "channel": "phone", "priority": "P3",
                       "group": group, "requester": {"id": f"owner of {ref}"}}})["enrichment"]
        ids += [alert["id"] for alert in decided.get("alerts", []) if not alert.get("shadow")]
        ids += [update["id"] for update in decided.get("statusUpdates", [])
                if not update.get("shadow")]
    return ids


def pull(server, **request):
    """The ids of the actions that are handed out."""
    actions = call(server, "OutboxService/PullActions", **request).get("actions", [])
    return [action["action"]["id"] for action in actions]


def finish(server, ids):
    """Says that they are done. Gives the codes."""
    answer = call(server, "OutboxService/AcknowledgeActions", results=[
        {"actionId": action_id, "outcome": "ACTION_OUTCOME_DONE"} for action_id in ids])
    return [word["code"] for word in answer["acknowledgements"]]


# One alert an hour; it is over when the ticket is P4.
STRICT = """apiVersion: waypost/v1
name: strict
caps: {alerts_per_owner_per_hour: 1}
owners: {lead: {name: Team lead, notify: [ticket-note]}}
rules:
  - id: urgent
    on: created
    if: ticket.priority == "P2"
    alert: {severity: warning, owner: lead, until: ticket.priority == "P4", text: "{{ticket.ref}} is urgent"}
  - id: very-urgent
    on: created
    if: ticket.priority == "P1"
    alert: {severity: critical, owner: lead, text: "{{ticket.ref}} is very urgent"}
"""


def tell(server, ref, priority):
    """Sends a ticket of somebody's own. Gives the id of the alert that it brings, or ends."""
    decided = call(server, "JourneyService/RecordEvent", event={
        "eventId": f"{ref} {priority}", "source": "s", "occurredAt": "2026-03-02T09:00:00Z",
        "ticket": {"ref": ref, "type": "incident", "priority": priority,
                   "requester": {"id": f"owner of {ref}"}}})["enrichment"]
    alerts = [alert["id"] for alert in decided.get("alerts", [])]
    ended = [alert["alertId"] for alert in decided.get("resolvedAlerts", [])]
    return (alerts + ended)[0]


class OutboxTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name
        self.data = os.path.join(folder.name, "data")

    def test_every_action_is_carried_out_once_though_the_sidecar_is_killed(self):
        decided = []
        done = []
        for life in range(4):
            with waypost.serve(self.data) as server:
                decided += decide(server, f"T{life}")
                first = pull(server, maxActions=1)
                self.assertEqual(len(first), 1)
                self.assertEqual(finish(server, first), ["ACKNOWLEDGE_CODE_ACCEPTED"])
                done += first
                pull(server, maxActions=1)  # nobody reports on this one
                server.process.kill()
        self.assertGreaterEqual(len(decided), 4)
        with waypost.serve(self.data) as server:
            while ids := pull(server):
                self.assertEqual(set(finish(server, ids)), {"ACKNOWLEDGE_CODE_ACCEPTED"})
                done += ids
            self.assertEqual(len(set(done)), len(done))
            self.assertLessEqual(set(decided), set(done))  # time may have brought more
            self.assertEqual(set(finish(server, decided)), {"ACKNOWLEDGE_CODE_ALREADY_DONE"})
            self.assertEqual(server.stop(), 0)

    def test_actions_are_shown(self):
        with waypost.serve(self.data) as server:
            ids = decide(server, "T1")
            pull(server, maxActions=1)
            shown = waypost.run("actions", "--target", server.grpc)
            self.assertEqual(shown.returncode, 0, shown.stderr)
            self.assertRegex(shown.stdout, rf"(?m)^{ids[0]} .* s/T1 .* somebody has it until ")
            listed = json.loads(waypost.run("actions", "--target", server.grpc,
                                            "--output", "json").stdout)
            listed = [row["action"]["id"] for row in listed["actions"]]
            self.assertEqual([row for row in listed if row in ids], ids)
            dead = waypost.run("actions", "--target", server.grpc, "--state", "dead")
            self.assertEqual(dead.stdout, "none\n")
            wrong = waypost.run("actions", "--target", server.grpc, "--limit", "0x")
            self.assertEqual(wrong.returncode, 2)

    def test_an_owner_is_told_no_more_than_an_hour_allows_and_nothing_that_is_over(self):
        rules = os.path.join(self.folder, "rules.yaml")
        with open(rules, "w", encoding="utf-8") as file:
            file.write(STRICT)
        with waypost.serve(self.data, rules=rules) as server:
            told, held, over = [tell(server, ref, "P2") for ref in ("T1", "T2", "T3")]
            critical = tell(server, "T4", "P1")
            self.assertEqual(pull(server), [told, critical])
            self.assertEqual(set(finish(server, [told, critical])), {"ACKNOWLEDGE_CODE_ACCEPTED"})
            server.process.kill()
        with waypost.serve(self.data, rules=rules) as server:
            self.assertEqual(tell(server, "T3", "P4"), over)
            late = tell(server, "T5", "P2")
            self.assertEqual(pull(server), [])
            shown = waypost.run("actions", "--target", server.grpc).stdout
            for action in (held, late):
                self.assertRegex(shown, rf"(?m)^{action} +alert +s/T\d .* for a digest at ")
            self.assertNotIn(over, shown)
            done = waypost.run("actions", "--target", server.grpc, "--state", "done").stdout
            self.assertRegex(done, rf"(?m)^{over} .* RESOLVED ")
            self.assertRegex(done, rf"(?m)^{over}/resolved +alert's end .* RESOLVED ")
            self.assertEqual(server.stop(), 0)


if __name__ == "__main__":
    unittest.main()
