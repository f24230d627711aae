# SPDX-License-Identifier: Apache-2.0
"""A Request Tracker 5 from Debian's packages, with fresh data, on loopback, as long as a test runs."""

import glob
import json
import os
import signal
import subprocess
import time
import urllib.error
import urllib.request

import waypost

SETUP = "/usr/sbin/rt-setup-database-5"
SERVER = "/usr/share/request-tracker5/libexec/rt-server"
PACKAGES = ["request-tracker5", "rt5-standalone", "rt5-db-sqlite", "rt5-clients", "dbconfig-no-thanks",
            "ssmtp"]
HERE = os.path.dirname(os.path.abspath(__file__))
SETUP_FILES = [os.path.join(waypost.SOURCE, "connectors", "request-tracker", "setup",
                            f"waypost-{name}.initialdata")
               for name in ("webhook", "keep-status", "fields")]

CONFIG = """Set($rtname, 'rt.test');
Set($Organization, 'rt.test');
Set($WebDomain, '127.0.0.1');
Set($WebPort, {port});
Set($WebBaseURL, 'http://127.0.0.1:{port}');
Set($WebPath, '');
Set($Timezone, 'UTC');
Set($DatabaseType, 'SQLite');
Set($DatabaseName, '{folder}/rt.db');
Set($BcryptCost, 4);
Set($MailCommand, 'sendmailpipe');
Set($SendmailPath, '{folder}/sendmail');
Set($LogToSyslog, undef);
Set($LogToSTDERR, undef);
Set($LogToFile, 'info');
Set($LogDir, '{folder}');
Set(%GnuPG, Enable => 0);
Set(%SMIME, Enable => 0);
$RT::MasonDataDir = '{folder}/mason';
$RT::MasonSessionDir = '{folder}/sessions';
$RT::VarPath = '{folder}/var';
Set($WaypostTestTokens, '{folder}/tokens.json');
Set($WaypostWebhookURL, '{webhook}');
Set($WaypostWebhookSecret, '{secret}');
1;
"""


def install():
    """Why there is no Request Tracker; nothing when there is one."""
    if os.path.exists(SETUP) and os.path.exists(SERVER):
        return None
    if os.geteuid() != 0:
        return "request-tracker5 is not installed, and installing needs root"
    done = subprocess.run(
        ["apt-get", "install", "-y", "-q", "--no-install-recommends", "-o", "DPkg::Lock::Timeout=300",
         *PACKAGES], env={**os.environ, "DEBIAN_FRONTEND": "noninteractive"}, capture_output=True,
        text=True, timeout=1200, check=False)
    return None if done.returncode == 0 else "apt-get cannot install request-tracker5"


class RequestTracker:
    def __init__(self, folder, port, webhook, secret):
        self.folder, self.port = folder, port
        self.base_url = f"http://127.0.0.1:{port}"
        for name in ("mail", "mason", "sessions", "var", "config.d"):
            os.makedirs(os.path.join(folder, name))
        self._write("RT_SiteConfig.pm", CONFIG.format(folder=folder, port=port, webhook=webhook,
                                                      secret=secret))
        self._write("sendmail", f'#!/bin/sh\nf="{folder}/mail/$(date +%s%N)-$$"\n'
                                'cat > "$f.part" && mv "$f.part" "$f.eml"\n')
        os.chmod(os.path.join(folder, "sendmail"), 0o755)
        self.environment = {**os.environ, "RT_SITE_CONFIG": os.path.join(folder, "RT_SiteConfig.pm"),
                            "RT_SITE_CONFIG_DIR": os.path.join(folder, "config.d")}
        self._set_up("--action", "init")
        for data in (os.path.join(HERE, "connect_rt_seed.initialdata"), *SETUP_FILES):
            self._set_up("--action", "insert", "--datafile", data)
        with open(os.path.join(folder, "tokens.json"), encoding="utf-8") as file:
            self.tokens = json.load(file)
        self.process = None
        self.start()

    def start(self):
        with open(os.path.join(self.folder, "server.log"), "ab") as log:
            self.process = subprocess.Popen(
                [SERVER, "--host", "127.0.0.1", "--port", str(self.port), "--max-workers", "2"],
                env=self.environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                start_new_session=True)
        deadline = time.monotonic() + waypost.SECONDS
        while True:
            try:
                if self.call("GET", "rt", "jon")[0] == 200:
                    return
            except OSError:
                if time.monotonic() > deadline or self.process.poll() is not None:
                    raise
            time.sleep(0.2)

    def stop(self):
        # Not SIGINT: as root its handler changes who owns /var/lib/request-tracker5.
        if self.process is not None:
            os.killpg(self.process.pid, signal.SIGTERM)
            self.process.wait(timeout=waypost.SECONDS)
            self.process = None

    def call(self, method, path, user, body=None):
        """A call of REST 2 in the name of a user; gives the status and the answer."""
        request = urllib.request.Request(
            f"{self.base_url}/REST/2.0/{path}", method=method,
            data=None if body is None else json.dumps(body).encode(),
            headers={"Authorization": "token " + self.tokens[user], "Content-Type": "application/json"})
        try:
            with urllib.request.urlopen(request, timeout=waypost.SECONDS) as answer:
                return answer.status, json.loads(answer.read() or b"null")
        except urllib.error.HTTPError as error:
            return error.code, None

    def create(self, customer, subject="Cannot log in"):
        status, answer = self.call("POST", "ticket", customer, {
            "Queue": "Service Desk", "Subject": subject, "Content": "It says no.",
            "ContentType": "text/plain", "Requestor": f"{customer}@customers.test"})
        assert status == 201, status
        return int(answer["id"])

    def correspond(self, ticket, user, text):
        status, _ = self.call("POST", f"ticket/{ticket}/correspond", user,
                              {"Content": text, "ContentType": "text/plain"})
        assert status == 201, status

    def comment(self, ticket, user, text):
        status, _ = self.call("POST", f"ticket/{ticket}/comment", user,
                              {"Content": text, "ContentType": "text/plain"})
        assert status == 201, status

    def change(self, ticket, user, **fields):
        status, answer = self.call("PUT", f"ticket/{ticket}", user, fields)
        assert status == 200 and answer, (status, answer)

    def history(self, ticket):
        """All transactions of a ticket, as the account of Waypost sees them."""
        status, answer = self.call(
            "GET", f"ticket/{ticket}/history?per_page=100&fields=Type,Creator,Data,NewValue,Created",
            "waypost")
        assert status == 200, status
        return answer["items"]

    def written(self, ticket, kind):
        """The transactions of one type that Waypost wrote."""
        return [one for one in self.history(ticket)
                if one["Type"] == kind and one["Creator"]["id"] == "waypost"]

    def status(self, ticket):
        return self.call("GET", f"ticket/{ticket}", "waypost")[1]["Status"]

    def fields(self, ticket):
        """The custom fields of a ticket that have a value, as an agent sees them."""
        found = self.call("GET", f"ticket/{ticket}", "jon")[1]["CustomFields"]
        return {field["name"]: field["values"][0] for field in found if field["values"]}

    def mails_to(self, address):
        mails = []
        for path in sorted(glob.glob(os.path.join(self.folder, "mail", "*.eml"))):
            with open(path, encoding="utf-8", errors="replace") as file:
                mail = file.read()
            if re_to(mail, address):
                mails.append(mail)
        return mails

    def log(self):
        with open(os.path.join(self.folder, "rt.log"), encoding="utf-8", errors="replace") as file:
            return file.read()

    def _write(self, name, text):
        with open(os.path.join(self.folder, name), "w", encoding="utf-8") as file:
            file.write(text)

    def _set_up(self, *arguments):
        done = subprocess.run([SETUP, *arguments, "--skip-create"], env=self.environment,
                              stdin=subprocess.DEVNULL, capture_output=True, text=True,
                              timeout=waypost.SECONDS, check=False)
        assert done.returncode == 0, done.stdout + done.stderr


def re_to(mail, address):
    head = mail.split("\n\n", 1)[0].lower()
    return any(line.startswith(("to:", "bcc:", "cc:")) and address in line for line in head.splitlines())
