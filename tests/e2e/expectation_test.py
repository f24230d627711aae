# SPDX-License-Identifier: Apache-2.0
"""How long tickets take: learned by a running sidecar, kept over kill -9, shown by status, explain
and replay. The part on the public log is skipped when WAYPOST_SERVICENOW_LOG names no folder with it.
"""

import datetime
import json
import os
import signal
import subprocess
import tempfile
import unittest
import urllib.request
import zipfile

import waypost

FOLDER = os.environ.get("WAYPOST_SERVICENOW_LOG") or os.path.join(
    waypost.SOURCE, "..", "shared", "data", "servicenow-incident-log")
LOG = os.path.join(FOLDER, "incident_event_log.zip")
MAPPING = os.path.join(waypost.SOURCE, "rules", "examples", "servicenow-incident-log.mapping.yaml")

ASKING = """\
apiVersion: waypost/v1
name: asking
rules:
  - id: asks
    on: created
    annotate: {solved-by: "{{expect.known ? expect.resolve_by : 'not known'}}"}
"""

TICKETS = 600


def event(name, at, **ticket):
    return {"eventId": name, "source": "s", "occurredAt": at.strftime("%Y-%m-%dT%H:%M:%SZ"),
            "ticket": {"type": "incident", "group": "Desk", **ticket}}


def history(now):
    """Tickets opened every half hour up to `now`, that take evenly from 0 to 10 hours."""
    events = []
    for number in range(TICKETS):
        opened = now - datetime.timedelta(minutes=30 * (TICKETS - number))
        ended = opened + datetime.timedelta(minutes=6 * (number * 37 % 100))
        who = {"ref": f"T{number}", "requester": {"id": f"p{number}"}}
        events.append((opened, event(f"open-{number}", opened, status_category="OPEN", **who)))
        if ended < now:
            events.append((ended, event(f"end-{number}", ended, status_category="RESOLVED", **who)))
    return [one for _, one in sorted(events, key=lambda pair: pair[0])]


def in_json(one):
    category = one["ticket"].pop("status_category")
    one["ticket"]["statusCategory"] = "STATUS_CATEGORY_" + category
    return json.dumps(one)


class ServeTest(unittest.TestCase):
    def status(self, server):
        request = urllib.request.Request(
            f"{server.http}/waypost.v1.AdminService/GetStatus", data=b"{}",
            headers={"Content-Type": "application/json"})
        with urllib.request.urlopen(request, timeout=waypost.SECONDS) as response:
            return json.load(response)

    def test_what_was_learned_outlives_a_kill(self):
        now = datetime.datetime.utcnow().replace(microsecond=0)
        with tempfile.TemporaryDirectory() as folder:
            rules = os.path.join(folder, "rules.yaml")
            with open(rules, "w", encoding="utf-8") as file:
                file.write(ASKING)
            data = os.path.join(folder, "data")
            with waypost.serve(data, rules=rules) as server:
                sent = waypost.run("send", "--target", server.grpc, "--stream", "-",
                                   stdin="\n".join(map(in_json, history(now))) + "\n")
                self.assertEqual(sent.returncode, 0, sent.stderr)
                before = self.status(server)["expectations"]
                server.process.send_signal(signal.SIGKILL)
                server.process.wait()
            with waypost.serve(data, rules=rules) as server:
                after = self.status(server)["expectations"]
                self.assertEqual(after, before)
                self.assertEqual((after[0]["tenant"], after[0]["age"]), ("default", "0s"))
                self.assertGreater(after[0]["p80Coverage"], 0.7)
                self.assertFalse(after[0].get("refused", False))
                self.ask(server, now)

    def ask(self, server, now):
        new = in_json(event("new", now, ref="NEW", requester={"id": "ana"}, status_category="OPEN"))
        sent = waypost.run("send", "--target", server.grpc, "--output", "json", "-", stdin=new + "\n")
        told = json.loads(sent.stdout)["enrichment"]["expectations"][0]
        self.assertTrue(told["known"], told)
        by = datetime.datetime.strptime(told["resolveP80"][:19], "%Y-%m-%dT%H:%M:%S")
        self.assertAlmostEqual((by - now).total_seconds() / 3600, 8, delta=1)
        explained = waypost.run("explain", "--target", server.grpc, "--ticket", "s/NEW")
        self.assertRegex(explained.stdout, r"expected +half of such tickets are resolved by .*, eight "
                                           r"of ten by .*kept of late: \d+ %")
        nobody = waypost.run("explain", "--target", server.grpc, "--ticket", "s/T0", "--event",
                             "open-0")
        self.assertRegex(nobody.stdout, r"expected +not known: TOO_FEW_TICKETS")


@unittest.skipUnless(os.path.exists(LOG), "SKIPPED: the log is not here")
class ReplayTest(unittest.TestCase):
    def test_the_windows_on_the_public_log_are_kept(self):
        with zipfile.ZipFile(LOG) as archive:
            log = archive.read("incident_event_log.csv")
        result = subprocess.run(
            [waypost.EXECUTABLE, "replay", "--rules", waypost.RULES, "--mapping", MAPPING,
             "--as-live", "--output", "json", "-"], input=log, capture_output=True, timeout=280,
            check=False)
        self.assertEqual(result.returncode, 0, result.stderr)
        report = json.loads(result.stdout)
        ages = {age["ageHours"]: age for age in report["expectations"]}
        self.assertEqual(report["ruleErrors"], 0)
        for age, width in ((0, 112), (4, 309), (24, 383), (72, 441)):
            with self.subTest(age=age):
                self.assertFalse(ages[age]["refused"])
                self.assertAlmostEqual(ages[age]["p80Coverage"], 0.8, delta=0.05)
                self.assertLess(ages[age]["medianWidthHours"], width)


if __name__ == "__main__":
    unittest.main()
