#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Webhooks from elsewhere, where a collection of them is at hand, give the events that they mean.

Those of Request Tracker were sent by a real one, the others are from documentation and from
products that read them.
"""

import glob
import json
import os
import sys
import tempfile
import unittest

import waypost

FOLDER = os.environ.get("WAYPOST_TOOL_SAMPLES") or os.path.join(waypost.SOURCE, "..", "shared")
WEBHOOKS = sorted(glob.glob(os.path.join(FOLDER, "rt", "samples", "webhook", "*.json")))

# By folder: the profile, and of each sample what its events show: type, category, visibility of the
# comment, role of the actor. Nothing: it means none. Text: it is refused with these words.
TOLD = {
    "open/samples/zammad": ("zammad", {
        "created": [("", "OPEN", "BOTH", "CUSTOMER")],
        "closed": [("", "RESOLVED", "BOTH", "AGENT")],
        "merged_source": [("MERGED", "CLOSED", "", "AGENT")],
        "reopened_by_customer_email": [("", "OPEN", "BOTH", "CUSTOMER")],
        "updated_agent_public_reply": [("", "OPEN", "BOTH", "AGENT")],
        "updated_internal_note": [("", "OPEN", "PROVIDER", "AGENT")],
        "updated_pending_reminder": [("", "WAITING_ON_CUSTOMER", "", "AGENT")],
        "updated_reassigned": [("", "OPEN", "", "AGENT")],
    }),
    "open/samples/glpi": ("glpi", {
        "webhook_ticket_new": [("CREATED", "NEW", "", "SYSTEM")],
        "webhook_ticket_update_assigned": [("", "OPEN", "", "AGENT")],
        "webhook_ticket_update_pending": [("", "WAITING_ON_CUSTOMER", "", "AGENT")],
        "webhook_ticket_update_solved": [("", "RESOLVED", "", "AGENT")],
        "webhook_ticket_update_closed": [("", "CLOSED", "", "AGENT")],
        "webhook_ticket_delete": [("DELETED", "CLOSED", "", "AGENT")],
        "webhook_itilfollowup_new": [("", "WAITING_ON_CUSTOMER", "BOTH", "AGENT")],
        "webhook_itilfollowup_new_private": [("", "WAITING_ON_CUSTOMER", "PROVIDER", "AGENT")],
        "webhook_itilsolution_new": [("", "RESOLVED", "BOTH", "AGENT")],
    }),
    "open/samples/znuny": ("znuny", {
        "invoker_ArticleCreate_agent_public": [("", "OPEN", "BOTH", "AGENT")],
        "invoker_TicketStateUpdate": [("", "OPEN", "", "")],
        "invoker_TicketStateUpdate_closed": [("", "RESOLVED", "", "")],
    }),
    "open/samples/itop": ("itop", {
        "webhook_rendered_state_enter_resolved": [("", "RESOLVED", "", "SYSTEM")],
        "webhook_rendered_create": "no such key: 'last_update'",
    }),
    "saas/samples/servicenow": ("servicenow", {
        "business_rule_update_state": "no such key: 'instance'",
    }),
    "saas/samples/jira": ("jira-service-management", {
        "issue_created": [("CREATED", "NEW", "", "")],
        "issue_updated_assignee": [("", "NEW", "", "")],
        "issue_updated_unassigned": [("", "NEW", "", "")],
        "issue_updated_priority": [("", "NEW", "", "")],
        "issue_updated_status_in_progress": [("", "OPEN", "", "")],
        "issue_updated_status_resolved": [("", "RESOLVED", "", "")],
        "issue_updated_status_reopened": [("", "NEW", "", "")],
        "issue_deleted": [("DELETED", "NEW", "", "")],
        "comment_created": [("", "NEW", "PROVIDER", "")],
        "comment_updated": [],
        "jsm_issue_created_by_customer": [("CREATED", "NEW", "", "CUSTOMER")],
        "jsm_waiting_for_customer": [("", "WAITING_ON_CUSTOMER", "", "")],
        "jsm_comment_by_customer_public": [("", "WAITING_ON_CUSTOMER", "BOTH", "CUSTOMER")],
        "jsm_comment_by_agent_internal": [("", "WAITING_ON_CUSTOMER", "PROVIDER", "")],
        "jsm_resolved": [("", "RESOLVED", "", "")],
    }),
    "saas/samples/zendesk": ("zendesk", {
        "ticket_created": [("CREATED", "OPEN", "", "CUSTOMER")],
        "ticket_agent_assignment_changed": [("", "OPEN", "", "CUSTOMER")],
        "ticket_comment_added_agent_public": [("", "OPEN", "BOTH", "AGENT")],
        "ticket_priority_changed": [("", "OPEN", "", "CUSTOMER")],
        "ticket_status_changed_pending": [("", "WAITING_ON_CUSTOMER", "", "CUSTOMER")],
        "ticket_status_changed_reopened": [("", "OPEN", "", "CUSTOMER")],
        "ticket_status_changed_solved": [("", "RESOLVED", "", "CUSTOMER")],
        "ticket_merged": [("MERGED", "CLOSED", "", "CUSTOMER")],
        "trigger_webhook_custom_body": "no such key: 'type'",
    }),
    "saas/samples/freshservice": ("freshservice", {
        "app_onTicketUpdate": [("", "RESOLVED", "", "SYSTEM")],
        "workflow_webhook_ticket": [("", "RESOLVED", "", "AGENT")],
        "workflow_webhook_id_only": [],
    }),
}
PLATFORMS = os.path.join(FOLDER, "platforms")


def shown(event):
    """What an event shows, as in TOLD."""
    ticket, comment, actor = (event.get(part, {}) for part in ("ticket", "comment", "actor"))
    return (event.get("type", "")[len("EVENT_TYPE_"):],
            ticket.get("statusCategory", "")[len("STATUS_CATEGORY_"):],
            comment.get("visibility", "")[len("VISIBILITY_"):],
            actor.get("role", "")[len("ACTOR_ROLE_"):])


@unittest.skipUnless(os.path.isdir(PLATFORMS), "no samples of other tools are here")
class SamplesTest(unittest.TestCase):
    def test_each_sample_means_what_it_should(self):
        for folder, (profile, samples) in TOLD.items():
            for name, told in samples.items():
                with self.subTest(folder + "/" + name):
                    path = os.path.join(PLATFORMS, folder, name + ".json")
                    done = waypost.run("connect", "map", "--profile", profile, path)
                    result = json.loads(done.stdout)
                    if isinstance(told, str):
                        self.assertIn(told, result["refused"])
                        continue
                    self.assertEqual([shown(event) for event in result["events"]], told)
                    self.assertEqual(result["unset"], [])


@unittest.skipUnless(WEBHOOKS, "no webhooks of Request Tracker are here")
class RequestTrackerSamplesTest(unittest.TestCase):
    def test_each_webhook_is_mapped_with_nothing_missing(self):
        events = 0
        for path in WEBHOOKS:
            with open(path, encoding="utf-8") as file:
                body = json.load(file)["body"]
            with tempfile.NamedTemporaryFile("w", suffix=".json", encoding="utf-8") as file:
                json.dump(body, file)
                file.flush()
                done = waypost.run("connect", "map", "--profile", "request-tracker", file.name)
            with self.subTest(os.path.basename(path)):
                self.assertEqual(done.returncode, 0, done.stderr)
                result = json.loads(done.stdout)
                self.assertEqual(result["unset"], [])
                events += len(result["events"])
        self.assertGreaterEqual(events, len(WEBHOOKS) - 5)


if __name__ == "__main__":
    if not WEBHOOKS and not os.path.isdir(PLATFORMS):
        print("SKIPPED: no webhooks are here; WAYPOST_TOOL_SAMPLES names their folder")
        sys.exit(waypost.SKIPPED)
    unittest.main()
