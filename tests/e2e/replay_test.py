# SPDX-License-Identifier: Apache-2.0
"""waypost replay, map and explain over files, without a running sidecar."""

import html.parser
import json
import os
import tempfile
import unittest

import waypost

MAPPING = """apiVersion: waypost/v1
kind: event-mapping
delimiter: ";"
order: %s
unknown: ["-"]
tables:
  category: {New: new, Done: resolved, "*": open}
event:
  event_id: row.Id + "/" + string(line)
  source: '"table"'
  occurred_at: {column: At, layout: "%%d/%%m/%%Y %%H:%%M", zone: Europe/Berlin}
  ticket:
    ref: row.Id
    status: row.State
    status_category: tables.category[row.State]
    group: row["Team name"]
    channel: '"phone"'
    requester: {id: row.Who}
    custom_fields: {site: row.Site}
"""

TABLE = """Id;At;State;Team name;Who;Site
A;2/3/2026 09:00;New;Desk;ana;"Bonn; Nord"
A;2/3/2026 10:00;Work;Net;-;-
B;2/3/2026 09:30;New;Desk;bob;-
A;2/3/2026 11:00;Work;Desk;-;-
A;2/3/2026 10:30;Done;Desk;-;-
C;32/3/2026 10:30;Done;Desk;cy;-
"""


EVENT = {"eventId": "e1", "source": "s", "occurredAt": "2026-03-02T09:00:00Z",
         "ticket": {"ref": "T1", "type": "incident", "requester": {"id": "ana"}}}


class ReplayTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name

    def write(self, name, text):
        path = os.path.join(self.folder, name)
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        return path

    def replay(self, order, *arguments, text=TABLE):
        mapping = self.write("t.mapping.yaml", MAPPING % order)
        result = waypost.run("replay", "--rules", waypost.RULES, "--mapping", mapping,
                             "--output", "json", *arguments, "-", stdin=text)
        self.assertEqual(result.returncode, 0, result.stderr)
        return json.loads(result.stdout)

    def test_table_in_time_order(self):
        report = self.replay("time")
        self.assertEqual((report["events"], report["tickets"], report["persons"]), (5, 2, 2))
        self.assertEqual(report["rejected"], 1)
        self.assertEqual(report["rejections"][0]["line"], 7)
        self.assertIn("occurred_at: \"32/3/2026 10:30\" is not of the form",
                      report["rejections"][0]["reason"])
        self.assertEqual(report["movedInTime"], 1)
        self.assertEqual(report["late"], 0)
        self.assertEqual(report["derived"]["created"]["count"], 2)
        self.assertEqual(report["derived"]["assigned"]["count"], 2)
        self.assertEqual(report["journeys"]["bounces"], 1)
        self.assertEqual(report["derived"]["resolved"]["count"], 1)

    def test_table_in_file_order(self):
        report = self.replay("file")
        self.assertEqual((report["events"], report["movedInTime"], report["late"]), (5, 0, 1))

    def test_per_ticket(self):
        path = os.path.join(self.folder, "tickets.csv")
        self.replay("time", "--per-ticket", path)
        with open(path, encoding="utf-8") as file:
            lines = file.read().splitlines()
        self.assertTrue(lines[0].startswith("source,ref,events,derived_created,"))
        self.assertTrue(lines[0].endswith(",reassignments,bounces,reopens"))
        self.assertRegex(lines[1], r"^table,A,4,.*,2,1,0$")

    def test_nothing_playable(self):
        result = waypost.run("replay", "--rules", waypost.RULES, "-", stdin='{"eventId": ""}\nnot json\n')
        self.assertEqual(result.returncode, 1)
        self.assertIn("could be played: all were rejected", result.stderr)

    def test_a_report_that_cannot_be_written_is_told_before_the_replay(self):
        path = os.path.join(self.folder, "none", "tickets.csv")
        result = waypost.run("replay", "--rules", waypost.RULES, "--per-ticket", path, "-",
                             stdin=json.dumps(EVENT) + "\n")
        self.assertEqual(result.returncode, 1)
        self.assertIn(f"cannot write {path}", result.stderr)
        self.assertEqual(result.stdout, "")

    def test_text_report(self):
        mapping = self.write("t.mapping.yaml", MAPPING % "time")
        table = self.write("t.csv", "\ufeff" + TABLE.replace("\n", "\r\n"))
        result = waypost.run("replay", "--rules", waypost.RULES, "--mapping", mapping, table)
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertIn("Replayed 5 events of 2 tickets and 2 persons in ", result.stdout)
        self.assertIn("Where users stand", result.stdout)

    def test_a_table_that_is_not_utf_8(self):
        mapping = self.write("t.mapping.yaml", MAPPING % "file")
        path = os.path.join(self.folder, "latin.csv")
        with open(path, "w", encoding="latin-1") as file:
            file.write(TABLE.replace("Net;", "R\u00e9seau;"))
        result = waypost.run("replay", "--rules", waypost.RULES, "--mapping", mapping, path)
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertIn("line 3: column Team name: byte 0xe9 is not UTF-8 (convert the file: "
                      "iconv -f windows-1252 -t utf-8)\n", result.stdout)
        self.assertIn("rejected 2,", result.stdout)
        for coding, header, said in [
                ("latin-1", TABLE.replace("Who", "Qu\u00ed"),
                 "line 1: column 5: byte 0xed is not UTF-8 (convert the file: iconv -f windows-1252 "),
                ("utf-16", TABLE, "byte 0xff is not UTF-8 (convert the file: iconv -f utf-16 ")]:
            with self.subTest(coding):
                with open(path, "w", encoding=coding) as file:
                    file.write(header)
                result = waypost.run("replay", "--rules", waypost.RULES, "--mapping", mapping, path)
                self.assertEqual(result.returncode, 3)
                self.assertIn(said, result.stderr)

    def test_columns_of_one_name(self):
        mapping = self.write("t.mapping.yaml", MAPPING % "file")
        for header, said in [("Id;At;State;Team name;State;Site", True),
                             ("Id;At;State;Team name;Who;Site;;", False)]:
            with self.subTest(header):
                table = header + "\n" + "".join(
                    row + ";" * (header.count(";") - 5) + "\n" for row in TABLE.splitlines()[1:3])
                result = waypost.run("replay", "--rules", waypost.RULES, "--mapping", mapping, "-",
                                     stdin=table)
                self.assertEqual(result.returncode, 3 if said else 0, result.stderr)
                self.assertEqual('line 1: the columns 3 and 5 are both named "State"'
                                 in result.stderr, said)

    def test_texts_of_others_cannot_steer_the_terminal(self):
        event = {**EVENT, "source": "my\u009b2J\u202e",
                 "ticket": {**EVENT["ticket"], "type": "odd", "channel": "\u001b[2J"}}
        hostile = {**EVENT, "eventId": "e2", "occurredAt": "\u001b]0;owned\u0007"}
        result = waypost.run("replay", "--rules", waypost.RULES, "-",
                             stdin=json.dumps(event) + "\n" +
                             json.dumps(hostile, ensure_ascii=False) + "\n")
        self.assertRegex(result.stdout, r"(?m)^my\\x9b2J\\u202e +created +\\x1b\[2J +1$")
        self.assertNotRegex(result.stdout + result.stderr,
                            "[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]")

    def test_counts_of_one_and_of_none(self):
        result = waypost.run("replay", "--rules", waypost.RULES, "-", stdin=json.dumps(EVENT) + "\n")
        self.assertIn("Replayed 1 event of 1 ticket and 1 person in ", result.stdout)
        result = waypost.run("replay", "--rules", waypost.RULES, "-", stdin="")
        self.assertIn("Replayed 0 events of 0 tickets and 0 persons", result.stdout)
        self.assertIn("unmapped 0, rule errors 0\n", result.stdout)
        path = self.write("one.ndjson", json.dumps(EVENT) + "\n")
        drawn = waypost.run("map", "--rules", waypost.RULES, "--replay", path)
        self.assertIn("journey map, 1 journey\n", drawn.stdout)
        self.assertRegex(drawn.stdout, r" 1x +1 journey( |\n)")
        self.assertNotIn("1 journeys", drawn.stdout)
        page = waypost.run("map", "--rules", waypost.RULES, "--replay", path, "--format", "html")
        self.assertIn("1 time in 1 journey<", page.stdout)
        self.assertIn("view of 1 journey.", page.stdout)

    def test_a_word_that_is_no_value(self):
        event = {**EVENT, "ticket": {**EVENT["ticket"], "statusCategory": "open"}}
        result = waypost.run("replay", "--rules", waypost.RULES, "-", stdin=json.dumps(event) + "\n")
        self.assertIn('line 1: not a ticket event: ticket.status_category: "open" is not one of '
                      "STATUS_CATEGORY_NEW, ", result.stdout)
        self.assertIn('; did you mean "STATUS_CATEGORY_OPEN"?\n', result.stdout)

    def test_a_column_that_is_not_there(self):
        mapping = self.write("t.mapping.yaml", MAPPING % "time")
        result = waypost.run("replay", "--rules", waypost.RULES, "--mapping", mapping, "-",
                             stdin=TABLE.replace("State", "Staet"))
        self.assertEqual(result.returncode, 3)
        self.assertRegex(result.stderr, r"t\.mapping\.yaml:\d+:13: error: the file has no column "
                                        r'"State"; did you mean "Staet"\?')

    def test_a_table_needs_a_mapping(self):
        table = self.write("t.csv", TABLE)
        result = waypost.run("replay", "--rules", waypost.RULES, table)
        self.assertEqual(result.returncode, 3)
        self.assertIn("--mapping", result.stderr)

    def test_events_as_json(self):
        events = [
            {"eventId": "1", "source": "s", "occurredAt": "2026-03-02T09:00:00Z",
             "ticket": {"ref": "T", "type": "incident", "requester": {"id": "ana"}}},
            {"eventId": "1", "source": "s", "occurredAt": "2026-03-02T09:00:00Z",
             "ticket": {"ref": "T", "type": "incident", "requester": {"id": "ana"}}},
            {"eventId": "2", "source": "s", "occurredAt": "2026-03-02T09:00:00Z",
             "ticket": {"ref": "U"}},
            {"eventId": "1", "source": "s", "occurredAt": "2026-03-02T09:00:00Z",
             "ticket": {"ref": "V", "requester": {"id": "ana"}}},
        ]
        text = "\n".join(map(json.dumps, events)) + "\nnot an event\n"
        result = waypost.run("replay", "--rules", waypost.RULES, "--output", "json", "-",
                             stdin=text)
        report = json.loads(result.stdout)
        self.assertEqual((report["events"], report["duplicates"], report["rejected"]), (1, 1, 3))
        self.assertEqual([r["line"] for r in report["rejections"]], [3, 4, 5])
        self.assertIn("of another ticket", report["rejections"][1]["reason"])

    def test_explains_why_no_journey_applies(self):
        event = {**EVENT, "ticket": {**EVENT["ticket"], "type": "problem"}}
        file = self.write("one.ndjson", json.dumps(event) + "\n")
        result = waypost.run("explain", "--rules", waypost.RULES, "--replay", file, "--event", "e1")
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertRegex(result.stdout, r'get-something-new +user +false .*"problem" against "request"')
        self.assertIn("Touchpoints: none is asked, because no journey of the rules applies",
                      result.stdout)

    def test_explains_why_nobody_was_asked(self):
        closed = {"eventId": "e2", "source": "s", "occurredAt": "2026-03-02T10:00:00Z",
                  "actor": {"role": "ACTOR_ROLE_SYSTEM"},
                  "ticket": {"ref": "T1", "statusCategory": "STATUS_CATEGORY_CLOSED"}}
        file = self.write("two.ndjson", json.dumps(EVENT) + "\n" + json.dumps(closed) + "\n")
        arguments = ["explain", "--rules", waypost.RULES, "--replay", file, "--ticket", "s/T1"]
        result = waypost.run(*arguments)
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertIn("Surveys of the journey as they stand now\n  T1  csat not sent: AUTO_CLOSED, "
                      "The tool closed the ticket by itself; nobody had resolved it.", result.stdout)
        self.assertRegex(result.stdout, r"(?m)^satisfaction +gated .*AUTO_CLOSED")
        surveys = json.loads(waypost.run(*arguments, "--output", "json").stdout)["surveys"]
        self.assertEqual([survey["reasonCode"] for survey in surveys], ["AUTO_CLOSED"])

    def test_explains_what_time_brought(self):
        created = {**EVENT, "ticket": {**EVENT["ticket"], "channel": "email"}}
        resolved = {"eventId": "e2", "source": "s", "occurredAt": "2026-03-02T10:00:00Z",
                    "actor": {"role": "ACTOR_ROLE_AGENT", "id": "sam"},
                    "ticket": {"ref": "T1", "statusCategory": "STATUS_CATEGORY_RESOLVED"}}
        wrote = {"eventId": "e3", "source": "s", "occurredAt": "2026-03-02T12:00:00Z",
                 "actor": {"role": "ACTOR_ROLE_CUSTOMER"}, "ticket": {"ref": "T1"},
                 "comment": {"body": "And the printer?", "visibility": "VISIBILITY_BOTH"}}
        closed = {**resolved, "eventId": "e4", "occurredAt": "2026-03-05T10:00:00Z",
                  "ticket": {"ref": "T1", "statusCategory": "STATUS_CATEGORY_CLOSED"}}
        file = self.write("four.ndjson", "".join(
            json.dumps(event) + "\n" for event in [created, resolved, wrote, closed]))
        arguments = ["explain", "--rules", waypost.RULES, "--replay", file, "--ticket", "s/T1"]
        result = waypost.run(*arguments)
        self.assertEqual(result.returncode, 0, result.stderr)
        why = "NEW_WORD_FROM_CUSTOMER closed: The person wrote or called after the ticket was closed."
        self.assertRegex(result.stdout, rf"(?m)^satisfaction +gated .*yaml:[0-9:]+ +{why}$")
        self.assertEqual(result.stdout.count("csat not sent: NEW_WORD_FROM_CUSTOMER"), 1,
                         "said once, when it was due")
        self.assertIn("MERGED passed: ", waypost.run(*arguments, "--all").stdout)

    def test_explain_names_the_line_that_it_could_not_read(self):
        file = self.write("bad.ndjson", '{"event_id": 7\n')
        result = waypost.run("explain", "--rules", waypost.RULES, "--replay", file, "--event", "e1")
        self.assertEqual(result.returncode, 1)
        self.assertIn("there is no such event", result.stderr)
        self.assertIn("line 1 could not be read: not a ticket event", result.stderr)

    def test_explains_an_event_of_a_file(self):
        mapping = self.write("t.mapping.yaml", MAPPING % "time")
        table = self.write("t.csv", TABLE)
        arguments = ["explain", "--rules", waypost.RULES, "--mapping", mapping, "--replay", table]
        result = waypost.run(*arguments, "--event", "A/5")
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertRegex(result.stdout, r"(?m)^ping-pong +fired")
        self.assertRegex(result.stdout,
                         r"(?m)^many-hand-overs +false .*journey\.reassignments >= 3  \(2 against 3\)")
        result = waypost.run(*arguments, "--ticket", "table/A", "--output", "json")
        self.assertEqual(json.loads(result.stdout)["eventId"], "A/6")
        self.assertEqual(waypost.run(*arguments, "--event", "none").returncode, 1)


class Outline(html.parser.HTMLParser):
    """Whether every element is closed in order, and what the page asks from elsewhere."""

    VOID = {"meta", "br", "link", "img"}

    def __init__(self):
        super().__init__()
        self.open, self.outside, self.text = [], [], ""

    def handle_starttag(self, tag, attrs):
        self.outside += [value for name, value in attrs if name in ("src", "href")]
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag, tag

    def handle_data(self, data):
        self.text += data


class MapTest(unittest.TestCase):
    def map(self, *arguments, channel="phone"):
        events = [
            {"eventId": "1", "source": "s", "occurredAt": "2026-03-02T09:00:00Z",
             "actor": {"id": "ana"}, "signal": {"name": "login_failed", "channel": channel}},
            {"eventId": "2", "source": "s", "occurredAt": "2026-03-02T09:10:00Z",
             "ticket": {"ref": "T", "type": "incident", "channel": "phone",
                        "requester": {"id": "ana"}}},
        ]
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "events.ndjson")
            with open(path, "w", encoding="utf-8") as file:
                file.write("\n".join(map(json.dumps, events)))
            result = waypost.run("map", "--rules", waypost.RULES, "--replay", path, *arguments)
        self.assertEqual(result.returncode, 0, result.stderr)
        return result.stdout

    def test_text(self):
        text = self.map()
        self.assertIn("the user's journey map, 1 journey\n", text)
        self.assertRegex(text, r"\nexplore\n  phone  log-in-failed  touchpoint  access-manager"
                               r"  1x  1 journey  -1\.0 inferred\n")

    def test_mermaid(self):
        text = self.map("--format", "mermaid")
        self.assertTrue(text.startswith("journey\n  title Service desk (user)\n  section explore\n"))
        self.assertIn("    log-in-failed by phone 1x (inferred): 2: access-manager\n", text)

    def test_html(self):
        text = self.map("--format", "html", channel="<script>\"'&")
        page = Outline()
        page.feed(text)
        self.assertEqual(page.open, [])
        self.assertEqual(page.outside, [])
        self.assertNotIn("<script", text)
        self.assertIn("<script>\"'&", page.text)
        self.assertIn('<span class="inferred bad">-1.0 inferred</span>', text)

    def test_other_roles(self):
        self.assertIn("the customer's journey map", self.map("--role", "customer"))


if __name__ == "__main__":
    unittest.main()
