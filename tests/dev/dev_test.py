#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What ./dev says and does on systems that lack things, played with commands that only take notes."""

import os
import pwd
import shutil
import subprocess
import tempfile
import unittest

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
TOOLS = ("bash", "cat", "cut", "dirname", "env", "getent", "grep", "id", "mkdir", "nproc", "readlink", "rm")


class System:
    """A folder with a clone's ./dev and a PATH of its own."""

    def __init__(self, folder):
        self.root = os.path.join(folder, "a clone")
        self.bin = os.path.join(folder, "bin")
        self.notes = os.path.join(folder, "notes")
        os.makedirs(self.root)
        os.makedirs(self.bin)
        shutil.copy(os.path.join(ROOT, "dev"), self.root)
        for tool in TOOLS:
            os.symlink(shutil.which(tool), os.path.join(self.bin, tool))

    def add(self, name, script):
        path = os.path.join(self.bin, name)
        with open(path, "w", encoding="utf-8") as file:
            file.write(f"#!/bin/bash\n{script}\n")
        os.chmod(path, 0o755)

    def add_noting(self, name):
        self.add(name, f'echo "{name} $*" >>"{self.notes}"')

    def add_debian(self, missing):
        """Debian where all packages but these are installed."""
        self.add("dpkg-query", 'shift 3; for one; do [[ " $MISSING " == *" $one "* ]] || '
                               'echo "$one installed"; done')
        self.environment = {"MISSING": " ".join(missing)}
        for name in ("apt-get", "cmake"):
            self.add_noting(name)
        self.add("sudo", '[[ $1 != *=* ]] || shift; "$@"')

    def run(self, *arguments, **environment):
        environment = {"PATH": self.bin, **getattr(self, "environment", {}), **environment}
        return subprocess.run([os.path.join(self.root, "dev"), *arguments], env=environment, cwd="/",
                              capture_output=True, text=True, check=False)

    def noted(self):
        if not os.path.exists(self.notes):
            return []
        with open(self.notes, encoding="utf-8") as file:
            return file.read().splitlines()


class DevTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.system = System(folder.name)

    def test_help_names_every_command_and_is_the_default(self):
        result = self.system.run()
        self.assertEqual(0, result.returncode)
        self.assertEqual(result.stdout, self.system.run("help").stdout)
        for command in ("run", "test", "bench", "lint", "format", "build", "help"):
            self.assertRegex(result.stdout, rf"(?m)^  {command} ")

    def test_help_of_a_command_is_the_help(self):
        for arguments in (("test", "--help"), ("test", "store", "-h"), ("build", "--help"),
                          ("lint", "--help")):
            with self.subTest(arguments):
                result = self.system.run(*arguments)
                self.assertEqual(0, result.returncode, result.stderr)
                self.assertEqual(result.stdout, self.system.run("help").stdout)
                self.assertEqual([], self.system.noted())

    def test_wrong_usage_exits_with_2_and_says_what_was_meant(self):
        for arguments, expected in (
                (("biuld",), "Did you mean './dev build'?"),
                (("tset",), "Did you mean './dev test'?"),
                (("frobnicate",), "there is no command 'frobnicate'. './dev help'"),
                (("build", "fast"), "there is no preset 'fast'"),
                (("test", "--msan"), "test knows no option '--msan'"),
                (("lint", "--fast"), "lint knows no option '--fast'"),
                (("test", "a", "b", "c"), "./dev test [NAME [CASE]]")):
            with self.subTest(arguments):
                result = self.system.run(*arguments)
                self.assertEqual(2, result.returncode)
                self.assertIn(expected, result.stderr)

    def test_without_apt_it_lists_what_it_needs(self):
        result = self.system.run("run")
        self.assertEqual(1, result.returncode)
        self.assertIn("has no apt", result.stderr)
        self.assertIn("libgrpc++-dev", result.stderr)

    def test_only_missing_packages_are_installed_after_one_refresh(self):
        self.system.add_debian(missing=["ninja-build", "libre2-dev", "libgmock-dev"])
        result = self.system.run("build")
        self.assertEqual(0, result.returncode, result.stderr)
        apt = [line for line in self.system.noted() if line.startswith("apt-get")]
        self.assertEqual(["apt-get -q update",
                          "apt-get -q -y install --no-install-recommends ninja-build libre2-dev",
                          "apt-get -q -y install --no-install-recommends libgmock-dev"], apt)
        self.assertIn("because building Waypost needs it: ninja-build libre2-dev", result.stderr)

    def test_nothing_missing_means_no_apt(self):
        self.system.add_debian(missing=[])
        result = self.system.run("build", "debug")
        self.assertEqual(0, result.returncode, result.stderr)
        self.assertEqual([], [line for line in self.system.noted() if line.startswith("apt-get")])

    def test_npm_from_elsewhere_is_taken(self):
        self.system.add_debian(missing=["npm", "nodejs"])
        for name in ("npm", "ctest", "python3"):
            self.system.add_noting(name)
        result = self.system.run("test")
        self.assertEqual(0, result.returncode, result.stderr)
        self.assertEqual([], [line for line in self.system.noted() if line.startswith("apt-get")])

    def test_without_a_browser_to_be_had_the_tests_run_all_the_same(self):
        self.system.add_debian(missing=["chromium"])
        for name in ("npm", "ctest", "python3"):
            self.system.add_noting(name)
        self.system.add("apt-get", f'echo "apt-get $*" >>"{self.system.notes}"; [[ $* != *chromium* ]]')
        result = self.system.run("test")
        self.assertEqual(0, result.returncode, result.stderr)
        self.assertIn("apt-get -q -y install --no-install-recommends chromium", self.system.noted())
        self.assertIn("the tests in a browser are skipped", result.stderr)
        self.assertTrue(any(line.startswith("ctest") for line in self.system.noted()))

    def test_a_failed_install_ends_with_a_sentence(self):
        self.system.add_debian(missing=["cmake"])
        self.system.add("apt-get", '[[ $2 == update ]]')
        result = self.system.run("build")
        self.assertEqual(1, result.returncode)
        self.assertIn("apt could not install all of them", result.stderr)

    def test_caches_are_outside_the_clone_also_without_a_home(self):
        self.system.add_debian(missing=[])
        self.system.add("cmake", f'echo "$HOME $CCACHE_DIR $CCACHE_BASEDIR" >>"{self.system.notes}"')
        self.assertEqual(0, self.system.run("build").returncode)
        home = pwd.getpwuid(os.getuid()).pw_dir
        self.assertEqual(f"{home} {home}/.cache/ccache {self.system.root}", self.system.noted()[0])


if __name__ == "__main__":
    unittest.main()
