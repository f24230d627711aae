# SPDX-License-Identifier: Apache-2.0
"""Rules folders of a wished size, as a desk with many teams would write them."""

import os
import re
import shutil

# By team, category, custom field and signal: each rule waits for something of its own, and none of
# it is in the load client's events, so that every size of the folder fires the same rules.
SHAPES = (
    ("assigned", 'ticket.group == "Team {n}" && journey.reassignments >= 2'),
    ("[commented, status_changed]", 'ticket.category == "line-{n}/access" && ticket.priority in ["P1", "P2"]'),
    ("resolved", 'ticket.custom_fields["site"] == "SITE-{n}" && journey.reopens >= 1'),
    ("created", 'ticket.service == "service-{n}" && requester.language == "de"'),
)

RULES_PER_FILE = 1_000  # a rules file may have 1 MiB


def rule(number):
    on, condition = SHAPES[number % len(SHAPES)]
    return (f"  - id: generated-{number:05}\n"
            f"    on: {on}\n"
            f"    if: '{condition.format(n=number)}'\n"
            "    alert:\n"
            "      severity: warning\n"
            "      owner: incident-manager\n"
            f'      text: "{{{{ticket.ref}}}} meets what team {number} watches for"\n')


def has_rules(path):
    with open(path, encoding="utf-8") as file:
        return re.search(r"^rules:", file.read(), re.MULTILINE) is not None


def rules_in(path):
    with open(path, encoding="utf-8") as file:
        _, _, rules = file.read().partition("\nrules:")
    return len(re.findall(r"^  - id:", rules, re.MULTILINE))


def write(folder, pack, count, with_pack):
    """Fills `folder` with the pack's organisation and journeys, and `count` rules in all: the
    pack's own first (with_pack), then generated ones."""
    os.makedirs(folder)
    left = count
    for name in sorted(os.listdir(pack)):
        path = os.path.join(pack, name)
        if not name.endswith(".yaml") or name.endswith("_test.yaml") or (has_rules(path) and not with_pack):
            continue
        shutil.copy(path, folder)
        left -= rules_in(path)
    for number, begin in enumerate(range(0, left, RULES_PER_FILE)):
        with open(os.path.join(folder, f"90-generated-{number:02}.yaml"), "w", encoding="utf-8") as file:
            file.write("apiVersion: waypost/v1\nrules:\n")
            file.writelines(map(rule, range(begin, min(begin + RULES_PER_FILE, left))))
