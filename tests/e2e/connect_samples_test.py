#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Webhooks that a real Request Tracker sent, where a collection of them is at hand, give whole events."""

import glob
import json
import os
import sys
import tempfile
import unittest

import waypost

FOLDER = os.environ.get("WAYPOST_TOOL_SAMPLES") or os.path.join(waypost.SOURCE, "..", "shared")
WEBHOOKS = sorted(glob.glob(os.path.join(FOLDER, "rt", "samples", "webhook", "*.json")))


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
    if not WEBHOOKS:
        print("SKIPPED: no webhooks are here; WAYPOST_TOOL_SAMPLES names their folder")
        sys.exit(waypost.SKIPPED)
    unittest.main()
