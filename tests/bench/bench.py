#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Measures durable events beside a bare gRPC echo of the same messages, on this machine.

Both servers are built in the same tree and loaded by the same client; the rounds take turns, so that
whatever else the machine does meets both. Absolute figures hold for one machine only: read the
ratios. './dev bench' builds what is needed and calls this.
"""

import argparse
import contextlib
import itertools
import json
import os
import statistics
import sys
import tempfile

import generated_rules
import servers

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

UNARY = ("--mode", "unary", "--channels", 4, "--inflight", 64)
STREAM = ("--mode", "stream", "--channels", 4, "--inflight", 16, "--batch", 64)
CALM = ("--mode", "unary", "--channels", 4, "--inflight", 64, "--rate", 500)

AIMS = {
    "unary throughput / echo": ">= 0.60",
    "stream throughput / echo": ">= 0.35",
    "unary server CPU above echo, us/event": "<= 15",
}


class Bench:
    def __init__(self, options, folder):
        self.options = options
        self.folder = folder
        self.seeds = itertools.count(1)

    def load(self, server, *arguments, warm_up=None):
        """One run of the load client; every run has events of its own."""
        warm_up = self.options.seconds / 4 if warm_up is None else warm_up
        return server.load("--seed", next(self.seeds), "--warmup", warm_up,
                           "--duration", self.options.seconds, *arguments)

    def rounds(self, targets):
        """{name: [result of each round]} for targets {name: (server, arguments)}, taking turns."""
        for server, arguments in targets.values():
            self.load(server, *arguments)
        results = {name: [] for name in targets}
        for number in range(self.options.rounds):
            tell(f"  round {number + 1} of {self.options.rounds}")
            # Every other round backwards, so that nobody always comes after the same neighbour.
            order = list(targets.items())[::1 if number % 2 == 0 else -1]
            for name, (server, arguments) in order:
                results[name].append(self.load(server, *arguments))
        return results

    def echo(self):
        return servers.echo(self.options.build)

    def sidecar(self, rule_count, with_pack=True):
        if self.options.against_itself:
            return self.echo()
        folder = tempfile.mkdtemp(dir=self.folder)
        rules = os.path.join(folder, "rules")
        generated_rules.write(rules, os.path.join(ROOT, "rules", "service-desk"), rule_count, with_pack)
        return servers.sidecar(self.options.build, rules, os.path.join(folder, "data"))


def tell(text):
    print(text, file=sys.stderr, flush=True)


def spread(values):
    return {"median": statistics.median(values), "min": min(values), "max": max(values)}


def paired(results, one, other, key, combine):
    """The spread of combine(one, other) over the rounds, each with its neighbour in time."""
    return spread([combine(a[key], b[key]) for a, b in zip(results[one], results[other])])


def ratio(a, b):
    return a / b


def difference(a, b):
    return a - b


def compare(bench):
    """Throughput, latency and CPU of durable RecordEvent with 100 rules against the echo."""
    tell("Durable events against the echo")
    with bench.echo() as echo, bench.sidecar(100) as sidecar:
        results = bench.rounds({
            "echo unary": (echo, UNARY), "waypost unary": (sidecar, UNARY),
            "echo stream": (echo, STREAM), "waypost stream": (sidecar, STREAM),
            "echo calm": (echo, CALM), "waypost calm": (sidecar, CALM)})
    figures = {
        f"{mode} throughput / echo": paired(
            results, f"waypost {mode}", f"echo {mode}", "events_per_second", ratio)
        for mode in ("unary", "stream")}
    figures.update({
        f"{mode} server CPU above echo, us/event": paired(
            results, f"waypost {mode}", f"echo {mode}", "server_cpu_us_per_event", difference)
        for mode in ("unary", "stream")})
    keys = ("events_per_second", "p50_us", "p99_us", "server_cpu_us_per_event", "other_cores")
    runs = {name: {key: spread([run[key] for run in rows]) for key in keys}
            for name, rows in results.items()}
    return {"ratios": figures, "runs": runs}


def rule_curve(bench):
    """CPU per event by the number of rules, relative to the fewest."""
    counts = bench.options.rule_counts
    tell(f"Cost by number of rules: {', '.join(map(str, counts))}")
    with contextlib.ExitStack() as stack:
        started = {count: stack.enter_context(bench.sidecar(count, with_pack=False)) for count in counts}
        results = bench.rounds({count: (server, STREAM) for count, server in started.items()})
    key = "server_cpu_us_per_event"
    return {str(count): {
        "start_seconds": started[count].start_seconds,
        "cpu_us_per_event": spread([run[key] for run in results[count]]),
        "relative": paired(results, count, counts[0], key, ratio)} for count in counts}


def memory(bench):
    """Growth of the resident memory per open journey, one journey a person. Persons at rest leave the
    memory once the cache is full, so that the growth per journey falls as journeys grow in number."""
    journeys = bench.options.journeys
    tell(f"Memory of {journeys:,} open journeys")
    opening = ("--mode", "unary", "--channels", 4, "--inflight", 64, "--only-created", "--requests")
    with bench.sidecar(100) as sidecar:
        bench.load(sidecar, *opening, journeys // 4, warm_up=0)
        before = sidecar.resident_bytes()
        bench.load(sidecar, *opening, journeys, warm_up=0)
        after = sidecar.resident_bytes()
        stored = sidecar.stored_journey_bytes()
    result = {"journeys": journeys, "resident_bytes": after,
              "resident_bytes_per_journey": (after - before) / journeys}
    if stored is not None:
        result["stored_bytes_per_journey"] = stored
        result["beyond_stored_bytes"] = result["resident_bytes_per_journey"] - stored
    return result


def figure(values, digits=2):
    return f"{values['median']:,.{digits}f} ({values['min']:,.{digits}f}-{values['max']:,.{digits}f})"


def print_text(report):
    if "comparison" in report:
        print("\nDurable RecordEvent (SQLite, on disk before the answer, 100 rules) and the bare echo:"
              " median (min-max)")
        print(f"  {'':16}{'events/s':>28}{'p50 us':>26}{'p99 us':>28}{'server CPU us/event':>24}")
        for name, run in report["comparison"]["runs"].items():
            print(f"  {name:16}{figure(run['events_per_second'], 0):>28}{figure(run['p50_us'], 0):>26}"
                  f"{figure(run['p99_us'], 0):>28}{figure(run['server_cpu_us_per_event'], 1):>24}")
        for name, values in report["comparison"]["ratios"].items():
            aim = f"   aim {AIMS[name]}" if name in AIMS else ""
            print(f"  {name:42}{figure(values):>24}{aim}")
        others = [run["other_cores"]["median"] for run in report["comparison"]["runs"].values()]
        print(f"  meanwhile, other processes used {max(others):.2f} cores of {os.cpu_count()}")
    if "rules" in report:
        print("\nServer CPU per event by number of rules (stream): median (min-max)")
        for count, row in report["rules"].items():
            print(f"  {int(count):>7,} rules{figure(row['cpu_us_per_event'], 1):>24} us"
                  f"   relative {figure(row['relative'])}   start {row['start_seconds']:.2f} s")
    if "memory" in report:
        row = report["memory"]
        print(f"\nMemory: {row['resident_bytes'] / 2**20:,.0f} MiB with {row['journeys'] * 5 // 4:,} open journeys;"
              f" each of the last {row['journeys']:,} took {row['resident_bytes_per_journey']:,.0f} bytes"
              + (f", {row['beyond_stored_bytes']:,.0f} beyond its stored blob of"
                 f" {row['stored_bytes_per_journey']:,.0f} (aim < 2,048)"
                 if "beyond_stored_bytes" in row else ""))


def parse_arguments():
    parser = argparse.ArgumentParser(prog="./dev bench", description=__doc__.splitlines()[0])
    parser.add_argument("--build", required=True, help=argparse.SUPPRESS)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--seconds", type=float, default=4, help="of each measurement")
    parser.add_argument("--quick", action="store_true", help="3 rounds of 1.5 s, fewer rule counts")
    parser.add_argument("--only", choices=("comparison", "rules", "memory"), action="append")
    parser.add_argument("--rule-counts", type=int, nargs="+", default=[10, 100, 1_000, 10_000])
    parser.add_argument("--journeys", type=int, default=100_000, help="for the memory measurement")
    parser.add_argument("--against-itself", action="store_true",
                        help="the echo on both sides: what noise alone does to the figures")
    parser.add_argument("--output", choices=("text", "json"), default="text")
    options = parser.parse_args()
    if options.quick:
        options.rounds, options.seconds, options.rule_counts = 3, 1.5, [10, 1_000]
    return options


def main():
    options = parse_arguments()
    parts = {"comparison": compare, "rules": rule_curve, "memory": memory}
    chosen = options.only or list(parts)
    # Not in /tmp, which may be memory: durability is part of what is measured.
    with tempfile.TemporaryDirectory(prefix="bench-", dir=os.path.dirname(options.build)) as folder:
        bench = Bench(options, folder)
        try:
            report = {name: parts[name](bench) for name in parts if name in chosen}
        except servers.BenchError as error:
            sys.exit(f"error: {error}")
    report["machine"] = {"cores": os.cpu_count(), "rounds": options.rounds, "seconds": options.seconds}
    if options.output == "json":
        json.dump(report, sys.stdout, indent=2)
        print()
    else:
        print_text(report)


if __name__ == "__main__":
    main()
