# SPDX-License-Identifier: Apache-2.0
"""A ticketing tool that is not there: it has tickets, sends webhooks and takes calls, with the faults
that the tools' documentation tells of. `simulated_tools.py` has the forms of each tool."""

import collections
import datetime
import http.server
import json
import queue
import threading
import time
import urllib.error
import urllib.parse
import urllib.request

SECONDS = 20
ECHO_DELAY = 0.2  # what we write comes back by itself, and later


def now():
    return datetime.datetime.now(datetime.timezone.utc)


class Person:
    """Somebody who acts; `id` is what the tool calls them by."""

    def __init__(self, identifier, name, agent):
        self.id, self.name, self.agent = identifier, name, agent


class Ticket:
    def __init__(self, number, ref, requester):
        self.number, self.ref, self.requester = number, ref, requester
        self.subject = "Payroll portal says \"access denied\""
        self.status, self.group, self.assignee, self.priority = "new", "Service Desk", None, "normal"
        self.created_at = self.updated_at = now()
        self.changes = 0
        self.comments = []


Comment = collections.namedtuple("Comment", "id by text public at")


class Refused(Exception):
    """The tool answers a call with this status, and does nothing."""

    def __init__(self, status, body=None, headers=None):
        super().__init__(status)
        self.status, self.body, self.headers = status, body or {}, headers or {}


class Tool:
    """What all tools have. A subclass says how webhooks look and which calls there are."""

    # To be set: the settings of the profile beside base_url, and how the connector checks webhooks.
    profile = ""
    settings = {}
    webhook = ""

    def __init__(self, webhook_secret, write_secret):
        self.webhook_secret, self.write_secret = webhook_secret, write_secret
        self.lock = threading.RLock()
        self.tickets = {}
        self.us = Person(self.settings["user"], "Waypost", True)
        self.faults = collections.deque()  # of the next calls that write: "429", "500", "broken"
        self.calls = []  # (method, path, status)
        self.hooks = None  # where webhooks go
        self.lose = 0  # so many of the next webhooks get lost
        self.twice = False  # each webhook is sent twice
        self.statuses = collections.Counter()  # what webhooks were answered with
        self._numbers = iter(range(4001, 10**6))
        self._outgoing = queue.Queue()
        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
        self._server.tool = self
        self._server.daemon_threads = True
        self.base_url = f"http://127.0.0.1:{self._server.server_address[1]}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        threading.Thread(target=self._send_webhooks, daemon=True).start()

    def stop(self):
        self._outgoing.put(None)
        self._server.shutdown()
        self._server.server_close()

    # ---- what people do

    def create(self, requester):
        with self.lock:
            number = next(self._numbers)
            ticket = Ticket(number, self.ref_of(number), requester)
            self.tickets[ticket.ref] = ticket
            self._tell(self.created(ticket, requester))
            return ticket

    def change(self, ticket, by, **values):
        time.sleep(0.02)  # people do not act faster
        with self.lock:
            before = {name: getattr(ticket, name) for name in values}
            for name, value in values.items():
                setattr(ticket, name, value)
            self._touch(ticket)
            self._tell(self.changed(ticket, by, before))

    def say(self, ticket, by, text, public=True):
        with self.lock:
            comment = Comment(next(self._numbers), by, text, public, now())
            ticket.comments.append(comment)
            self._touch(ticket)
            webhooks = self.said(ticket, comment)
        if by is self.us:
            threading.Timer(ECHO_DELAY, self._tell, [webhooks]).start()
        else:
            self._tell(webhooks)
        return comment

    def written(self, ticket, public):
        """The texts that the connector has written."""
        with self.lock:
            return [comment.text for comment in ticket.comments
                    if comment.by is self.us and comment.public == public]

    def _touch(self, ticket):
        ticket.changes += 1
        ticket.updated_at = now()

    # ---- webhooks

    def _tell(self, webhooks):
        for webhook in webhooks:
            self._outgoing.put(webhook)

    def idle(self):
        return self._outgoing.unfinished_tasks == 0

    def _send_webhooks(self):
        while True:
            webhook = self._outgoing.get()
            if webhook is None:
                return
            if self.lose > 0:
                self.lose -= 1
            else:
                for _ in range(2 if self.twice else 1):
                    self._send(*webhook)
            self._outgoing.task_done()

    def _send(self, document, headers):
        body = json.dumps(document).encode()
        for _ in range(5):
            request = urllib.request.Request(
                self.hooks, data=body, method="POST",
                headers={"Content-Type": "application/json", **headers, **self.sign(body)})
            try:
                with urllib.request.urlopen(request, timeout=SECONDS) as answer:
                    self.statuses[answer.status] += 1
                    return
            except urllib.error.HTTPError as error:
                self.statuses[error.code] += 1
            except OSError:
                self.statuses[0] += 1
            time.sleep(0.5)

    # ---- calls

    def take(self, method, path, query, headers, body):
        """Answers a call; gives status, document and headers, or None for a broken connection."""
        with self.lock:
            try:
                self.check(headers)
                writes = self.writes(method, path)
                fault = self.faults.popleft() if writes and self.faults else ""
                if fault == "429":
                    raise self.too_many()
                if fault == "500":
                    raise Refused(500)
                answer = self.call(method, path, query, json.loads(body) if body else {})
                self.calls.append((method, "/".join(path), 0 if fault == "broken" else answer[0]))
                return None if fault == "broken" else (*answer, {})
            except Refused as refused:
                self.calls.append((method, "/".join(path), refused.status))
                return refused.status, refused.body, refused.headers

    def check(self, headers):
        if headers.get("Authorization") != "Basic " + self.write_secret:
            raise Refused(401, {"error": "Couldn't authenticate you"})

    def writes(self, method, path):
        return method != "GET"

    def too_many(self):
        return Refused(429, {"error": "rate limit"}, {"Retry-After": "1"})

    def find(self, ref):
        if ref not in self.tickets:
            raise Refused(404, {"error": "not found"})
        return self.tickets[ref]


class _Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def answer(self):
        address = urllib.parse.urlsplit(self.path)
        path = [urllib.parse.unquote(part) for part in address.path.strip("/").split("/")]
        query = {name: values[0] for name, values in urllib.parse.parse_qs(address.query).items()}
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        answer = self.server.tool.take(self.command, path, query, self.headers, body)
        if answer is None:
            self.close_connection = True
            return
        status, document, headers = answer
        text = json.dumps(document).encode()
        self.send_response(status)
        for name, value in {"Content-Type": "application/json", **headers}.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    do_GET = do_POST = do_PUT = do_PATCH = answer

    def log_message(self, *_):
        pass
