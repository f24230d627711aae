#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Every shipped profile checks, its fixtures pass, and they cover what the tool tells.

Prints a table of platforms and canonical events.
"""

import glob
import json
import os
import unittest

import waypost

CONNECTORS = os.path.join(waypost.SOURCE, "connectors")
PROFILES = sorted(os.path.basename(os.path.dirname(path))
                  for path in glob.glob(os.path.join(CONNECTORS, "*", "profile.yaml")))

# What an event of a fixture shows. A change needs two snapshots; the fixture's name then says which
# it is.
EVENTS = {
    "created": lambda name, event: event.get("type") == "EVENT_TYPE_CREATED" or category(event) == "NEW",
    "assigned": lambda name, event: bool(assignee(event).get("id")),
    "unassigned": lambda name, event: "assignee" in event.get("ticket", {}) and not assignee(event),
    "waiting": lambda name, event: category(event).startswith("WAITING"),
    "resumed": lambda name, event: "resumed" in name and category(event) in ("OPEN", "NEW"),
    "resolved": lambda name, event: category(event) == "RESOLVED",
    "closed": lambda name, event: category(event) == "CLOSED",
    "reopened": lambda name, event: "reopened" in name and category(event) in ("OPEN", "NEW"),
    "canceled": lambda name, event: category(event) == "CANCELED",
    "priority": lambda name, event: "priority" in name and "priority" in event.get("ticket", {}),
    "customer comment": lambda name, event: commented(event, "BOTH") and role(event) == "CUSTOMER",
    "agent comment": lambda name, event: commented(event, "BOTH") and role(event) in ("AGENT", ""),
    "internal note": lambda name, event: commented(event, "PROVIDER"),
    "own act": lambda name, event: role(event) == "WAYPOST",
    "merged": lambda name, event: (event.get("type") == "EVENT_TYPE_MERGED"
                                   or bool(event.get("ticket", {}).get("mergedIntoRef"))),
    "parent": lambda name, event: bool(event.get("ticket", {}).get("parentRef")),
    "deleted": lambda name, event: event.get("type") == "EVENT_TYPE_DELETED",
    "approvals": lambda name, event: event.get("type", "").startswith("EVENT_TYPE_APPROVAL"),
    "feedback": lambda name, event: event.get("type") == "EVENT_TYPE_FEEDBACK",
    "due": lambda name, event: "slaDueAt" in event.get("ticket", {}),
}

# What a tool does not tell, as its profile's README says.
NOT_OFFERED = {
    "freshservice": {"merged", "parent", "approvals", "feedback", "canceled"},
    "glpi": {"merged", "parent", "feedback", "canceled", "due"},
    "itop": {"merged"},
    "jira-service-management": {"feedback", "due"},
    "request-tracker": {"parent", "deleted", "approvals", "feedback", "closed"},
    "servicenow": {"feedback"},
    "zammad": {"parent", "deleted", "approvals", "feedback", "canceled"},
    "zendesk": {"approvals"},
    "znuny": {"parent", "approvals", "feedback"},
}


def category(event):
    return event.get("ticket", {}).get("statusCategory", "")[len("STATUS_CATEGORY_"):]


def assignee(event):
    return event.get("ticket", {}).get("assignee", {})


def role(event):
    return event.get("actor", {}).get("role", "")[len("ACTOR_ROLE_"):]


def commented(event, visibility):
    return event.get("comment", {}).get("visibility") == "VISIBILITY_" + visibility


def fixtures(profile):
    """The profile's fixtures as (name, expected)."""
    for path in sorted(glob.glob(os.path.join(CONNECTORS, profile, "fixtures", "*.expected.json"))):
        with open(path, encoding="utf-8") as file:
            yield os.path.basename(path)[:-len(".expected.json")], json.load(file)


def covered(profile):
    """Which canonical events the profile's fixtures show."""
    return {event for name, expected in fixtures(profile) for told in expected.get("events", [])
            for event, shows in EVENTS.items() if shows(name, told)}


class ConnectProfilesTest(unittest.TestCase):
    def test_each_profile_has_nothing_to_report(self):
        for profile in PROFILES:
            with self.subTest(profile):
                done = waypost.run("connect", "check", os.path.join(CONNECTORS, profile))
                self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
                self.assertIn("nothing to report", done.stdout)

    def test_each_profiles_fixtures_pass(self):
        for profile in PROFILES:
            with self.subTest(profile):
                done = waypost.run("connect", "test", os.path.join(CONNECTORS, profile))
                self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
                self.assertRegex(done.stdout, r"[1-9]\d* fixtures? passed, 0 failed")

    def test_each_tool_has_a_readme_and_its_fixtures_cover_what_it_tells(self):
        for profile in PROFILES:
            if profile == "generic":
                continue
            with self.subTest(profile):
                self.assertTrue(os.path.exists(os.path.join(CONNECTORS, profile, "README.md")))
                self.assertTrue(os.listdir(os.path.join(CONNECTORS, profile, "setup")))
                self.assertGreaterEqual(len(list(fixtures(profile))), 10)
                self.assertEqual(set(EVENTS) - covered(profile), NOT_OFFERED[profile])

    def test_the_readme_names_every_profile(self):
        with open(os.path.join(CONNECTORS, "README.md"), encoding="utf-8") as file:
            text = file.read()
        for profile in PROFILES:
            self.assertTrue(f"[{profile}]({profile}/README.md)" in text, profile)


def print_table():
    width = max(map(len, EVENTS))
    names = [profile for profile in PROFILES if profile in NOT_OFFERED]
    print(" " * width, *names)
    for event in EVENTS:
        print(event.ljust(width),
              *(("works" if event in covered(name) else "-").ljust(len(name)) for name in names))
    print("fixtures".ljust(width),
          *(str(len(list(fixtures(name)))).ljust(len(name)) for name in names))


if __name__ == "__main__":
    print_table()
    unittest.main()
