"""What rows say: references to what was saved, and what an answer must hold. matching.mjs is the same."""

import re


class Unknown(Exception):
    """A reference to something that no row has saved."""


class Refused(str):
    """A row's failure by an error status."""

    def __new__(cls, status, text):
        refused = super().__new__(cls, text)
        refused.status = status
        return refused


def look_up(path, saved):
    value = saved
    for step in path.split("."):
        try:
            value = value[int(step)] if isinstance(value, list) else value[step]
        except (KeyError, IndexError, TypeError, ValueError):
            raise Unknown(path) from None
    return value


def resolve(value, saved):
    """`value` with every ${path} replaced; a text that is one reference becomes what it refers to."""
    if isinstance(value, dict):
        return {name: resolve(member, saved) for name, member in value.items()}
    if isinstance(value, list):
        return [resolve(element, saved) for element in value]
    if not isinstance(value, str):
        return value
    whole = re.fullmatch(r"\$\{([^}]+)\}", value)
    if whole:
        return look_up(whole.group(1), saved)
    return re.sub(r"\$\{([^}]+)\}", lambda found: str(look_up(found.group(1), saved)), value)


def differences(expected, actual, where):
    """What of `expected` is not in `actual`, or "".

    Objects may have more members. `"#": n` is a count of elements, `"#>": n` a bound that it exceeds, `"!": name`
    a member that is not there. A list's elements are each somewhere in the actual list. A text that begins with
    ~ is a regular expression, found anywhere in the actual value as text.
    """
    if isinstance(expected, dict):
        for name, member in expected.items():
            if name == "#":
                found = "" if len(actual) == member else "%s has %d elements, not %s" % (where, len(actual), member)
            elif name == "#>":
                found = "" if len(actual) > member else "%s has only %d elements" % (where, len(actual))
            elif name == "!":
                found = "%s has %s" % (where, member) if member in actual else ""
            elif not isinstance(actual, dict) or name not in actual:
                found = "%s has no %s" % (where, name)
            else:
                found = differences(member, actual[name], where + "." + name)
            if found:
                return found
        return ""
    if isinstance(expected, list):
        missing = [one for one in expected
                   if not any(not differences(one, element, where) for element in actual)]
        return "%s has none like %s" % (where, missing[0]) if missing else ""
    if isinstance(expected, str) and expected.startswith("~"):
        text = str(actual)
        return "" if re.search(expected[1:], text) else "%s is %.80s, not %s" % (where, text, expected)
    same = expected == actual and isinstance(expected, bool) == isinstance(actual, bool)
    return "" if same else "%s is %.80s, not %s" % (where, actual, expected)


# How the local cloud says that it has no such path; Code Engine's answer for a path is its answer for
# a document, but a collection is there or the path is not.
NO_PATH = re.compile(
    r"no such path|not a valid access endpoint|no service at this address|not allowed here|not offered by this cloud")
COLLECTION = re.compile(r"(list|create|send|getProject)[A-Z]")


def outcome(row, why):
    if not why:
        return "passed"
    if isinstance(why, Refused) and "operation" in row:
        if NO_PATH.search(why) or (why.status == 404 and COLLECTION.match(row["operation"])):
            return "absent"
    return "failed"
