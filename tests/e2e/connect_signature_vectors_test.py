#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Signatures as the tools make them, where a collection of vectors is at hand: a connector takes each,
and none that is changed, stale or without its header."""

import json
import os
import shutil
import sys
import tempfile
import unittest
import urllib.error
import urllib.request

import waypost

FOLDER = os.environ.get("WAYPOST_TOOL_SAMPLES") or os.path.join(waypost.SOURCE, "..", "shared")
OPEN = os.path.join(FOLDER, "platforms", "open", "samples", "SIGNATURE_VECTORS.json")
SAAS = os.path.join(FOLDER, "platforms", "saas", "samples", "signature_vectors.json")

# How each tool signs, as receive: signature: of a profile.
SCHEMES = {
    "zammad": {"algorithm": "hmac-sha1", "header": "X-Hub-Signature", "prefix": "sha1="},
    "glpi": {"algorithm": "hmac-sha256", "header": "X-GLPI-signature", "signed": ["body", "timestamp"],
             "timestamp": {"header": "X-GLPI-timestamp", "form": "unix"}},
    "redmine": {"algorithm": "hmac-sha256", "header": "X-Redmine-Signature-256", "prefix": "sha256="},
    "chatwoot": {"algorithm": "hmac-sha256", "header": "X-Chatwoot-Signature", "prefix": "sha256=",
                 "signed": ["timestamp", ".", "body"],
                 "timestamp": {"header": "X-Chatwoot-Timestamp", "form": "unix"}},
    "freescout": {"algorithm": "hmac-sha1", "header": "X-FreeScout-Signature", "encoding": "base64"},
    "jira": {"algorithm": "hmac-sha256", "header": "X-Hub-Signature", "prefix": "sha256="},
    "zendesk": {"algorithm": "hmac-sha256", "header": "X-Zendesk-Webhook-Signature",
                "encoding": "base64", "signed": ["timestamp", "body"],
                "timestamp": {"header": "X-Zendesk-Webhook-Signature-Timestamp", "form": "rfc3339"}},
    "servicenow": {"algorithm": "hmac-sha256", "header": "X-Journey-Signature", "encoding": "base64"},
}
CHALLENGE = {"algorithm": "hmac-sha256", "parameter": "crc_token", "text": "validate_cra_challenge"}
# Longer ago than any vector was made.
ALL_TIMES = "87600h"


def read_vectors():
    """The vectors as (platform, secret, headers, body), and the challenge as one of them has it."""
    vectors, challenge = [], None
    with open(OPEN, encoding="utf-8") as file:
        for one in json.load(file)["vectors"]:
            if one["platform"] == "glpi-cra-challenge":
                challenge = one
                continue
            with open(os.path.join(os.path.dirname(OPEN), one["body_file"]), "rb") as body:
                vectors.append((one["platform"], one["secret"], one["headers"], body.read()))
    with open(SAAS, encoding="utf-8") as file:
        for one in json.load(file):
            headers = {one["header"]: one["value"]}
            if "timestamp_header" in one:
                headers[one["timestamp_header"]] = one["timestamp"]
            vectors.append((one["platform"], one["secret"], headers, one["body"].encode()))
    return vectors, challenge


def send(url, body=None, headers=None):
    request = urllib.request.Request(url, data=body, method="GET" if body is None else "POST",
                                     headers={"Content-Type": "application/json", **(headers or {})})
    try:
        with urllib.request.urlopen(request, timeout=waypost.SECONDS) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, ""


def flipped(value):
    """The header's value with one bit of the signature changed, coded as it was."""
    at = value.index("=") + 1 if value.startswith("sha") else 0
    return value[:at] + ("1" if value[at] == "0" else "0") + value[at + 1:]


class SignatureVectorsTest(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="waypost-vectors-")
        self.addCleanup(shutil.rmtree, self.folder)
        self.vectors, self.challenge = read_vectors()

    def profile(self, name, receive):
        path = os.path.join(self.folder, name + ".yaml")
        with open(path, "w", encoding="utf-8") as file:
            json.dump({"apiVersion": "waypost/v1", "kind": "connector-profile", "name": name,
                       "receive": receive,
                       "events": [{"event": {"event_id": "payload.id", "occurred_at": "received_at"}}]},
                      file)
        return path

    def connector(self, name, receive, secret):
        os.environ["WAYPOST_TEST_" + name.upper().replace("-", "_")] = secret
        return {"name": name, "profile": self.profile(name, receive),
                "webhook": {"authentication": "signature",
                            "secret": "env:WAYPOST_TEST_" + name.upper().replace("-", "_")}}

    def start(self, connectors):
        config = os.path.join(self.folder, "connect.yaml")
        with open(config, "w", encoding="utf-8") as file:
            json.dump({"apiVersion": "waypost/v1", "kind": "connector-config", "listen": "127.0.0.1:0",
                       "sidecar": f"unix:{self.folder}/nobody.sock",
                       "data": os.path.join(self.folder, "data"), "connectors": connectors}, file)
        server = waypost.Server("connect", "run", config)
        server.address = server.wait_for(r"^waypost: ready webhooks=(\S+)$").group(1)
        return server

    def test_each_is_taken_and_none_that_is_changed_stale_or_without_its_header(self):
        connectors = []
        for number, (platform, secret, _, _) in enumerate(self.vectors):
            scheme = SCHEMES[platform]
            connectors.append(self.connector(f"any-{number}", {"signature": {
                **scheme, **({"tolerance": ALL_TIMES} if "timestamp" in scheme else {})}}, secret))
            connectors.append(self.connector(f"now-{number}", {"signature": scheme}, secret))
        taken = refused = 0
        with self.start(connectors) as connect:
            for number, (platform, _, headers, body) in enumerate(self.vectors):
                scheme, url = SCHEMES[platform], f"{connect.address}/hooks/any-{number}"
                with self.subTest(f"{number} {platform}"):
                    self.assertEqual(send(url, body, headers)[0], 202)
                    taken += 1
                    wrong = [(url, body + b" ", headers)]
                    if body:
                        wrong.append((url, bytes([body[0] ^ 1]) + body[1:], headers))
                    wrong.append((url, body, {**headers, scheme["header"]:
                                              flipped(headers[scheme["header"]])}))
                    for name in {scheme["header"], scheme.get("timestamp", scheme)["header"]}:
                        wrong.append((url, body, {k: v for k, v in headers.items() if k != name}))
                    if "timestamp" in scheme:
                        wrong.append((url.replace("any-", "now-"), body, headers))
                    for where, what, how in wrong:
                        self.assertEqual(send(where, what, how)[0], 401, (where, how))
                        refused += 1
            connect.stop()
            connect.__exit__()
            log = "".join(connect.errors)
        self.assertEqual(taken, len(self.vectors))
        self.assertEqual(log.count("A webhook was refused"), refused)
        for _, secret, headers, body in self.vectors:
            self.assertNotIn(secret, log)
            for name, value in headers.items():
                self.assertFalse("sign" in name.lower() and len(value) > 20 and value in log, name)
            self.assertTrue(len(body) < 20 or body.decode()[:20] not in log)
        print(f"{taken} vectors taken, {refused} that were changed, stale or bare refused")

    def test_the_challenge_is_answered_for_who_knows_the_secret_alone(self):
        glpi = self.connector("glpi", {"signature": SCHEMES["glpi"], "challenge": CHALLENGE},
                              self.challenge["secret"])
        plain = self.connector("plain", {"signature": SCHEMES["glpi"]}, self.challenge["secret"])
        token = self.challenge["request"].split("crc_token=")[1]
        with self.start([glpi, plain]) as connect:
            url = f"{connect.address}/hooks/glpi?crc_token="
            self.assertEqual(send(url + token), (200, self.challenge["expected_response_body"]))
            self.assertEqual(send(url + "0" * 64)[0], 401)
            self.assertEqual(send(url)[0], 401)
            self.assertEqual(send(f"{connect.address}/hooks/glpi")[0], 405)
            self.assertEqual(send(f"{connect.address}/hooks/plain?crc_token={token}")[0], 405)
            connect.stop()
            connect.__exit__()
            log = "".join(connect.errors)
        self.assertEqual(log.count("A challenge was refused"), 2)
        self.assertNotIn(self.challenge["secret"], log)


if __name__ == "__main__":
    if not (os.path.exists(OPEN) and os.path.exists(SAAS)):
        print("SKIPPED: no vectors are here; WAYPOST_TOOL_SAMPLES names their folder")
        sys.exit(waypost.SKIPPED)
    unittest.main()
