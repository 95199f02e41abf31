"""Prints what the drivers found: operation x SDK. coverage.py FINDINGS TABLE...; fails unless all passed."""

import collections
import json
import os
import sys

SDKS = ("python", "node")
# The worst of an operation's rows is the operation's word.
WORDS = {"passed": "pass", "skipped": "skipped", "absent": "not there yet", "failed": "FAIL"}
ORDER = list(WORDS)


def snake(name):
    return "".join("_" + letter.lower() if letter.isupper() else letter for letter in name)


def read(folder, service, sdk):
    path = os.path.join(folder, "%s.%s.json" % (service, sdk))
    if not os.path.exists(path):
        return None
    with open(path, encoding="utf-8") as file:
        return json.load(file)["findings"]


def words_of(table, findings):
    """Each operation of the table with its worst outcome."""
    worst = {row["operation"]: "skipped" if findings is None else "passed"
             for row in table["rows"] if "operation" in row}
    for finding in findings or []:
        name = finding["operation"] or "controls"
        worst[name] = max(worst.get(name, "passed"), finding["outcome"], key=ORDER.index)
    return worst


def column_of(folder, table, name, sdk):
    """Outcomes of one SDK by operation; None where IBM has no such SDK here."""
    if sdk not in table:
        return None
    return words_of(table, read(folder, name, sdk))


def show_failures(folder, name):
    for sdk in SDKS:
        for finding in read(folder, name, sdk) or []:
            if finding["outcome"] == "failed":
                print("  FAIL %s %s row %s, %s: %s" % (sdk, name, finding.get("number", "-"), finding["what"],
                                                       finding["why"]))


def main(folder, *tables):
    totals = {sdk: collections.Counter() for sdk in SDKS}
    print("%-26s %-38s %-14s %-14s" % ("service", "operation", "Python", "Node"))
    for path in tables:
        name = os.path.splitext(os.path.basename(path))[0]
        with open(path, encoding="utf-8") as file:
            table = json.load(file)
        columns = {sdk: column_of(folder, table, name, sdk) for sdk in SDKS}
        for operation in columns["python"]:
            shown = []
            for sdk in SDKS:
                outcome = columns[sdk] and columns[sdk].get(operation, "passed")
                shown.append(WORDS[outcome] if outcome else "no SDK")
                if operation != "controls" or outcome == "failed":
                    totals[sdk][outcome or "none"] += 1
            if operation != "controls":
                print("%-26s %-38s %-14s %-14s" % (name, operation, *shown))
        show_failures(folder, name)
        for pattern, reason in table.get("left_out", {}).items():
            print("%-26s left out: %s: %s" % (name, pattern, reason))
    bad = 0
    for sdk in SDKS:
        count = totals[sdk]
        print("%s: %d operations passed, %d failed, %d not there yet, %d skipped" % (
            sdk, count["passed"], count["failed"], count["absent"], count["skipped"]))
        bad += count["failed"] + count["absent"]
        if count["skipped"]:
            print("SKIPPED %d operations in %s: the registry cannot be reached or does not have the SDK" % (
                count["skipped"], sdk))
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
