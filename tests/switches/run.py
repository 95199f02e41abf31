"""The controller's suites against the local cloud with each switch in each other position.

Asks a local cloud for its switches, makes one run of every suite for each position that is not the default, prints
a table and ends with 1 if anything failed. A suite hands LOCALCLOUD_SWITCHES on to its clouds. Which numbers and words
are tried stands in positions.json, what cannot work by its meaning in exceptions.json. What failed while others ran
is repeated alone: only that counts.
"""
import argparse
import concurrent.futures
import fnmatch
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import time
import urllib.request

HERE = pathlib.Path(__file__).parent
# Seconds that a run may take, and the case that is left out of it: both do what smaller ones do, too, a thousand times
# over, and so take more time than all others, and need the machine for themselves.
SUITES = {"contract": (300, "~quiet costs list pages only*"), "e2e": (600, "~*notifications at once*")}


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--build", type=pathlib.Path, required=True, help="folder of localcloud and the test programs")
    parser.add_argument("--logs", type=pathlib.Path, required=True, help="folder for the output of each run")
    parser.add_argument("--only", default="*", help="pattern of NAME=VALUE or of NAME; * and ? as in a shell")
    parser.add_argument("--jobs", type=int, default=2 * os.cpu_count(),
                        help="positions at a time; a run mostly waits, so by default two for each core")
    return parser.parse_args()


def told_switches(program):
    """What GET /_local/switches tells."""
    with tempfile.TemporaryDirectory() as folder:
        env_file = pathlib.Path(folder) / "env"
        cloud = subprocess.Popen([program, "--env-file", env_file], stdout=subprocess.DEVNULL)
        try:
            while not env_file.exists():
                if cloud.poll() is not None:
                    sys.exit("switches: the local cloud did not start")
                time.sleep(0.02)
            names = dict(line.split("=", 1) for line in env_file.read_text().splitlines())
            with urllib.request.urlopen(names["LOCALCLOUD_URL"] + "/_local/switches") as answer:
                return json.load(answer)
        finally:
            cloud.terminate()
            cloud.wait()


def label(name, value):
    return f"{name}={value if isinstance(value, str) else json.dumps(value)}"


def other_positions(switches):
    """(name, value) of every position but the defaults. A switch without any, or a table row too many, is an error."""
    chosen = {row["switch"]: row["values"] for row in json.loads((HERE / "positions.json").read_text())}
    faults = [f"no such switch: {name}" for name in chosen if name not in switches]
    positions = []
    for name, switch in sorted(switches.items()):
        takes = switch["takes"]
        values = takes.get("values", []) + chosen.get(name, [])
        others = [value for i, value in enumerate(values) if value != switch["default"] and value not in values[:i]]
        if not others or ("from" in takes and name not in chosen):
            faults.append(f"no other position of {name} in positions.json")
        positions += [(name, value) for value in others]
    if faults:
        sys.exit("switches: " + "\nswitches: ".join(faults))
    return positions


def exceptions(positions):
    found = {label(row["switch"], row["value"]): row for row in json.loads((HERE / "exceptions.json").read_text())}
    unknown = set(found) - {label(*position) for position in positions}
    if unknown:
        sys.exit("switches: exceptions without a position: " + ", ".join(sorted(unknown)))
    return found


def run_suite(options, suite, position, cases):
    """One word: ok, or what is wrong."""
    name, value = position
    seconds, left_out = SUITES[suite]
    log = options.logs / f"{label(name, value).replace('/', '_').replace(' ', '_')}.{suite}.log"
    environment = os.environ | {"LOCALCLOUD_SWITCHES": json.dumps({name: value})}
    program = options.build / f"{suite}_tests"
    with log.open("w") as output:
        try:
            done = subprocess.run([program, *(cases or [left_out])], env=environment, stdout=output,
                                  stderr=subprocess.STDOUT, timeout=seconds, check=False)
        except subprocess.TimeoutExpired:
            return "TIMEOUT"
    if "No test cases matched" in log.read_text():
        return "NO-CASE"
    return "ok" if done.returncode == 0 else "FAILED"


def run_position(options, position, exception):
    cases = exception["cases"] if exception else {suite: [] for suite in SUITES}
    return {suite: run_suite(options, suite, position, cases[suite]) if suite in cases else "-" for suite in SUITES}


def good(results):
    return all(result in ("ok", "-") for result in results.values())


def results_of(options, wanted, excepted):
    """(position, results) of each, in this order; those that failed come last, from a run of their own."""
    again = []
    with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        runs = [pool.submit(run_position, options, p, excepted.get(label(*p))) for p in wanted]
        for position, run in zip(wanted, runs):
            if good(run.result()):
                yield position, run.result()
            else:
                again.append(position)
    for position in again:
        yield position, run_position(options, position, excepted.get(label(*position)))


def main():
    options = arguments()
    options.logs.mkdir(parents=True, exist_ok=True)
    positions = other_positions(told_switches(options.build / "localcloud"))
    excepted = exceptions(positions)
    wanted = [p for p in positions if fnmatch.fnmatch(label(*p), options.only) or fnmatch.fnmatch(p[0], options.only)]
    if not wanted:
        sys.exit(f"switches: nothing fits {options.only}")

    width = max(len(label(*position)) for position in wanted)
    print(f"{'switch and position':{width}}  {'contract':9} e2e")
    passed = failed = 0
    for position, results in results_of(options, wanted, excepted):
        exception = excepted.get(label(*position))
        passed += good(results) and not exception
        failed += not good(results)
        note = f" exception: {exception['why']}" if exception else ""
        print(f"{label(*position):{width}}  {results['contract']:9} {results['e2e']:8}{note}".rstrip(), flush=True)
    counted = sum(label(*position) in excepted for position in wanted)
    print(f"{len({name for name, _ in wanted})} switches, {len(wanted)} positions: {passed} passed, {failed} failed, "
          f"{counted} exceptions")
    sys.exit(failed > 0)


if __name__ == "__main__":
    main()
