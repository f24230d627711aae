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
        if not name.endswith((".yaml", ".yml")) or (has_rules(path) and not with_pack):
            continue
        shutil.copy(path, folder)
        left -= rules_in(path)
    with open(os.path.join(folder, "90-generated.yaml"), "w", encoding="utf-8") as file:
        file.write("apiVersion: waypost/v1\n")
        if left > 0:
            file.write("rules:\n" + "".join(rule(number) for number in range(left)))
