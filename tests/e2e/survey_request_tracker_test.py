#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""From a real Request Tracker's mail to the score of the journey: the whole way of a survey."""

import email
import email.policy
import os
import re
import shutil
import socket
import sys
import tempfile
import time
import unittest
import urllib.parse
import urllib.request

import connect_rt
import survey_desk
import waypost

SECRET = "live-secret"
PERSON = "customer1@customers.test"
RULES = """apiVersion: waypost/v1
name: live
languages: [en, de]
rules:
  - {id: ask, on: resolved, survey: {kind: csat, cooldown: 0d, expires: 7d}}
"""


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_for(what):
    """Waits until a function gives something; gives that, or the last nothing."""
    deadline = time.monotonic() + waypost.SECONDS
    while True:
        found = what()
        if found or time.monotonic() > deadline:
            return found
        time.sleep(0.1)


class SurveyOfRequestTrackerTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.mkdtemp(prefix="waypost-survey-rt-")
        self.addCleanup(shutil.rmtree, folder)
        port, hooks = free_port(), free_port()
        rt_folder = os.path.join(folder, "rt")
        os.makedirs(rt_folder)
        self.rt = connect_rt.RequestTracker(rt_folder, port, f"http://127.0.0.1:{hooks}/hooks/rt", SECRET)
        self.addCleanup(self.rt.stop)
        os.environ["WAYPOST_TEST_WEBHOOK_SECRET"] = SECRET
        os.environ["WAYPOST_TEST_RT_TOKEN"] = self.rt.tokens["waypost"]
        self.desk = survey_desk.SurveyDesk(folder, rules=RULES, listen=f"127.0.0.1:{hooks}",
                                           connectors=f"""  - name: rt
    profile: request-tracker
    settings: {{base_url: "{self.rt.base_url}", user: waypost}}
    webhook: {{authentication: signature, secret: env:WAYPOST_TEST_WEBHOOK_SECRET}}
    write: {{secret: env:WAYPOST_TEST_RT_TOKEN}}
""")
        self.addCleanup(self.desk.close)

    def link(self):
        """The path of the link in the person's mail; nothing while there is none."""
        for mail in self.rt.mails_to(PERSON):
            message = email.message_from_string(mail, policy=email.policy.default)
            for part in message.walk():
                if part.get_content_type() != "text/plain":
                    continue
                found = re.search(r"https://feedback\.example(/survey/[\w-]+)", part.get_content())
                if found:
                    return found.group(1)
        return None

    def answer(self, ticket):
        for row in self.desk.ask("InsightService/ListSurveyDecisions").get("surveys", []):
            if row["survey"]["ticketRef"] == str(ticket):
                return row["survey"].get("answer")
        return None

    def test_the_link_in_the_mail_leads_to_a_vote_in_the_journey(self):
        ticket = self.rt.create("customer1")
        self.rt.change(ticket, "jon", Owner="jon")
        self.rt.change(ticket, "jon", Status="resolved")
        begun = time.monotonic()
        link = wait_for(self.link)
        self.assertIsNotNone(link, self.rt.log() + self.desk.log())
        print(f"the link was in the mail {time.monotonic() - begun:.2f} s after the ticket was resolved")
        with urllib.request.urlopen(self.desk.page + link + "?rating=2", timeout=waypost.SECONDS) as page:
            self.assertIn(f"About your request {ticket}", page.read().decode())
        self.assertIsNone(self.answer(ticket))
        form = urllib.parse.urlencode({"rating": "2", "comment": "It took long.", "opened": "1"}).encode()
        with urllib.request.urlopen(self.desk.page + link, form, timeout=waypost.SECONDS) as page:
            self.assertIn("Thank you!", page.read().decode())
        self.assertEqual(self.answer(ticket)["rating"], 2)
        # The invitation is one mail, opens no ticket, and is not taken for somebody else's word.
        self.assertEqual(len(self.rt.written(ticket, "Correspond")), 1)
        self.assertEqual(self.rt.status(ticket), "resolved")


if __name__ == "__main__":
    missing = connect_rt.install()
    if missing:
        print("SKIPPED: " + missing)
        sys.exit(waypost.SKIPPED)
    unittest.main()
