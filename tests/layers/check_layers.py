#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Checks the rules of the source tree that no compiler checks.

Usage: check_layers.py ROOT

Prints one line per violation ("path:line: what is wrong") and exits with 1 when there is one.
Files of the sidecar between 400 and 500 lines are only named.
"""

import os
import re
import sys

# What the code of a layer may include besides itself. Includes point down only. A layer is a directory
# of sidecar/, or one of those of connectors/ that hold code.
ENGINE = "engine"
SURVEY_PAGE = "survey_page"
OF_CONNECTORS = (ENGINE, SURVEY_PAGE)
BELOW = {
    "base": (),
    "text": ("base",),
    "calendar": ("base", "text"),
    "yaml": ("base", "text"),
    "cel": ("base", "text"),
    "mapping": ("base", "text", "yaml", "cel"),
    "rules": ("base", "text", "calendar", "yaml", "cel"),
    "expectation": ("base",),
    "journey": ("base", "text", "calendar", "cel", "rules", "expectation"),
    "store": ("base",),
    "pipeline": ("base", "text", "calendar", "cel", "rules", "expectation", "journey", "store"),
    "service": ("base", "text", "calendar", "cel", "rules", "expectation", "journey", "store",
                "pipeline"),
    ENGINE: ("base", "text", "yaml", "cel", "mapping", "journey", "store", "pipeline", "service"),
    SURVEY_PAGE: ("base", "text", "yaml", "cel", "mapping", "journey", "service", ENGINE),
    "cli": ("base", "text", "calendar", "yaml", "cel", "mapping", "rules", "expectation", "journey",
            "store", "pipeline", "service", ENGINE, SURVEY_PAGE),
}

# Headers that only some layers may include: (pattern, layers, what it is).
ONLY_IN = (
    (r"yaml-cpp/", ("yaml",), "yaml-cpp"),
    (r"libical/", ("calendar",), "libical"),
    (r"sqlite3\.h$", ("store",), "SQLite"),
    (r"grpcpp/|.*\.grpc\.pb\.h$", ("service", ENGINE, SURVEY_PAGE, "cli"), "gRPC"),
    (r"httplib\.h$", ("service", ENGINE, SURVEY_PAGE, "cli"), "cpp-httplib"),
    (r"nlohmann/", (ENGINE,), "nlohmann-json"),
    (r"openssl/", ("base", ENGINE), "OpenSSL"),
    (r"iostream$", ("cli",), "<iostream>"),
    (r"(waypost|google/rpc)/.*\.pb\.h$",
     ("rules", "expectation", "journey", "store", "pipeline", "service", ENGINE, SURVEY_PAGE, "cli"),
     "a generated proto header"),
)

# Where exceptions of a library (yaml-cpp, CLI11) are turned into a status. Nothing throws anywhere.
MAY_CATCH = ("sidecar/yaml/", "sidecar/cli/main.cc", "sidecar/cli/application.cc")

SKIPPED_DIRECTORIES = {".git", "build", "node_modules", "waypost-data", "__pycache__"}
CODE = (".cc", ".h")
LICENSED = CODE + (".proto", ".py", ".sh", ".js", ".cmake", "CMakeLists.txt")
LICENSE = "SPDX-License-Identifier: Apache-2.0"
LONG_FILE, TOO_LONG_FILE = 400, 500

INCLUDE = re.compile(r'\s*#\s*include\s*[<"]([^>"]+)[>"]')
COMMENT_OR_LITERAL = re.compile(
    r'//[^\n]*|/\*.*?\*/|R"(\w*)\(.*?\)\1"|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])+\'', re.DOTALL)


def without_comments_and_literals(text):
    """The code alone; lines keep their numbers."""
    # A digit separator (1'000) is no character literal.
    text = re.sub(r"(?<=[0-9a-fA-F])'(?=[0-9a-fA-F])", "", text)
    return COMMENT_OR_LITERAL.sub(lambda match: "\n" * match.group().count("\n") or " ", text)


def tree(root):
    for directory, subdirectories, names in os.walk(root):
        subdirectories[:] = sorted(set(subdirectories) - SKIPPED_DIRECTORIES)
        for name in sorted(names):
            yield os.path.relpath(os.path.join(directory, name), root)


def layer_of(path):
    """The layer of a source, or of a header as it is included; nothing for what is in none."""
    parts = path.replace(os.sep, "/").split("/")
    if len(parts) > 2 and parts[0] == "connectors" and parts[1] in OF_CONNECTORS:
        return parts[1]
    return parts[1] if parts[0] == "sidecar" and len(parts) > 2 else None


def place_of(layer):
    return f"{'connectors' if layer in OF_CONNECTORS else 'sidecar'}/{layer}"


def include_violations(path, text):
    layer = layer_of(path)
    if layer not in BELOW:
        return
    for number, line in enumerate(text.splitlines(), 1):
        match = INCLUDE.match(line)
        if not match:
            continue
        header = match.group(1)
        included = layer_of(header)
        if included not in (None, layer) and included not in BELOW[layer]:
            yield number, f"{place_of(layer)} may not include {place_of(included)}"
        for pattern, layers, what in ONLY_IN:
            if re.match(pattern, header) and layer not in layers:
                yield number, f"{what} belongs in {' and '.join(map(place_of, layers))} only"


def code_violations(path, text):
    ours = layer_of(path) is not None
    may_catch = path.replace(os.sep, "/").startswith(MAY_CATCH)
    for number, line in enumerate(without_comments_and_literals(text).splitlines(), 1):
        if re.search(r"\busing\s+namespace\b", line):
            yield number, "'using namespace' is not used here; name what you need"
        if ours and re.search(r"\bthrow\b", line):
            yield number, "nothing throws here; return an absl::Status"
        if ours and not may_catch and re.search(r"\bcatch\s*\(", line):
            yield number, f"only {' and '.join(MAY_CATCH)} may catch"


def file_violations(path, text):
    lines = text.splitlines()
    if is_checked(path) and not any(LICENSE in line for line in lines[:2]):
        yield 1, f"the first line must be '{LICENSE}' as a comment (the second after '#!')"
    if path.endswith(".h") and "#pragma once" not in lines:
        yield 1, "a header needs '#pragma once'"
    if path.startswith(("sidecar" + os.sep, "connectors" + os.sep)) and path.endswith(CODE):
        if layer_of(path) not in BELOW:
            yield 1, "this directory has no place among the layers yet; add it to check_layers.py"
        if len(lines) > TOO_LONG_FILE:
            yield TOO_LONG_FILE + 1, f"{len(lines)} lines; a file has one purpose and at most {TOO_LONG_FILE}"
    if path.endswith(CODE):
        yield from include_violations(path, text)
        yield from code_violations(path, text)


def unregistered_tests(root, paths):
    """A test that no CMakeLists.txt names would silently not run."""
    for path in paths:
        if not path.endswith("_test.cc"):
            continue
        directory, name = os.path.split(path)
        while directory and not os.path.exists(os.path.join(root, directory, "CMakeLists.txt")):
            directory = os.path.dirname(directory)
        lists = read(os.path.join(root, directory, "CMakeLists.txt"))
        if not re.search(rf"(?<![\w-]){re.escape(name)}\b", lists):
            yield path, 1, f"no target has this test; name it in {os.path.join(directory, 'CMakeLists.txt')}"


def read(path):
    try:
        with open(path, encoding="utf-8") as file:
            return file.read()
    except FileNotFoundError:
        return ""


def is_checked(path):
    return path.endswith(LICENSED) or path in ("dev", os.path.join(".ci", "run"))


def check(root):
    """All violations as (path, line, text), and the long files as (path, lines)."""
    violations, long_files = [], []
    paths = [path for path in tree(root) if is_checked(path)]
    for path in paths:
        text = read(os.path.join(root, path))
        violations += [(path, line, what) for line, what in file_violations(path, text)]
        if layer_of(path) is not None and LONG_FILE < text.count("\n") <= TOO_LONG_FILE:
            long_files.append((path, text.count("\n")))
    return violations + list(unregistered_tests(root, paths)), long_files


def main(arguments):
    if len(arguments) != 2:
        sys.exit(__doc__)
    violations, long_files = check(arguments[1])
    for path, lines in long_files:
        print(f"{path}: note: {lines} lines; more than {LONG_FILE} is a sign of two purposes")
    for path, line, what in violations:
        print(f"{path}:{line}: {what}")
    sys.exit(1 if violations else 0)


if __name__ == "__main__":
    main(sys.argv)
