"""Prints what the drivers found: operation x SDK. coverage.py FINDINGS TABLE...; fails unless all passed.

A file of findings may say {"skipped": WHY} instead: no driver could run.
"""

import collections
import json
import os
import sys

SDKS = {"python": "Python", "node": "Node", "go": "Go"}
# The worst of an operation's rows is the operation's word, but for skipped rows among others.
WORDS = {"passed": "pass", "partly": "pass in part", "skipped": "skipped", "absent": "not there yet", "failed": "FAIL"}
NOTHING = "the registry cannot be reached or does not have the SDK"
ORDER = list(WORDS)


def snake(name):
    return "".join("_" + letter.lower() if letter.isupper() else letter for letter in name)


def read(folder, service, sdk):
    path = os.path.join(folder, "%s.%s.json" % (service, sdk))
    if not os.path.exists(path):
        return {"skipped": NOTHING}
    with open(path, encoding="utf-8") as file:
        return json.load(file)


def words_of(table, findings):
    """Each operation of the table with its word."""
    outcomes = {row["operation"]: set() for row in table["rows"] if "operation" in row}
    for finding in findings:
        outcomes.setdefault(finding["operation"] or "controls", set()).add(finding["outcome"])
    return {name: "partly" if found == {"passed", "skipped"} else max(found or {"skipped"}, key=ORDER.index)
            for name, found in outcomes.items()}


def column_of(folder, table, name, sdk):
    """Outcomes of one SDK by operation; None where IBM has no such SDK here."""
    if sdk not in table:
        return None
    return words_of(table, read(folder, name, sdk).get("findings", []))


def show_failures(folder, name):
    for sdk in SDKS:
        for finding in read(folder, name, sdk).get("findings", []):
            if finding["outcome"] == "failed":
                print("  FAIL %s %s row %s, %s: %s" % (sdk, name, finding.get("number", "-"), finding["what"],
                                                       finding["why"]))


def tell_skipped(folder, name, sdk, words):
    """How many operations no driver of `sdk` did, or not all of whose rows, and why."""
    count = collections.Counter(words.values())
    if count["skipped"] + count["partly"] == 0:
        return
    told = read(folder, name, sdk)
    print("SKIPPED %d operations of %s in %s, and rows of %d more:" % (
        count["skipped"], name, SDKS[sdk], count["partly"]))
    reasons = [finding["why"] for finding in told.get("findings", [])
               if finding["outcome"] == "skipped" and not finding["why"].startswith("needs ")]
    for reason in dict.fromkeys([told["skipped"]] if "skipped" in told else reasons):
        print("  " + reason)


def main(folder, *tables):
    totals = {sdk: collections.Counter() for sdk in SDKS}
    columns = {}
    print("%-26s %-38s %-14s %-14s %s" % ("service", "operation", *SDKS.values()))
    for path in tables:
        name = os.path.splitext(os.path.basename(path))[0]
        with open(path, encoding="utf-8") as file:
            table = json.load(file)
        columns[name] = {sdk: column_of(folder, table, name, sdk) for sdk in SDKS}
        for operation in dict.fromkeys(name for column in columns[name].values() for name in column or []):
            shown = []
            for sdk in SDKS:
                column = columns[name][sdk]
                outcome = column and column.get(operation)
                shown.append(WORDS[outcome] if outcome else "no row" if column else "no SDK")
                if operation != "controls" or outcome == "failed":
                    totals[sdk][outcome or "none"] += 1
            if operation != "controls":
                print("%-26s %-38s %-14s %-14s %s" % (name, operation, *shown))
        show_failures(folder, name)
        for pattern, reason in table.get("left_out", {}).items():
            print("%-26s left out: %s: %s" % (name, pattern, reason))
    bad = 0
    for sdk in SDKS:
        count = totals[sdk]
        print("%s: %d operations passed, %d of these in part, %d failed, %d not there yet, %d skipped" % (
            SDKS[sdk], count["passed"] + count["partly"], count["partly"], count["failed"], count["absent"],
            count["skipped"]))
        bad += count["failed"] + count["absent"]
        for name, column in columns.items():
            tell_skipped(folder, name, sdk, column[sdk] or {})
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
