# SPDX-License-Identifier: Apache-2.0
"""A sidecar that asks about every ticket at once, and a connector that serves the page of its surveys."""

import base64
import datetime
import hashlib
import hmac
import json
import os
import struct
import urllib.request

import waypost

SECRET = "a secret for the links of this test"
KINDS = {"csat": 1, "nps": 2, "ces": 3}
RULES = """apiVersion: waypost/v1
name: surveys
languages: [en, de]
rules:
""" + "".join(f"""  - id: ask-{name}
    on: resolved
    if: ticket.category == "{name}"
    survey: {{kind: {kind}, cooldown: 0d, expires: {expires}}}
""" for name, kind, expires in (("csat", "csat", "7d"), ("nps", "nps", "7d"), ("ces", "ces", "7d"),
                                ("brief", "csat", "1s")))


def seal(survey_id, kind, ref, expires_at, tenant="default", source="desk", language="",
         secret=SECRET, version=1):
    """The token of a link, made without the program's help."""
    fields = struct.pack(">BBq", version, kind, int(expires_at))
    for text in (tenant, survey_id, source, ref, language):
        fields += struct.pack(">H", len(text.encode())) + text.encode()
    signed = b"".join(b"%d:%s" % (len(part), part) for part in (b"waypost survey link", fields))
    mac = hmac.new(secret.encode(), signed, hashlib.sha256).digest()[:16]
    return base64.urlsafe_b64encode(fields + mac).decode().rstrip("=")


def moment(text):
    """The Unix time of a timestamp as JSON has it, in whole seconds."""
    return datetime.datetime.fromisoformat(text.split(".")[0].rstrip("Z") + "+00:00").timestamp()


class SurveyDesk:
    """Both processes with their data in `folder`. `extra` goes into the page's configuration."""

    def __init__(self, folder, extra="", connectors=None, rules=RULES, listen="127.0.0.1:0"):
        os.environ["WAYPOST_TEST_SURVEY_SECRET"] = SECRET
        self.folder = folder
        self.socket = os.path.join(folder, "sidecar.sock")
        self.rules = os.path.join(folder, "rules.yaml")
        with open(self.rules, "w", encoding="utf-8") as file:
            file.write(rules)
        self.sidecar = self.start_sidecar()
        config = os.path.join(folder, "connect.yaml")
        with open(config, "w", encoding="utf-8") as file:
            file.write(f"""apiVersion: waypost/v1
kind: connector-config
listen: {listen}
sidecar: unix:{self.socket}
data: {folder}/connect
surveys:
  page:
    url: https://feedback.example
    listen: 127.0.0.1:0
    secret: env:WAYPOST_TEST_SURVEY_SECRET
    desk: "IT <Service> Desk"
    {extra}
connectors:
{connectors or '  - {name: desk, profile: generic, webhook: {authentication: none}}'}
""")
        self.connector = waypost.Server("connect", "run", config)
        ready = self.connector.wait_for(r"^waypost: ready webhooks=(\S+) survey-page=(\S+)$")
        self.webhooks, self.page = ready.group(1), ready.group(2)

    def start_sidecar(self):
        server = waypost.Server("serve", "--rules", self.rules, "--data",
                                os.path.join(self.folder, "sidecar"), "--listen",
                                "unix:" + self.socket, "--http", "127.0.0.1:0")
        server.http = server.wait_for(r"^waypost: ready grpc=\S+ http=(\S+)$").group(1)
        return server

    def close(self):
        self.connector.__exit__()
        self.sidecar.__exit__()

    def ask(self, method, **body):
        request = urllib.request.Request(
            f"{self.sidecar.http}/waypost.v1.{method}", data=json.dumps(body).encode(),
            headers={"Content-Type": "application/json"})
        with urllib.request.urlopen(request, timeout=waypost.SECONDS) as answer:
            return json.load(answer)

    def invite(self, ref, kind="csat", language="en"):
        """Has a ticket resolved; gives the survey that asks about it."""
        now = datetime.datetime.now(datetime.timezone.utc)
        for number, category in enumerate(("NEW", "RESOLVED")):
            at = now - datetime.timedelta(minutes=5 - 5 * number)
            answer = self.ask("JourneyService/RecordEvent", event={
                "eventId": f"{ref}-{number}", "source": "desk",
                "occurredAt": at.strftime("%Y-%m-%dT%H:%M:%SZ"), "actor": {"id": "sam"},
                "ticket": {"ref": ref, "type": "incident", "category": kind, "status": category,
                           "statusCategory": "STATUS_CATEGORY_" + category,
                           "requester": {"id": "person of " + ref, "language": language}}})
        return answer["enrichment"]["surveys"][0]

    def token(self, survey, **changes):
        """The token of a survey's link; `changes` are of the arguments of seal()."""
        return seal(**{"survey_id": survey["id"], "ref": survey["ticketRef"],
                       "kind": KINDS[survey["kind"].split("_")[-1].lower()],
                       "expires_at": moment(survey["expiresAt"]),
                       "language": survey.get("language", ""), **changes})

    def journey(self, ref):
        return self.ask("InsightService/GetJourney", ticket={"source": "desk", "ref": ref})["journey"]

    def survey(self, ref):
        """The survey about a ticket as ListSurveyDecisions tells it."""
        rows = self.ask("InsightService/ListSurveyDecisions", personId="person of " + ref)["surveys"]
        return rows[0]["survey"]

    def answer(self, ref):
        """The answer that counts, or nothing."""
        return self.survey(ref).get("answer")

    def log(self):
        return "".join(self.connector.errors)
