# SPDX-License-Identifier: Apache-2.0
"""Hostile requests against the running program over HTTP: each is refused with its reason, changes
nothing, and leaves no personal data in the log."""

import gzip
import http.client
import json
import os
import socket
import tempfile
import unittest

import waypost

RECORD = "/waypost.v1.JourneyService/RecordEvent"
STATUS = "/waypost.v1.AdminService/GetStatus"
LIST = "/waypost.v1.InsightService/ListJourneys"
JSON = "application/json"
# What must never be in a log line.
PERSONAL = ["zoe.quill", "Zoe Quill", "zoe@desk.example", "my password is hunter2"]
MEBIBYTE = 1 << 20


def event(**changes):
    """A good event of a person who is easily found in a log, with some fields changed."""
    good = {"eventId": "e1", "source": "desk", "occurredAt": "2026-03-02T09:00:00Z",
            "ticket": {"ref": "T1", "type": "incident", "subject": "my password is hunter2",
                       "requester": {"id": "zoe.quill", "name": "Zoe Quill",
                                     "email": "zoe@desk.example"}},
            "comment": {"body": "my password is hunter2"}}
    return {**good, **changes}


def ticket(**changes):
    return event(ticket={**event()["ticket"], **changes})


def body(one):
    return json.dumps({"event": one}).encode()


# name, body, reason, fields that the refusal names
BAD_EVENTS = [
    ("empty ids", body(event(eventId="", source="", tenant="", ticket={"ref": ""})),
     "EVENT_INVALID", ["event.event_id", "event.source", "event.ticket.ref"]),
    ("no event", b"{}", "EVENT_INVALID", ["event"]),
    ("10 MiB of comment", body(event(comment={"body": "x" * 10 * MEBIBYTE})),
     "EVENT_TOO_LARGE", ["event"]),
    ("10 MiB of id", body(event(eventId="x" * 10 * MEBIBYTE)), "EVENT_TOO_LARGE", ["event"]),
    ("NUL in ids", body(event(eventId="a\0b", source="\0")), "EVENT_INVALID",
     ["event.event_id", "event.source"]),
    ("year 9999", body(event(occurredAt="9999-12-31T23:59:59Z")), "EVENT_INVALID",
     ["event.occurred_at"]),
    ("year 1969", body(event(occurredAt="1969-12-31T23:59:59Z")), "EVENT_INVALID",
     ["event.occurred_at"]),
    ("unknown enum number", body(event(type=4242)), "EVENT_INVALID", ["event.type"]),
    ("no requester at first", body(event(ticket={"ref": "T9"})), "EVENT_INVALID",
     ["event.ticket.requester.id"]),
    ("too many custom fields", body(ticket(customFields={str(i): "v" for i in range(9999)})),
     "EVENT_INVALID", ["event.ticket.custom_fields"]),
    ("large custom field", body(ticket(customFields={"notes": "x" * 4097})), "EVENT_INVALID",
     ['event.ticket.custom_fields["notes"]']),
    ("invalid UTF-8", body(event()).replace(b"Zoe Quill", b"Zo\xff Quill"), "REQUEST_MALFORMED",
     []),
    ("half a surrogate pair", body(event()).replace(b"Zoe Quill", rb"Zo\ud800"),
     "REQUEST_MALFORMED", []),
    ("year 10000", body(event(occurredAt="10000-01-01T00:00:00Z")), "REQUEST_MALFORMED", []),
    ("no time at all", body(event(occurredAt="zoe.quill")), "REQUEST_MALFORMED", []),
    ("unknown enum name", body(event(type="EVENT_TYPE_ZOE")), "REQUEST_MALFORMED", []),
    ("unknown field", body(event(zoe="Zoe Quill")), "REQUEST_MALFORMED", []),
    ("number beyond all", body(event(type=10 ** 400)), "REQUEST_MALFORMED", []),
    ("deep custom fields",
     body(ticket(customFields={"a": "DEEP"})).replace(b'"DEEP"', b'{"a":' * 9999 + b"1" + b"}" * 9999),
     "REQUEST_MALFORMED", []),
    ("a million brackets", b"[" * 10 ** 6, "REQUEST_MALFORMED", []),
    ("cut off", body(event())[:-20], "REQUEST_MALFORMED", []),
    ("no JSON", b"<event>zoe.quill</event>", "REQUEST_MALFORMED", []),
    ("nothing", b"", "REQUEST_MALFORMED", []),
]

# name, method, path, headers, body, status, reason
BAD_REQUESTS = [
    ("form, as curl sends", "POST", RECORD, {"Content-Type": "application/x-www-form-urlencoded"},
     body(event()), 415, "REQUEST_MALFORMED"),
    ("no content type", "POST", RECORD, {}, body(event()), 415, "REQUEST_MALFORMED"),
    ("multipart without boundary", "POST", RECORD, {"Content-Type": "multipart/form-data"},
     body(event()), 415, "REQUEST_MALFORMED"),
    ("multipart", "POST", RECORD, {"Content-Type": "multipart/form-data; boundary=x"},
     b"--x\r\nContent-Disposition: form-data; name=a\r\n\r\n1\r\n--x--\r\n", 415,
     "REQUEST_MALFORMED"),
    ("17 MiB", "POST", RECORD, {"Content-Type": JSON}, b" " * 17 * MEBIBYTE, 413,
     "REQUEST_MALFORMED"),
    ("17 MiB in chunks", "POST", RECORD, {"Content-Type": JSON},
     (b" " * MEBIBYTE for _ in range(17)), 413, "REQUEST_MALFORMED"),
    ("1 GiB in 1 MiB", "POST", RECORD, {"Content-Type": JSON, "Content-Encoding": "gzip"},
     gzip.compress(bytes(1024 * MEBIBYTE), 1)[:2 * MEBIBYTE], 413, "REQUEST_MALFORMED"),
    ("not the coding it says", "POST", RECORD, {"Content-Type": JSON, "Content-Encoding": "gzip"},
     body(event()), 400, "REQUEST_MALFORMED"),
    ("GET", "GET", RECORD, {}, None, 405, "METHOD_UNKNOWN"),
    ("DELETE", "DELETE", RECORD, {}, None, 405, "METHOD_UNKNOWN"),
    ("unknown method", "POST", "/waypost.v1.JourneyService/Forget", {"Content-Type": JSON}, b"{}",
     404, "METHOD_UNKNOWN"),
    ("unknown path", "POST", "/zoe", {"Content-Type": JSON}, b"{}", 404, "METHOD_UNKNOWN"),
    ("path upwards", "GET", "/../../etc/passwd", {}, None, 404, "METHOD_UNKNOWN"),
    ("encoded path", "GET", "/%2e%2e/%00zoe%ff", {}, None, 404, "METHOD_UNKNOWN"),
    ("long path", "POST", "/" + "a" * 8000, {"Content-Type": JSON}, b"{}", 404, "METHOD_UNKNOWN"),
    ("long range", "POST", RECORD, {"Content-Type": JSON, "Range": "bytes=" + "1-2," * 1900},
     b"{}", 416, "REQUEST_MALFORMED"),
    ("another machine's name", "POST", RECORD, {"Content-Type": JSON, "Host": "evil.example"},
     body(event()), 421, "REQUEST_MALFORMED"),
]

# What is no HTTP request at all, byte by byte.
NO_REQUESTS = [
    b"", b"\0" * 5000, b"\r\n\r\n", b"GET\r\n\r\n", b"POST / HTTP/9.9\r\n\r\n",
    b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", b"GET / HTTP/1.1\r\n" + b"a" * 9000 + b"\r\n\r\n",
    f"POST {RECORD} HTTP/1.1\r\nContent-Length: -1\r\n\r\n".encode(),
    f"POST {RECORD} HTTP/1.1\r\nContent-Length: zoe\r\n\r\n".encode(),
    f"POST {RECORD} HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n".encode(),
    f"POST {RECORD} HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\n".encode(),
]


class HostileTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.server = waypost.serve(os.path.join(folder.name, "data"))
        self.enterContext(self.server)
        self.host, port = self.server.http.removeprefix("http://").split(":")
        self.port = int(port)
        # Something is recorded that a hostile request could change.
        self.assertEqual(self.post(RECORD, body(event(eventId="e0")))[0], 200)
        self.before = self.post(LIST, b"{}")

    def request(self, method, path, content, headers):
        connection = http.client.HTTPConnection(self.host, self.port, timeout=waypost.SECONDS)
        try:
            connection.request(method, path, body=content, headers=headers)
            answer = connection.getresponse()
            return answer.status, json.loads(answer.read())
        finally:
            connection.close()

    def post(self, path, content):
        return self.request("POST", path, content, {"Content-Type": JSON})

    def raw(self, content, end=False):
        """What the server answers to these bytes until it closes; `end`: no more will come."""
        with socket.create_connection((self.host, self.port), timeout=waypost.SECONDS) as one:
            one.sendall(content)
            if end:
                one.shutdown(socket.SHUT_WR)
            received = b""
            try:
                while piece := one.recv(65536):
                    received += piece
            except ConnectionResetError:
                pass
            return received

    def assert_refused(self, answer, status, reason, fields=()):
        details = {detail["type"]: detail["debug"] for detail in answer[1]["details"]}
        self.assertEqual((answer[0], details["google.rpc.ErrorInfo"]),
                         (status, {"reason": reason, "domain": "waypost"}), answer)
        violations = details.get("google.rpc.BadRequest", {}).get("fieldViolations", [])
        self.assertEqual(sorted(one["field"] for one in violations), sorted(fields))

    def assert_nothing_changed(self):
        self.assertEqual(self.post(STATUS, b"{}")[1]["logPosition"], "1")
        self.assertEqual(self.post(LIST, b"{}"), self.before)

    def end(self):
        """The program lives, goes on, ends in order, and logged nothing about the person."""
        self.assert_nothing_changed()
        self.assertEqual(self.post(RECORD, body(event()))[0], 200)
        self.assertEqual(self.server.stop(), 0)
        log = "".join(self.server.errors)
        for text in PERSONAL:
            self.assertNotIn(text, log)

    def test_bad_events(self):
        for name, content, reason, fields in BAD_EVENTS:
            with self.subTest(name):
                self.assert_refused(self.post(RECORD, content), 400, reason, fields)
                self.assert_nothing_changed()
        self.end()

    def test_bad_requests(self):
        for name, method, path, headers, content, status, reason in BAD_REQUESTS:
            with self.subTest(name):
                answer = self.request(method, path, content, headers)
                self.assert_refused(answer, status, reason)
                self.assert_nothing_changed()
        self.end()

    def test_what_is_no_request(self):
        for content in NO_REQUESTS:
            with self.subTest(content[:40]):
                answer = self.raw(content, end=True)
                self.assertFalse(answer.startswith(b"HTTP/1.1 2"), answer)
                self.assert_nothing_changed()
        self.end()

    def test_a_request_within_the_body_of_a_refused_one_is_not_taken(self):
        inner = (f"POST {RECORD} HTTP/1.1\r\nHost: localhost\r\nContent-Type: {JSON}\r\n"
                 f"Content-Length: {len(body(event()))}\r\n\r\n").encode() + body(event())
        for headers in ["Host: evil.example", "Host: localhost\r\nContent-Type: text/plain",
                        "Host: localhost\r\nContent-Type: multipart/form-data"]:
            with self.subTest(headers):
                # The library reads 4 KiB at a time: what it has not read when it refuses is left.
                padding = b" " * (8192 - len(f"POST {RECORD} HTTP/1.1\r\n{headers}\r\n"
                                             "Content-Length: 1234\r\n\r\n"))
                content = padding + inner
                answer = self.raw(f"POST {RECORD} HTTP/1.1\r\n{headers}\r\nContent-Length: "
                                  f"{len(content):04}\r\n\r\n".encode() + content)
                self.assertLessEqual(answer.count(b"HTTP/1.1"), 1)
                self.assert_nothing_changed()
        self.end()

    def test_a_post_without_body_is_answered_at_once(self):
        answer = self.raw(f"POST {STATUS} HTTP/1.1\r\nContent-Type: {JSON}\r\n\r\n".encode())
        self.assertTrue(answer.startswith(b"HTTP/1.1 400"), answer)
        self.end()


if __name__ == "__main__":
    unittest.main()
