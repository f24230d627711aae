# SPDX-License-Identifier: Apache-2.0
"""The gRPC API as grpcurl finds it: reflection, health, calls, errors.

grpcurl is no Debian package: WAYPOST_GRPCURL names it, or it is in the PATH; without it the test is
skipped.
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import unittest

import waypost

GRPCURL = os.environ.get("WAYPOST_GRPCURL") or shutil.which("grpcurl")
EVENT = {"eventId": "1", "source": "desk", "occurredAt": "2026-03-02T09:00:00Z",
         "ticket": {"ref": "T1", "type": "incident", "requester": {"id": "ana"}}}


class GrpcurlTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.server = waypost.serve(os.path.join(folder.name, "data"))
        self.enterContext(self.server)

    def command(self, *arguments):
        return [GRPCURL, "-plaintext", *arguments[:-1], self.server.grpc, *arguments[-1].split()]

    def run_grpcurl(self, *arguments):
        return subprocess.run(self.command(*arguments), capture_output=True, text=True,
                              timeout=waypost.SECONDS, check=False)

    def call(self, method, request):
        result = self.run_grpcurl("-d", json.dumps(request), method)
        self.assertEqual(result.returncode, 0, result.stderr)
        return json.loads(result.stdout)

    def test_reflection_shows_every_service(self):
        services = self.run_grpcurl("list").stdout.split()
        self.assertLessEqual({"grpc.health.v1.Health", "waypost.v1.JourneyService",
                              "waypost.v1.OutboxService", "waypost.v1.InsightService",
                              "waypost.v1.AdminService"},
                             set(services))
        for service in services:
            with self.subTest(service):
                described = self.run_grpcurl(f"describe {service}")
                self.assertIn("service ", described.stdout, described.stderr)

    def test_health(self):
        for service in ["", "waypost.v1.JourneyService"]:
            answer = self.call("grpc.health.v1.Health/Check", {"service": service})
            self.assertEqual(answer, {"status": "SERVING"})
        unknown = self.run_grpcurl("-d", '{"service": "none"}', "grpc.health.v1.Health/Check")
        self.assertIn("Code: NotFound", unknown.stderr)

    def test_a_watch_hears_of_the_end_and_does_not_hold_it_up(self):
        with subprocess.Popen(self.command("grpc.health.v1.Health/Watch"), text=True,
                              stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as watch:
            self.assertEqual([watch.stdout.readline() for _ in range(3)],
                             ["{\n", '  "status": "SERVING"\n', "}\n"])
            self.assertEqual(self.server.stop(), 0)
            self.assertEqual(watch.stdout.read(), '{\n  "status": "NOT_SERVING"\n}\n')

    def test_events_and_journeys(self):
        first = self.call("waypost.v1.JourneyService/RecordEvent", {"event": EVENT})
        batches = {"events": [EVENT, {**EVENT, "eventId": "2"}, {"eventId": "3"}]}
        results = self.call("waypost.v1.JourneyService/RecordEvents", batches)["results"]
        self.assertEqual(results[0]["response"], {**first, "duplicate": True})
        self.assertNotIn("duplicate", results[1]["response"])
        self.assertEqual(results[2]["error"]["code"], 3)
        journey = self.call("waypost.v1.InsightService/GetJourney",
                            {"ticket": {"source": "desk", "ref": "T1"}})["journey"]
        self.assertIn(journey["id"], json.dumps(first))
        self.assertEqual(len(journey["timeline"]), 2)

    def test_errors_have_their_reason_and_fields(self):
        bad = self.run_grpcurl("-d", '{"event": {"eventId": ""}}',
                               "waypost.v1.JourneyService/RecordEvent")
        for text in ["Code: InvalidArgument", "EVENT_INVALID", "event.event_id", "event.source",
                     "event.occurred_at", "event.ticket"]:
            self.assertIn(text, bad.stderr)


if __name__ == "__main__":
    if not GRPCURL:
        print("SKIPPED: grpcurl is not here; WAYPOST_GRPCURL names it")
        sys.exit(waypost.SKIPPED)
    unittest.main()
