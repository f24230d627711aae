# SPDX-License-Identifier: Apache-2.0
"""Jira Service Management, Zendesk, Freshservice and ServiceNow as their documentation shows them."""

import base64
import hashlib
import hmac
import html
import re
import time
import uuid

from tool_simulator import Person, Refused, Tool


def millis(at):
    return int(at.timestamp() * 1000)


def zulu(at):
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")


def text_of(markup):
    return html.unescape(re.sub(r"<[^>]*>", "", markup.replace("<br>", "\n")))


class Jira(Tool):
    profile = "jira-service-management"
    settings = {"user": "712020:waypost"}
    webhook = "authentication: signature"
    customer = Person("qm:1:ana", "Ana Roth", False)
    agent = Person("712020:ben", "Ben Okafor", True)
    STATUSES = {"new": ("Waiting for support", "new"), "open": ("In progress", "indeterminate"),
                "waiting": ("Waiting for customer", "indeterminate"), "resolved": ("Resolved", "done")}
    GROUP_FIELD = "customfield_10001"
    FIELD_IDS = {"status": "status", "assignee": "assignee", "priority": "priority", "group": GROUP_FIELD}
    settings = {**settings, "group_field": GROUP_FIELD}

    def ref_of(self, number):
        return f"HELP-{number}"

    def sign(self, body):
        mac = hmac.new(self.webhook_secret.encode(), body, hashlib.sha256).hexdigest()
        return {"X-Hub-Signature": "sha256=" + mac}

    def user(self, person):
        kind = "atlassian" if person.agent else "customer"
        return {"accountId": person.id, "displayName": person.name, "accountType": kind, "active": True}

    def issue(self, ticket, short=False):
        name, category = self.STATUSES[ticket.status]
        fields = {
            "summary": ticket.subject, "issuetype": {"name": "[System] Incident"},
            "project": {"key": "HELP", "name": "IT Help", "projectTypeKey": "service_desk"},
            "priority": {"name": {"normal": "Medium", "high": "High"}[ticket.priority]},
            "status": {"name": name, "statusCategory": {"key": category}},
            "assignee": self.user(ticket.assignee) if ticket.assignee else None}
        if not short:
            fields.update({"reporter": self.user(ticket.requester), self.GROUP_FIELD: {"name": ticket.group},
                           "updated": self.time(ticket.updated_at)})
        return {"id": str(ticket.number), "key": ticket.ref, "fields": fields}

    def time(self, at):
        return at.strftime("%Y-%m-%dT%H:%M:%S.") + f"{at.microsecond // 1000:03d}+0000"

    def hook(self, event, at, **parts):
        return [({"timestamp": millis(at), "webhookEvent": event, **parts},
                 {"X-Atlassian-Webhook-Identifier": str(uuid.uuid4())})]

    def created(self, ticket, by):
        initial = [{"field": "status", "fieldId": "status", "from": None, "to": "1", "fromString": None,
                    "toString": "Waiting for support"}]
        return self.hook("jira:issue_created", ticket.created_at, user=self.user(by),
                         issue=self.issue(ticket), changelog={"id": f"{ticket.number}0", "items": initial})

    def changed(self, ticket, by, before):
        items = [{"field": name, "fieldId": self.FIELD_IDS[name], "from": "0", "to": "1",
                  "fromString": str(old), "toString": str(getattr(ticket, name))}
                 for name, old in before.items()]
        return self.hook("jira:issue_updated", ticket.updated_at, user=self.user(by),
                         issue=self.issue(ticket),
                         changelog={"id": f"{ticket.number}{ticket.changes}", "items": items})

    def comment(self, comment):
        return {"id": str(comment.id), "author": self.user(comment.by), "body": comment.text,
                "created": self.time(comment.at), "jsdPublic": comment.public}

    def said(self, ticket, comment):
        return self.hook("comment_created", comment.at, comment=self.comment(comment),
                         issue=self.issue(ticket, short=True))

    def too_many(self):
        return Refused(429, {"errorMessages": ["Rate limit exceeded"]},
                       {"Retry-After": "1", "RateLimit-Reason": "jira-per-issue-on-write"})

    def call(self, method, path, query, body):
        if method == "POST" and path[:3] == ["rest", "servicedeskapi", "request"]:
            # Without `public` it would be public.
            comment = self.say(self.find(path[3]), self.us, body["body"], body.get("public", True))
            return 201, {"id": str(comment.id), "body": comment.text, "public": comment.public}
        if method == "GET" and path[:4] == ["rest", "api", "2", "issue"]:
            comments = reversed(self.find(path[4]).comments)
            return 200, {"comments": [self.comment(comment) for comment in comments]}
        raise Refused(404)


class Zendesk(Tool):
    profile = "zendesk"
    settings = {"user": "9001"}
    webhook = "authentication: signature"
    customer = Person("5001", "Ana Roth", False)
    agent = Person("9002", "Ben Okafor", True)
    STATUSES = {"new": "NEW", "open": "OPEN", "waiting": "PENDING", "resolved": "SOLVED", "closed": "CLOSED"}
    TYPES = {"status": "status_changed", "group": "group_assignment_changed",
             "assignee": "agent_assignment_changed", "priority": "priority_changed"}

    def ref_of(self, number):
        return str(number)

    def sign(self, body):
        at = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
        mac = hmac.new(self.webhook_secret.encode(), at.encode() + body, hashlib.sha256).digest()
        return {"X-Zendesk-Webhook-Signature": base64.b64encode(mac).decode(),
                "X-Zendesk-Webhook-Signature-Timestamp": at}

    def hook(self, kind, ticket, by, event):
        detail = {"id": ticket.ref, "actor_id": by.id, "requester_id": ticket.requester.id,
                  "assignee_id": ticket.assignee.id if ticket.assignee else None,
                  "group_id": ticket.group, "status": self.STATUSES[ticket.status],
                  "priority": ticket.priority.upper(), "subject": ticket.subject, "type": "INCIDENT",
                  "created_at": zulu(ticket.created_at), "updated_at": zulu(ticket.updated_at),
                  "custom_status": "1", "tags": [], "via": {"channel": "mail"}}
        at = ticket.updated_at.strftime("%Y-%m-%dT%H:%M:%S.%f") + "123Z"
        return ({"account_id": 1, "id": str(uuid.uuid4()), "time": at, "subject": "zen:ticket:" + ticket.ref,
                 "type": "zen:event-type:ticket." + kind, "detail": detail, "event": event},
                {"X-Zendesk-Webhook-Id": "01H"})

    def created(self, ticket, by):
        return [self.hook("created", ticket, by, {})]

    def changed(self, ticket, by, before):
        # An event each, and not in their order.
        return [self.hook(self.TYPES[name], ticket, by, {"previous": None, "current": None})
                for name in sorted(before, reverse=True)]

    def comment(self, comment):
        return {"id": str(comment.id), "body": comment.text, "is_public": comment.public,
                "author": {"id": comment.by.id, "is_staff": comment.by.agent, "name": comment.by.name}}

    def said(self, ticket, comment):
        return [self.hook("comment_added", ticket, comment.by, {"comment": self.comment(comment)})]

    def call(self, method, path, query, body):
        if method == "PUT" and path[:3] == ["api", "v2", "tickets"]:
            ticket = self.find(path[3].removesuffix(".json"))
            if ticket.status == "closed":
                raise Refused(422, {"error": "RecordInvalid"})
            comment = body["ticket"]["comment"]
            # Without `public` it would be public.
            self.say(ticket, self.us, comment["body"], comment.get("public", True))
            return 200, {"ticket": {"id": ticket.number}, "audit": {}}
        if method == "GET" and path[:3] == ["api", "v2", "tickets"]:
            return 200, {"comments": [
                {"id": comment.id, "author_id": int(comment.by.id), "body": comment.text,
                 "public": comment.public, "created_at": zulu(comment.at)}
                for comment in reversed(self.find(path[3]).comments)]}
        raise Refused(404)


class Freshservice(Tool):
    profile = "freshservice"
    settings = {"user": "27001", "user_name": "Waypost"}
    webhook = "authentication: token, header: X-Waypost-Token"
    customer = Person("5483", "Ana Roth", False)
    agent = Person("320", "Ben Okafor", True)
    STATUSES = {"new": (2, "Open"), "open": (2, "Open"), "waiting": (3, "Pending"),
                "resolved": (4, "Resolved"), "closed": (5, "Closed")}

    def ref_of(self, number):
        return str(number)

    def sign(self, body):
        return {"X-Waypost-Token": self.webhook_secret}

    def hook(self, event, about, by, **parts):
        return [({"account_id": 1, "domain": "desk.freshservice.com", "region": "EU",
                  "timestamp": millis(about.updated_at), "event": event,
                  "data": {"requester": {"id": int(about.requester.id), "name": about.requester.name,
                                         "email": "ana@customers.test", "language": "en"},
                           "actor": {"id": int(by.id), "name": by.name}, **parts}}, {})]

    def ticket(self, ticket, changes=None):
        status, name = self.STATUSES[ticket.status]
        document = {"id": ticket.number, "subject": ticket.subject, "requester_id": int(ticket.requester.id),
                    "group_name": ticket.group, "status": status, "status_name": name, "priority": 2,
                    "responder_id": int(ticket.assignee.id) if ticket.assignee else None,
                    "responder_name": ticket.assignee.name if ticket.assignee else None,
                    "type_name": "Incident", "source": 2, "created_at": zulu(ticket.created_at),
                    "updated_at": zulu(ticket.updated_at)}
        return {**document, **({"changes": changes} if changes else {})}

    def created(self, ticket, by):
        return self.hook("onTicketCreate", ticket, by, ticket=self.ticket(ticket))

    def changed(self, ticket, by, before):
        changes = {}
        if "status" in before:
            old, new = self.STATUSES[before["status"]], self.STATUSES[ticket.status]
            changes.update({"status": [old[0], new[0]], "status_name": [old[1], new[1]]})
        if "group" in before:
            changes["group_name"] = [before["group"], ticket.group]
        document = self.ticket(ticket, changes)
        if "status" in before:  # the ticket beside the change may be as it was
            document["status"], document["status_name"] = self.STATUSES[before["status"]]
        return self.hook("onTicketUpdate", ticket, by, ticket=document)

    def conversation(self, ticket, comment):
        return {"id": comment.id, "ticket_id": ticket.number, "user_id": int(comment.by.id),
                "body": comment.text, "body_text": text_of(comment.text), "private": not comment.public,
                "incoming": not comment.by.agent, "created_at": zulu(comment.at)}

    def said(self, ticket, comment):
        return self.hook("onConversationCreate", ticket, comment.by,
                         conversation=self.conversation(ticket, comment))

    def call(self, method, path, query, body):
        if path[:3] != ["api", "v2", "tickets"] or len(path) != 5:
            raise Refused(404)
        ticket = self.find(path[3])
        if method == "GET" and path[4] == "conversations":
            return 200, {"conversations": [self.conversation(ticket, one) for one in ticket.comments]}
        if method == "POST" and path[4] in ("notes", "reply"):
            public = path[4] == "reply" or not body.get("private", True)
            comment = self.say(ticket, self.us, body["body"], public)
            return 201, {"conversation": self.conversation(ticket, comment)}
        raise Refused(405)


class ServiceNow(Tool):
    profile = "servicenow"
    settings = {"user": "waypost"}
    webhook = "authentication: signature"
    customer = Person("a" * 32, "Ana Roth", False)
    agent = Person("b" * 32, "Ben Okafor", True)
    STATUSES = {"new": ("1", "New"), "open": ("2", "In Progress"), "waiting": ("3", "On Hold"),
                "resolved": ("6", "Resolved"), "closed": ("7", "Closed")}

    def ref_of(self, number):
        return f"INC{number:07d}"

    def sign(self, body):
        at = str(int(time.time()))
        mac = hmac.new(self.webhook_secret.encode(), at.encode() + b"." + body, hashlib.sha256).digest()
        return {"X-Waypost-Timestamp": at,
                "X-Waypost-Signature": "sha256=" + base64.b64encode(mac).decode()}

    def time(self, at):
        return at.strftime("%Y-%m-%d %H:%M:%S")

    def person(self, person):
        return {"sys_id": person.id, "name": person.name, "email": "",
                "user_name": self.settings["user"] if person is self.us else person.id[:4]}

    def sys_id(self, ticket):
        return f"{ticket.number:032x}"

    def hook(self, operation, ticket, by, journal=()):
        state, label = self.STATUSES[ticket.status]
        record = {"sys_id": self.sys_id(ticket), "number": ticket.ref, "sys_class_name": "incident",
                  "short_description": ticket.subject, "state": state,
                  "hold_reason": "1" if ticket.status == "waiting" else "", "priority": "3", "impact": "2",
                  "urgency": "2", "category": "", "subcategory": "", "contact_type": "email",
                  "close_code": "", "opened_at": self.time(ticket.created_at), "sla_due": "",
                  "sys_updated_on": self.time(ticket.updated_at), "sys_mod_count": str(ticket.changes)}
        return [({"schema": "waypost.servicenow.v1", "instance": "dev1", "table": "incident",
                  "operation": operation, "record": record, "state": label, "hold_reason": "",
                  "assignment_group": ticket.group, "business_service": "", "parent": "",
                  "assigned_to": self.person(ticket.assignee) if ticket.assignee else None,
                  "caller": self.person(ticket.requester), "by": self.person(by), "changes": {},
                  "journal": list(journal), "custom_fields": {}}, {})]

    def created(self, ticket, by):
        return self.hook("insert", ticket, by)

    def changed(self, ticket, by, before):
        return self.hook("update", ticket, by)

    def element(self, comment):
        return "comments" if comment.public else "work_notes"

    def said(self, ticket, comment):
        return self.hook("update", ticket, comment.by,
                         [{"element": self.element(comment), "text": comment.text}])

    def too_many(self):
        return Refused(429, {"error": {"message": "Rate limit exceeded"}, "status": "failure"},
                       {"Retry-After": "1", "X-RateLimit-Limit": "100"})

    def call(self, method, path, query, body):
        if path[:3] != ["api", "now", "table"]:
            raise Refused(404)
        table = path[3]
        if method == "GET" and table == "task":
            ref = query["sysparm_query"].removeprefix("number=")
            found = [self.tickets[ref]] if ref in self.tickets else []
            return 200, {"result": [{"sys_id": self.sys_id(ticket), "sys_class_name": "incident",
                                     "number": ticket.ref} for ticket in found]}
        if method == "GET" and table == "sys_journal_field":
            terms = dict(term.split("=") for term in query["sysparm_query"].split("^") if "=" in term)
            ticket = self.by_sys_id(terms["element_id"])
            return 200, {"result": [
                {"value": comment.text, "sys_created_on": self.time(comment.at),
                 "sys_created_by": self.person(comment.by)["user_name"]}
                for comment in reversed(ticket.comments) if self.element(comment) == terms["element"]]}
        if method == "PATCH" and table == "incident":
            ticket = self.by_sys_id(path[4])
            # What it does not know it ignores.
            for element in ("comments", "work_notes"):
                if body.get(element):
                    self.say(ticket, self.us, body[element], element == "comments")
            return 200, {"result": {"sys_id": self.sys_id(ticket)}}
        raise Refused(405)

    def by_sys_id(self, sys_id):
        for ticket in self.tickets.values():
            if self.sys_id(ticket) == sys_id:
                return ticket
        raise Refused(404, {"error": {"message": "No Record found"}})
