#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Runs clang-tidy-14 over every source of sidecar/ and tests/ that changed since it was last clean.

Usage: tidy.py --root ROOT --build BUILD --stamps FOLDER [--jobs N] [FILE...]

A source is clean until its text, a header that it includes, its compile command, the configuration
or clang-tidy itself changes: a stamp named by the hash of all these is kept in FOLDER. Paths enter
the hash relative to ROOT, so that clones at different places share the stamps.
"""

import argparse
import concurrent.futures
import hashlib
import json
import os
import shlex
import subprocess
import sys

CLANG_TIDY = "clang-tidy-14"


def contents_digest(path, known={}):
    if path not in known:
        with open(path, "rb") as file:
            known[path] = hashlib.sha256(file.read()).hexdigest()
    return known[path]


def compile_arguments(entry):
    """The compiler call without a cache in front, without output and without dependency files."""
    arguments = shlex.split(entry["command"])
    if os.path.basename(arguments[0]) == "ccache":
        arguments = arguments[1:]
    kept, skip = [], False
    for argument in arguments:
        if skip or argument in ("-o", "-MF", "-MT"):
            skip = not skip
        elif argument not in ("-c", "-MD", entry["file"]):
            kept.append(argument)
    return kept


def dependencies(entry, arguments):
    """The source and every header that it includes; None when it does not preprocess."""
    result = subprocess.run([*arguments, "-M", entry["file"]], cwd=entry["directory"],
                            capture_output=True, text=True, check=False)
    if result.returncode != 0:
        return None
    _, _, listed = result.stdout.replace("\\\n", " ").partition(":")
    return [os.path.join(entry["directory"], path) for path in shlex.split(listed)]


def stamp_name(entry, root, common):
    arguments = compile_arguments(entry)
    paths = dependencies(entry, arguments)
    if paths is None:
        return None
    digest = hashlib.sha256(common)
    digest.update(" ".join(arguments).replace(root, "").encode())
    for path in sorted({os.path.normpath(path) for path in paths}):
        digest.update(f"{path.removeprefix(root)} {contents_digest(path)}\n".encode())
    return digest.hexdigest()


def check(entry, options, common):
    """(name for people, what clang-tidy said; empty when clean, was it remembered)."""
    name = os.path.relpath(entry["file"], options.root)
    stamp = stamp_name(entry, options.root, common)
    stamp_path = os.path.join(options.stamps, stamp) if stamp else None
    if stamp_path and os.path.exists(stamp_path):
        os.utime(stamp_path)
        return name, "", True
    result = subprocess.run([CLANG_TIDY, "-quiet", "-p", options.build, entry["file"]],
                            capture_output=True, text=True, check=False)
    if result.returncode != 0:
        return name, result.stdout + result.stderr, False
    if stamp_path:
        with open(stamp_path, "w", encoding="utf-8"):
            pass
    return name, "", False


def sources(options):
    with open(os.path.join(options.build, "compile_commands.json"), encoding="utf-8") as file:
        entries = json.load(file)
    ours = [os.path.join(options.root, one) + os.sep for one in ("sidecar", "tests")]
    chosen = {}
    for entry in entries:
        name = os.path.relpath(entry["file"], options.root)
        if entry["file"].startswith(tuple(ours)) and (not options.files or name in options.files):
            chosen.setdefault(entry["file"], entry)
    return [chosen[path] for path in sorted(chosen)]


def common_part(root):
    version = subprocess.run([CLANG_TIDY, "--version"], capture_output=True, check=True).stdout
    configurations = [os.path.join(root, one, ".clang-tidy") for one in ("", "tests")]
    return version + "".join(map(contents_digest, configurations)).encode()


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--root", required=True, type=os.path.realpath)
    parser.add_argument("--build", required=True, type=os.path.realpath)
    parser.add_argument("--stamps", required=True)
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    parser.add_argument("files", nargs="*", help="only these, relative to the root")
    return parser.parse_args()


def main():
    options = parse_arguments()
    os.makedirs(options.stamps, exist_ok=True)
    common, entries = common_part(options.root), sources(options)
    dirty = remembered = 0
    with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        checks = [pool.submit(check, entry, options, common) for entry in entries]
        for number, done in enumerate(concurrent.futures.as_completed(checks), 1):
            name, findings, was_remembered = done.result()
            remembered += was_remembered
            dirty += bool(findings)
            if findings or not was_remembered:
                print(f"[{number}/{len(entries)}] {name}{': findings' if findings else ''}", flush=True)
            if findings:
                print(findings, flush=True)
    print(f"clang-tidy: {len(entries)} sources, {remembered} unchanged since they were clean, {dirty} with findings")
    sys.exit(1 if dirty else 0)


if __name__ == "__main__":
    main()
