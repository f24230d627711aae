#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The survey page over HTTP: what a person does works, and what nobody should do changes nothing."""

import base64
import concurrent.futures
import http.client
import http.server
import json
import os
import re
import shutil
import socket
import tempfile
import threading
import time
import unittest
import urllib.parse

import survey_desk
import waypost

FORM = "application/x-www-form-urlencoded"
COMMENT = "The proxy & I <3 you"


class SurveyPageCase(unittest.TestCase):
    extra = "max_requests_per_minute: 100000"
    connectors = None

    def setUp(self):
        folder = tempfile.mkdtemp(prefix="waypost-survey-")
        self.addCleanup(shutil.rmtree, folder)
        self.desk = survey_desk.SurveyDesk(folder, self.extra, self.connectors)
        self.addCleanup(self.desk.close)
        self.host, port = self.desk.page[len("http://"):].split(":")
        self.port = int(port)

    def call(self, method, path, body=None, headers=None):
        """Gives status, headers and text."""
        connection = http.client.HTTPConnection(self.host, self.port, timeout=waypost.SECONDS)
        try:
            connection.request(method, path, body=body, headers=headers or {})
            answer = connection.getresponse()
            return answer.status, answer.headers, answer.read().decode()
        finally:
            connection.close()

    def show(self, token, query="", **headers):
        return self.call("GET", f"/survey/{token}{query}", headers=headers)

    def send(self, token, headers=None, **fields):
        fields = {"rating": "4", "comment": COMMENT, "opened": "1", **fields}
        return self.call("POST", f"/survey/{token}", urllib.parse.urlencode(fields),
                         {"Content-Type": FORM, **(headers or {})})


class SurveyPageTest(SurveyPageCase):
    def test_an_answer_is_recorded_once_changed_and_final_at_last(self):
        token = self.desk.token(self.desk.invite("T1"))
        status, headers, page = self.show(token, "?rating=4")
        self.assertEqual(status, 200)
        self.assertIn('value="4" required checked', page)
        opened = re.search(r'name="opened" value="(\d+)"', page).group(1)
        for _ in range(2):  # a double click
            status, _, page = self.send(token, opened=opened, lost_time="30")
            self.assertEqual(status, 200)
            self.assertIn("Thank you!", page)
        answer = self.desk.answer("T1")
        self.assertEqual(answer["rating"], 4)
        self.assertEqual(answer["lostTime"], "1800s")
        self.assertNotIn("changes", answer)
        self.assertIn("You answered 4.", self.show(token)[2])
        for change, rating in enumerate(("2", "3", "4", "5", "1"), 1):
            self.assertEqual(self.send(token, rating=rating, opened=str(change))[0], 200)
            self.assertEqual(self.desk.answer("T1")["changes"], change)
        status, _, page = self.send(token, rating="5", opened="9")
        self.assertEqual(status, 409)
        self.assertIn("You chose 1 on a scale from 1 to 5.", page)
        self.assertEqual(self.desk.answer("T1")["rating"], 1)
        status, _, page = self.show(token)
        self.assertEqual(status, 200)
        self.assertNotIn("<form", page)

    def test_each_kind_and_language_has_its_page(self):
        for kind, language, question in (
                ("csat", "de", "Wie zufrieden sind Sie damit"), ("nps", "en", "How likely are you"),
                ("ces", "de", "leicht gemacht"), ("csat", "en", "How satisfied are you")):
            ref = f"{kind}-{language}"
            token = self.desk.token(self.desk.invite(ref, kind, language))
            page = self.show(token)[2]
            self.assertIn(question, page)
            self.assertIn(f'<html lang="{language}">', page)
            rating = {"csat": 5, "nps": 0, "ces": 7}[kind]
            self.assertEqual(self.send(token, rating=str(rating))[0], 200)
            self.assertEqual(self.desk.answer(ref).get("rating", 0), rating)

    def test_pages_can_neither_be_framed_nor_kept_nor_tell_where_one_came_from(self):
        token = self.desk.token(self.desk.invite("T1"))
        for status, headers, _ in (self.show(token), self.show("forged"), self.send(token),
                                   self.call("GET", "/nothing"), self.call("PUT", "/survey/x")):
            with self.subTest(status):
                self.assertEqual(headers["Cache-Control"], "no-store")
                self.assertEqual(headers["Referrer-Policy"], "no-referrer")
                self.assertEqual(headers["X-Content-Type-Options"], "nosniff")
                self.assertEqual(headers["X-Frame-Options"], "DENY")
                policy = headers["Content-Security-Policy"]
                self.assertIn("default-src 'none'", policy)
                self.assertIn("frame-ancestors 'none'", policy)
                self.assertNotIn("script", policy)
        status, headers, _ = self.call("GET", "/survey/style.css")
        self.assertEqual((status, headers["Content-Type"]), (200, "text/css; charset=utf-8"))

    def test_nothing_that_was_typed_is_lost_while_the_sidecar_is_away(self):
        token = self.desk.token(self.desk.invite("T1"))
        self.desk.sidecar.stop()
        self.desk.sidecar.__exit__()
        self.assertEqual(self.show(token)[0], 200)
        status, headers, page = self.send(token, lost_time="120")
        self.assertEqual((status, headers["Retry-After"]), (503, "30"))
        self.assertIn("The proxy &amp; I &lt;3 you</textarea>", page)
        self.assertIn('value="4" required checked', page)
        self.assertIn('<option value="120" selected>', page)
        self.desk.sidecar = self.desk.start_sidecar()
        deadline = time.monotonic() + waypost.SECONDS
        while (status := self.send(token, lost_time="120")[0]) == 503 and time.monotonic() < deadline:
            time.sleep(1)  # as a person does; a link is not for more than 30 requests a minute
        self.assertEqual(status, 200)
        self.assertEqual(self.desk.answer("T1")["rating"], 4)
        self.assertIn("could not be recorded", self.desk.log())
        self.assertNotIn("proxy", self.desk.log())
        self.assertNotIn(token, self.desk.log())

    def test_a_survey_tool_of_the_desks_own_posts_its_answers(self):
        survey = self.desk.invite("T1")
        host, port = self.desk.webhooks[len("http://"):].split(":")
        connection = http.client.HTTPConnection(host, int(port), timeout=waypost.SECONDS)
        connection.request("POST", "/hooks/desk", json.dumps({
            "id": "answer-1", "time": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
            "type": "feedback", "source": "desk", "ticket": {"ref": "T1"},
            "feedback": {"survey_id": survey["id"], "rating": 2, "lost_minutes": 15}}))
        self.assertEqual(connection.getresponse().status, 202)
        connection.close()
        deadline = time.monotonic() + waypost.SECONDS
        while self.desk.answer("T1") is None and time.monotonic() < deadline:
            time.sleep(0.05)
        self.assertEqual(self.desk.answer("T1")["rating"], 2)
        self.assertIn("You answered 2.", self.show(self.desk.token(survey))[2])


class HostileSurveyTest(SurveyPageCase):
    def unchanged(self, ref):
        """A function that fails when anything about the ticket has changed since."""
        before = self.desk.journey(ref), self.desk.survey(ref)

        def check(what):
            self.assertEqual((self.desk.journey(ref), self.desk.survey(ref)), before, what)
        return check

    def test_opening_a_link_never_votes(self):
        token = self.desk.token(self.desk.invite("T1"))
        check = self.unchanged("T1")
        for method in ("GET", "HEAD"):
            for query in ("", "?rating=1", "?rating=1&opened=1&comment=x", "?rating=99", "?lang=de"):
                self.assertEqual(self.call(method, f"/survey/{token}{query}")[0], 200)
        # A scanner that sends a body along.
        self.assertEqual(self.call("GET", f"/survey/{token}", "rating=1&opened=1",
                                   {"Content-Type": FORM})[0], 200)
        for method in ("PUT", "PATCH", "DELETE", "OPTIONS"):
            status, headers, _ = self.call(method, f"/survey/{token}", "rating=1&opened=1",
                                           {"Content-Type": FORM})
            self.assertEqual((method, status), (method, 405))
            self.assertEqual(headers["Allow"], "GET, HEAD, POST")
        for name in ("X-HTTP-Method-Override", "X-Method-Override"):
            self.assertEqual(self.call("GET", f"/survey/{token}?rating=1", headers={name: "POST"})[0], 200)
        check("opened")

    def test_a_token_that_was_forged_or_altered_is_good_for_nothing(self):
        survey = self.desk.invite("T1")
        token = self.desk.token(survey)
        check = self.unchanged("T1")
        raw = base64.urlsafe_b64decode(token + "=" * (-len(token) % 4))
        forged = []
        for bit in range(0, 8 * len(raw), 3):
            flipped = bytearray(raw)
            flipped[bit // 8] ^= 1 << (bit % 8)
            forged.append(base64.urlsafe_b64encode(bytes(flipped)).decode().rstrip("="))
        forged += [token[:-1], token + "A", token + "=", token.upper(), "A" * 8000, "%00", "..%2f",
                   self.desk.token(survey, secret="another secret of somebody else"),
                   self.desk.token(survey, version=2),
                   base64.urlsafe_b64encode(raw[:-16]).decode().rstrip("=")]
        for token in forged:
            self.assertEqual(self.send(token)[0], 404, token)
            self.assertEqual(self.show(token)[0], 404, token)
        self.assertEqual(self.send("A" * 9000)[0], 414)
        check("forged")
        self.assertNotIn(survey["id"], self.desk.log())

    def test_a_token_is_good_for_its_own_survey_alone(self):
        first, second = self.desk.invite("T1"), self.desk.invite("T2")
        checks = [self.unchanged("T1"), self.unchanged("T2")]
        # Signed with the right secret, as a connector of another desk might.
        for changes in ({"ref": "T2"}, {"survey_id": second["id"]}, {"source": "other"},
                        {"tenant": "acme"}, {"survey_id": "s-0000"}, {"ref": "T9"}):
            self.assertEqual(self.send(self.desk.token(first, **changes))[0], 404, changes)
        # The scale is the survey's, whatever the token says.
        self.assertEqual(self.send(self.desk.token(first, kind=2), rating="9")[0], 400)
        for kind in (0, 4, 200):
            self.assertEqual(self.send(self.desk.token(first, kind=kind), rating="1")[0], 404)
        for check in checks:
            check("of another survey")

    def test_an_answer_that_is_sent_again_changes_nothing(self):
        token = self.desk.token(self.desk.invite("T1"))
        self.assertEqual(self.send(token, rating="2", opened="1")[0], 200)
        self.assertEqual(self.send(token, rating="5", opened="2")[0], 200)
        check = self.unchanged("T1")
        for _ in range(10):
            status, _, page = self.send(token, rating="2", opened="1")
            self.assertEqual(status, 200)
            self.assertIn("you chose 5.", page)  # what counts, not what was sent
        check("replayed")

    def test_nobody_votes_after_the_end(self):
        token = self.desk.token(self.desk.invite("T1", "brief"))
        deadline = time.monotonic() + waypost.SECONDS
        while (self.desk.survey("T1")["outcome"] != "SURVEY_OUTCOME_EXPIRED"
               and time.monotonic() < deadline):
            time.sleep(0.1)
        check = self.unchanged("T1")
        self.assertEqual(self.send(token)[0], 410)
        self.assertEqual(self.show(token)[0], 410)
        # A token that claims more time than the survey has.
        longer = self.desk.token(self.desk.survey("T1"), expires_at=time.time() + 86400)
        self.assertEqual(self.send(longer)[0], 410)
        check("late")
        old = self.desk.token(self.desk.invite("T2"), expires_at=time.time() - 90000)
        check = self.unchanged("T2")
        self.assertEqual(self.send(old)[0], 410)
        self.assertEqual(self.show(old)[0], 410)
        check("with an old link")

    def test_what_is_no_answer_is_refused_with_a_page(self):
        token = self.desk.token(self.desk.invite("T1"))
        check = self.unchanged("T1")
        path = f"/survey/{token}"
        for what, expected, body, headers in (
                ("no rating", 400, "opened=1", {}),
                ("off the scale", 400, "rating=6&opened=1", {}),
                ("below the scale", 400, "rating=0&opened=1", {}),
                ("no number", 400, "rating=five", {}),
                ("twice", 400, "rating=1&rating=5", {}),
                ("a code cut off", 400, "rating=4&comment=%C", {}),
                ("no UTF-8", 400, b"rating=4&comment=\xff\xfe", {}),
                ("no UTF-8 in a code", 400, "rating=4&comment=%ff", {}),
                ("a long comment", 400, "rating=4&comment=" + "x" * 2001, {}),
                ("a large body", 413, "rating=4&comment=" + "x" * 50_000, {}),
                ("a giant body", 413, "rating=4&comment=" + "x" * 3_000_000, {}),
                ("JSON", 415, '{"rating": 4}', {"Content-Type": "application/json"}),
                ("text", 415, "rating=4", {"Content-Type": "text/plain"}),
                ("parts", 415, "--b\r\nContent-Disposition: form-data; name=\"rating\"\r\n\r\n4\r\n"
                 "--b--\r\n", {"Content-Type": "multipart/form-data; boundary=b"}),
                ("another site, said by the browser", 403, "rating=4", {"Sec-Fetch-Site": "cross-site"}),
                ("another site", 403, "rating=4", {"Origin": "https://evil.example"}),
                ("a site with a name like ours", 403, "rating=4",
                 {"Origin": "https://feedback.example.evil.example"})):
            try:
                status, _, page = self.call("POST", path, body, {"Content-Type": FORM, **headers})
            except ConnectionError:
                self.assertEqual(what, "a giant body")  # it is not heard to its end
                continue
            self.assertEqual((what, status), (what, expected))
            self.assertIn("<h1>", page)
        check("no answer")

    def test_markup_stays_text(self):
        ref = '"><script>alert(1)</script>'
        token = self.desk.token(self.desk.invite(ref))
        for page in (self.show(token)[2], self.show(token, "?rating=<script>&lang=<script>")[2],
                     self.send(token, rating="", comment="</textarea><script>", lang="<script>")[2]):
            self.assertNotIn("<script", page)
            self.assertIn("IT &lt;Service&gt; Desk", page)

    def test_odd_requests_do_not_end_the_page(self):
        token = self.desk.token(self.desk.invite("T1"))
        check = self.unchanged("T1")
        for raw in (b"\x00" * 100, b"GET /survey/\xff HTTP/1.1\r\n\r\n", b"POST /survey/x HTTP/1.1\r\n",
                    b"POST /survey/" + token.encode() + b" HTTP/1.1\r\nContent-Type: " + FORM.encode()
                    + b"\r\nContent-Length: 99999999999999999999\r\n\r\nrating=1",
                    b"POST /survey/" + token.encode() + b" HTTP/1.1\r\nContent-Type: " + FORM.encode()
                    + b"\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nrating=1"):
            with socket.create_connection((self.host, self.port), timeout=waypost.SECONDS) as odd:
                odd.sendall(raw)
                odd.shutdown(socket.SHUT_WR)
                try:
                    while odd.recv(65536):
                        pass
                except ConnectionError:
                    pass
        check("odd")
        self.assertEqual(self.send(token)[0], 200)


class FloodTest(SurveyPageCase):
    extra = "trusted_proxies: [127.0.0.1]"

    def vote(self, token, number, address):
        body = f"rating={number % 5 + 1}&opened={number}"
        request = (f"POST /survey/{token} HTTP/1.1\r\nHost: x\r\nContent-Type: {FORM}\r\n"
                   f"X-Forwarded-For: {address}\r\nContent-Length: {len(body)}\r\n\r\n{body}")
        with socket.create_connection((self.host, self.port), timeout=waypost.SECONDS) as connection:
            connection.sendall(request.encode())
            return int(connection.recv(65536).split(b" ", 2)[1])

    def test_ten_thousand_votes_at_once_from_one_address_change_no_more_than_one_person_may(self):
        token = self.desk.token(self.desk.invite("T1"))
        other = self.desk.token(self.desk.invite("T2"))
        statuses = {}
        begun = time.monotonic()
        with concurrent.futures.ThreadPoolExecutor(32) as pool:
            for status in pool.map(lambda number: self.vote(token, number, "203.0.113.5"),
                                   range(10_000)):
                statuses[status] = statuses.get(status, 0) + 1
        seconds = time.monotonic() - begun
        print(f"10,000 votes in {seconds:.1f} s: {statuses}")
        self.assertLessEqual(set(statuses), {200, 409, 429})
        minutes = 1 + seconds / 60
        self.assertEqual(statuses[200], 6)  # one answer and five changes
        self.assertLessEqual(statuses.get(409, 0), 30 * minutes)
        answer = self.desk.answer("T1")
        self.assertEqual(answer["changes"], 5)
        # Somebody else is not held up.
        self.assertEqual(self.vote(other, 1, "203.0.113.6"), 200)
        self.assertNotIn("changes", self.desk.answer("T2"))
        self.assertLess(self.desk.log().count("\n"), 10)

    def test_a_flood_under_invented_addresses_still_opens_a_link_only_so_often(self):
        token = self.desk.token(self.desk.invite("T1"))
        with concurrent.futures.ThreadPoolExecutor(16) as pool:
            statuses = list(pool.map(
                lambda number: self.vote(token, number, f"10.{number % 200}.{number // 200}.7"),
                range(500)))
        self.assertEqual(statuses.count(200), 6)
        self.assertGreater(statuses.count(429), 400)

    def test_headers_of_a_visitor_do_not_make_others_of_them(self):
        token = self.desk.token(self.desk.invite("T1"))
        statuses = [self.vote("forged" + token, number, f"9.9.9.{number}, 203.0.113.5")
                    for number in range(150)]
        self.assertEqual(set(statuses), {404, 429})
        self.assertGreater(statuses.count(429), 20)


class Tool(http.server.BaseHTTPRequestHandler):
    """A Request Tracker that takes what is written to tickets."""

    written = []

    def do_POST(self):  # pylint: disable=invalid-name
        body = self.rfile.read(int(self.headers["Content-Length"]))
        Tool.written.append((self.path, json.loads(body)))
        self.send_response(201)
        self.send_header("Content-Type", "application/json")
        self.end_headers()
        self.wfile.write(b"[]")

    def log_message(self, *_):
        pass


class LinkTest(SurveyPageCase):
    def setUp(self):
        Tool.written.clear()
        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Tool)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        self.addCleanup(server.server_close)
        self.addCleanup(server.shutdown)
        os.environ["WAYPOST_TEST_TOOL_SECRET"] = "x"
        self.connectors = f"""  - name: desk
    profile: request-tracker
    settings: {{base_url: "http://127.0.0.1:{server.server_address[1]}"}}
    webhook: {{authentication: none}}
    write: {{secret: env:WAYPOST_TEST_TOOL_SECRET}}"""
        super().setUp()

    def test_the_invitation_that_is_written_to_the_ticket_leads_to_the_page(self):
        self.desk.invite("4711", "csat", "de")
        deadline = time.monotonic() + waypost.SECONDS
        while not Tool.written and time.monotonic() < deadline:
            time.sleep(0.05)
        path, body = Tool.written[0]
        self.assertEqual(path, "/REST/2.0/ticket/4711/correspond")
        link = re.search(r"https://feedback\.example(/survey/\S+)", body["Content"]).group(1)
        status, _, page = self.call("GET", link)
        self.assertEqual(status, 200)
        self.assertIn("Zu Ihrem Anliegen 4711", page)
        self.assertEqual(self.send(link[len("/survey/"):], rating="5")[0], 200)
        self.assertEqual(self.desk.answer("4711")["rating"], 5)


if __name__ == "__main__":
    unittest.main()
