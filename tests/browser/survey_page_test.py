#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The survey page in Chromium: on a phone, by keyboard, without scripts, in both languages, for everybody.

WAYPOST_SCREENSHOTS names a folder that gets a picture of every page.
"""

import os
import shutil
import subprocess
import sys
import tempfile
import time
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "e2e"))
import survey_desk  # pylint: disable=wrong-import-position
import waypost  # pylint: disable=wrong-import-position

BROWSER = shutil.which("chromium")


class SurveyPageTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = tempfile.mkdtemp(prefix="waypost-browser-")
        cls.addClassCleanup(shutil.rmtree, folder)
        cls.desk = survey_desk.SurveyDesk(folder, "max_requests_per_minute: 100000")
        cls.addClassCleanup(cls.desk.close)

    def link(self, ref, kind="csat", person_speaks="en", **changes):
        survey = self.desk.invite(ref, kind, person_speaks)
        return f"{self.desk.page}/survey/{self.desk.token(survey, **changes)}"

    def browse(self, story, *links):
        done = subprocess.run(
            ["node", os.path.join(HERE, "survey_page.mjs"), story, *links], text=True,
            capture_output=True, timeout=400, check=False,
            env={**os.environ, "BROWSER": BROWSER})
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)

    def test_on_a_phone_without_scripts_a_chosen_rating_is_sent_with_one_touch(self):
        self.browse("phone", self.link("phone") + "?rating=4")
        answer = self.desk.answer("phone")
        self.assertEqual(answer["rating"], 4)

    def test_by_keyboard_alone(self):
        self.browse("keyboard", self.link("keyboard", "ces"))
        answer = self.desk.answer("keyboard")
        self.assertEqual(answer["rating"], 6)
        self.assertEqual(answer["lostTime"], "900s")

    def test_an_answer_can_be_changed_from_the_thanks(self):
        self.browse("change", self.link("change"))
        answer = self.desk.answer("change")
        self.assertEqual((answer["firstRating"], answer["rating"], answer["changes"]), (5, 2, 1))

    def test_a_double_click_is_one_answer(self):
        self.browse("double_click", self.link("double"))
        answer = self.desk.answer("double")
        self.assertEqual(answer["rating"], 3)
        self.assertNotIn("changes", answer)

    def test_the_page_speaks_german_and_english(self):
        self.browse("languages", self.link("4711", "nps", "de"), self.link("4712", "nps", language=""))

    def test_what_is_missing_is_told_and_nothing_is_lost(self):
        self.browse("missing", self.link("missing"))
        self.assertNotIn("answer", self.desk.survey("missing"))

    def test_nothing_but_the_page_and_its_style_is_asked_for(self):
        self.browse("requests", self.link("requests"))

    def test_every_page_is_accessible_on_both_grounds_and_fits_a_phone(self):
        final = self.link("final")
        self.browse("five_changes", final)
        pages = {
            "csat": self.link("a-csat") + "?rating=4",
            "csat-de": self.link("a-csat-de", "csat", "de"),
            "nps": self.link("a-nps", "nps"),
            "nps-de": self.link("a-nps-de", "nps", "de"),
            "ces": self.link("a-ces", "ces"),
            "ces-de": self.link("a-ces-de", "ces", "de"),
            "final": final,
            "ended": self.link("a-old", expires_at=time.time() - 90000),
            "invalid": f"{self.desk.page}/survey/forged",
        }
        self.browse("accessible", *[f"{name}={link}" for name, link in pages.items()])


if __name__ == "__main__":
    if BROWSER is None:
        print("skipped: there is no chromium; './dev test' installs it where Debian has it")
        sys.exit(waypost.SKIPPED)
    unittest.main()
