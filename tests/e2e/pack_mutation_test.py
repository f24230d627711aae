# SPDX-License-Identifier: Apache-2.0
"""Every feature of the shipped pack has a story that fails when the feature is switched off."""

import json
import os
import shutil
import tempfile
import unittest

import waypost

# What is switched off: (file, text, replaced by), and a story that must fail, with what is missing
# or too much.
MUTATIONS = [
    ("quiet hours", "40-updates.yaml", '  quiet_hours: "20:00-07:00"\n', "",
     "At night only what is urgent is sent; the rest waits for the morning", "update received"),
    ("the person's own night", "40-updates.yaml", "20:00-07:00", "04:00-05:00",
     "The night is the person's own", "update received"),
    ("the cap of a ticket", "40-updates.yaml", "updates_per_ticket_per_day: 3",
     "updates_per_ticket_per_day: 30",
     "Three messages about a ticket in a day; the fourth waits", "update open-again"),
    ("the interval of a ticket", "40-updates.yaml", "update_interval: 4h", "update_interval: 1m",
     "News of the parent is told, but not beyond the caps", "update parent-has-news"),
    ("the cap of a person", "40-updates.yaml", "updates_per_person_per_day: 5",
     "updates_per_person_per_day: 50",
     "Five messages in a day, the rest in one the next day", "update received"),
    ("the attention budget", "40-updates.yaml", "messages_per_person_per_week: 15",
     "messages_per_person_per_week: 150",
     "A week's attention goes to promises before other news", "update parent-has-news"),
    ("the merge window", "40-updates.yaml", "merge_window: 10m", "merge_window: 1s",
     "Changes within ten minutes are told at once", "update we-need-you"),
    ("the desk's own message", "40-updates.yaml", "tool_message_window: 15m",
     "tool_message_window: 1s", "A change that the desk tells itself is not told twice",
     "update we-need-you"),
    ("the first entry", "40-updates.yaml", "      once: status\n", "",
     "A question is told when it is asked for the first time", "update we-need-you"),
    ("the warning of a promise", "40-updates.yaml", "warn_share: 0.2", "warn_share: 0",
     "A promise asks for patience once, then for real news, and then it is broken",
     "update still-on-it"),
    ("the window of expectations", "40-updates.yaml", "expect.known ? ' Eight", "expect.known && false ? ' Eight",
     "Who waits is told how long such tickets take, where that is known", "still-on-it"),
    ("the silence of expectations", "40-updates.yaml", "expect.known ? ' Acht",
     "expect.known || true ? ' Acht", "Likewise in German", "still-on-it"),
    ("the broken promise", "40-updates.yaml", "on: promise_broken", "on: feedback",
     "A promise asks for patience once, then for real news, and then it is broken",
     "alert promise-broken"),
    ("business hours of silence", "00-organisation.yaml", 'mon-fri: "08:00-18:00"',
     'mon-sun: "00:00-24:00"', "The night does not count, and neither does the weekend",
     "update keep-posted"),
    ("summer time", "00-organisation.yaml", "timezone: Europe/London", "timezone: UTC",
     "A promise over the weekend of summer time is an hour shorter", "update received"),
    ("the clock of P1", "40-updates.yaml", "{P1: 24x7, default: desk}", "desk",
     "A major incident is told about by its own clock, day and night", "update received"),
    ("silence", "40-updates.yaml", "after_silence: {P1: 30m, P2: 2h, P3: 8h, default: 24h}",
     "on: feedback", "Eight hours after the desk's last word a P3 is told of",
     "update keep-posted"),
    ("the sign of life", "40-updates.yaml", "after_silence: {P1: 4h,", "after_silence: {P1: 5h,",
     "A major incident is told about by its own clock, day and night", "update not-forgotten"),
    ("the business hours of a survey's delay", "50-surveys.yaml", "default: 8 business hours",
     "default: 8h", "What is solved on Friday afternoon is asked about on Monday",
     "survey satisfaction"),
    ("the delay of chats", "50-surveys.yaml", "chat: 15m, ", "",
     "Whoever chats is asked within the quarter of an hour", "survey satisfaction"),
    ("quiet hours for surveys", "40-updates.yaml", '  quiet_hours: "20:00-07:00"\n', "",
     "Nobody is asked in the evening, but on the next morning", "survey satisfaction"),
    ("the cool-down", "50-surveys.yaml", "cooldown: 14d", "cooldown: 0d",
     "Two weeks between two surveys, whatever they are about", "survey satisfaction"),
    ("the end of an invitation", "50-surveys.yaml", "expires: 7d", "expires: 5d",
     "Eight business hours after the solution the person is asked, and after seven days no more",
     "survey satisfaction"),
    ("the sample", "50-surveys.yaml", "sample: 1.0", "sample: 0",
     "Eight business hours after the solution the person is asked, and after seven days no more",
     "survey satisfaction"),
    ("exclusions", "50-surveys.yaml", 'ticket.channel in ["monitoring", "api"]',
     'ticket.channel in ["robot"]', "Neither machines nor what monitoring reports are asked",
     "survey satisfaction"),
    ("the closing of what was not resolved", "50-surveys.yaml", "on: [resolved, closed]",
     "on: resolved", "Whoever chats is asked within the quarter of an hour",
     "survey satisfaction"),
    ("the cool-down of customers", "50-surveys.yaml", "cooldown: 90d", "cooldown: 1h",
     "The customer behind several requesters is asked once in a quarter", "survey relationship"),
    ("the customer", "50-surveys.yaml", "role: customer, recipient: 'ticket.custom_fields[\"customer_id\"]', ", "",
     "The customer behind several requesters is asked once in a quarter", "survey relationship"),
    ("the delay of customers", "50-surveys.yaml", "delay: 1 business day", "delay: 15m",
     "What comes back before the survey is not asked of the customer",
     "survey relationship"),
    ("low scores", "50-surveys.yaml", 'event.sentiment == "negative"',
     'event.sentiment == "positive"',
     "A low score is a task for the owner of what was asked about", "alert low-score"),
    ("the dark time of P1 and P2", "30-alerts.yaml", "after_silence: {P1: 30m, P2: 2h}",
     "on: feedback", "A P2 in the dark alerts after two hours",
     "alert dark-time"),
    ("the end of an alert about silence", "30-alerts.yaml",
     "      owner: incident-manager\n      until: *answered\n", "      owner: incident-manager\n",
     "News from the desk resolves it, and the next silence alerts anew", "resolved dark-time"),
    ("the kind of alerts about silence", "30-alerts.yaml", "kind: silence", "kind: darkness",
     "One alert about silence is open at a time; a broken promise takes the place of the warning",
     "the rule dark-time raised an alert"),
    ("the kind of hand-overs", "30-alerts.yaml", "kind: hand-overs\n      severity: critical",
     "kind: handed-around\n      severity: critical",
     "Many hand-overs are told once, five of them in place of three", "resolved many-hand-overs"),
    ("the end of a broken promise", "40-updates.yaml",
     "      severity: critical\n      until: *answered\n", "      severity: critical\n",
     "An owner is reminded of a broken promise once a business week, until somebody writes",
     "resolved promise-broken"),
    ("the repetition of a broken promise", "40-updates.yaml", "repeat: 5 business days",
     "repeat: 9 business days",
     "An owner is reminded of a broken promise once a business week, until somebody writes",
     "alert promise-broken"),
    ("the repetition of ping-pong", "30-alerts.yaml",
     'text: "{{ticket.ref}} is back with', 'repeat: 2d\n      text: "{{ticket.ref}} is back with',
     "Who goes on handing it over is told again the day after", "alert ping-pong"),
    ("the cap of alerts", "40-updates.yaml", "alerts_per_ticket_per_day: 3",
     "alerts_per_ticket_per_day: 30",
     "A fourth warning about a ticket in a day waits for the next", "alert reopened"),
    ("the hold of a stopped clock", "30-alerts.yaml", "    for: 15m\n", "",
     "A question soon after the clock was stopped is a reason", "alert stopped-near-target"),
    ("the question before a stopped clock", "30-alerts.yaml",
     'journey.waiting_since - duration("15m"))', 'journey.waiting_since + duration("15m"))',
     "A question just before the clock was stopped is a reason, and so is time enough",
     "the rule stopped-near-target raised an alert"),
    ("the last tenth before the target", "30-alerts.yaml", ".getSeconds() * 10 <=",
     ".getSeconds() * 1 <=", "A question just before the clock was stopped is a reason, and so is "
     "time enough", "the rule stopped-near-target raised an alert"),
    ("the end of a chaser", "30-alerts.yaml", "until: &answered '", "until: &answered 'false && ",
     "A chaser that is answered is over", "resolved chaser"),
    ("repeat contacts", "30-alerts.yaml", "journey.repeats >= 1", "journey.repeats >= 100",
     "The same matter after six days is a repeat contact, after eight it is not",
     "alert repeat-contact"),
    ("ping-pong", "30-alerts.yaml", "journey.bounces >= 1", "journey.bounces >= 100",
     "A ticket that goes back and forth is told of, whatever its parent", "alert ping-pong"),
]


class PackMutationTest(unittest.TestCase):
    def run_mutated(self, name, old, new):
        """The failed stories by name, each with its differences as one text."""
        with tempfile.TemporaryDirectory() as folder:
            rules = os.path.join(folder, "rules")
            shutil.copytree(waypost.RULES, rules)
            path = os.path.join(rules, name)
            with open(path, encoding="utf-8") as file:
                text = file.read()
            self.assertIn(old, text)
            with open(path, "w", encoding="utf-8") as file:
                file.write(text.replace(old, new))
            result = waypost.run("test", "--output", "json", rules)
            self.assertIn(result.returncode, (0, 4), result.stdout + result.stderr)
            report = json.loads(result.stdout)
        return {story["name"]: " ".join(difference["what"] for step in story["failedSteps"]
                                        for difference in step["differences"])
                for suite in report["suites"] for story in suite["stories"]
                if story.get("failedSteps")}

    def test_each_feature_has_a_story_that_needs_it(self):
        for feature, name, old, new, story, what in MUTATIONS:
            with self.subTest(feature):
                failed = self.run_mutated(name, old, new)
                self.assertIn(story, failed)
                self.assertIn(what, failed[story])


if __name__ == "__main__":
    unittest.main()
