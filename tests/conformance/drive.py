"""Drives the local cloud with IBM's Python SDKs through one table of operations.

drive.py TABLE FIXTURES OUT: the rows of TABLE in order, against the cloud that the environment names;
FIXTURES is a JSON object whose members rows may refer to; OUT gets one finding for each row.
"""

import importlib
import inspect
import json
import os
import re
import sys
import time
import urllib.request

import matching
from ibm_cloud_sdk_core import ApiException, BaseService
from ibm_cloud_sdk_core import authenticators as core_authenticators


def snake(name):
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()


def snake_keys(args):
    return {snake(name): value for name, value in args.items()}


class Service:
    """One SDK class and its clients; a client is made when a row first names it."""

    def __init__(self, table):
        self.module = importlib.import_module(table["python"]["module"])
        self.sdk = getattr(self.module, table["python"]["class"]) if "class" in table["python"] else None
        self.name = table.get("environment", "").lower()
        self.options = table.get("clients", {})
        self.clients = {}

    def client(self, name, saved):
        if name not in self.clients:
            self.clients[name] = self.make(matching.resolve(self.options.get(name, {}), saved))
        return self.clients[name]

    def make(self, options):
        args = snake_keys(options.get("args", {}))
        if "manager" in options:
            return getattr(self.module, options["manager"]["python"])(**args)
        if "authenticator" not in options:
            client = self.sdk.new_instance(service_name=self.name)
        else:
            maker = getattr(core_authenticators, options["authenticator"]["python"])
            client = self.sdk(authenticator=maker(**args))
            client.configure_service(self.name)
        client.set_enable_gzip_compression(options.get("gzip", False))
        if "retries" in options:
            client.enable_retries(max_retries=options["retries"], retry_interval=0.05)
        return client

    def surface(self):
        """The operations that the SDK has, by its own names."""
        if self.sdk is None:
            return set()
        own = {name for name, member in vars(self.sdk).items() if inspect.isfunction(member)}
        return {name for name in own - set(dir(BaseService)) if not name.startswith("_")} - {"new_instance"}

    def check_model(self, operation, result):
        """The answer has everything that the SDK's model of it requires."""
        named = re.search(r"representing an? `(\w+)` object", inspect.getdoc(getattr(self.sdk, operation)) or "")
        model = named and getattr(self.module, named.group(1), None)
        if hasattr(model, "from_dict") and isinstance(result, dict):
            model.from_dict(result)


def call(service, row, args, saved):
    """The answer as (status, headers, result)."""
    client = service.client(row.get("client", "main"), saved)
    if "pager" in row:
        everything = getattr(service.module, row["pager"])(client=client, **snake_keys(args)).get_all()
        return 200, {}, {"all": everything}
    method = getattr(client, snake(row["operation"]))
    if service.sdk is None:
        return 200, {}, {"token": method(**snake_keys(args))}
    response = method(**snake_keys(args))
    result = response.get_result()
    if not row.get("loose"):
        service.check_model(snake(row["operation"]), result)
    return response.get_status_code(), response.get_headers(), result


def control(row, saved):
    method, path = row["control"].split(" ", 1)
    body = json.dumps(matching.resolve(row["body"], saved)).encode() if "body" in row else None
    request = urllib.request.Request(
        os.environ["LOCALCLOUD_URL"] + matching.resolve(path, saved), body, method=method)
    with urllib.request.urlopen(request, timeout=10) as answer:
        text = answer.read()
        return answer.status, answer.headers, json.loads(text) if text else {}


def of_exception(error):
    try:
        body = error.http_response.json()
    except (ValueError, AttributeError):
        body = {}
    first = (body.get("errors") or [{}])[0] if isinstance(body, dict) else {}
    return {"status": error.status_code, "message": error.message, "code": first.get("code"), "body": body}


def attempt(service, row, saved):
    """Why the row failed, or nothing."""
    try:
        if "control" in row:
            status, headers, result = control(row, saved)
        else:
            status, headers, result = call(service, row, matching.resolve(row.get("args", {}), saved), saved)
    except ApiException as error:
        seen = of_exception(error)
        if "error" in row:
            why = matching.differences(matching.resolve(row["error"], saved), seen, "error")
            return why and matching.Refused(seen["status"], "%s: %s" % (why, seen["message"]))
        return matching.Refused(seen["status"], "%s: %s" % (seen["status"], seen["message"]))
    if "error" in row:
        return "no error, but %s" % status
    wrong = "status" in row and matching.differences(row["status"], status, "status")
    if wrong:
        return wrong
    if "save" in row:
        saved[row["save"]] = {**result, "@": {name.lower(): value for name, value in headers.items()}} \
            if isinstance(result, dict) else result
    return matching.differences(matching.resolve(row.get("holds", {}), saved), result, "answer")


def run_row(service, row, saved, lost):
    """The row's outcome and its reason. `lost`: the outcomes of what later rows may need, where bad."""
    if "python" in row.get("skip", {}):
        return "skipped", row["skip"]["python"]
    if row.get("needs") in lost:
        return lost[row["needs"]], "needs %s" % row["needs"]
    until = time.monotonic() + row.get("within", 0)
    while True:
        try:
            why = attempt(service, row, saved)
        except matching.Unknown as name:
            return lost.get(str(name).split(".")[0], "failed"), "needs %s" % name
        except Exception as error:  # an SDK's own failure is a finding, whatever its class
            why = "%s: %s" % (type(error).__name__, error)
        if not why or time.monotonic() >= until:
            return matching.outcome(row, why), str(why or "")
        time.sleep(0.05)


def main(table_file, fixtures_file, out_file):
    with open(table_file, encoding="utf-8") as file:
        table = json.load(file)
    with open(fixtures_file, encoding="utf-8") as file:
        saved = {**json.load(file), "env": dict(os.environ)}
    service = Service(table)
    here = not table.get("environment") or table["environment"] + "_URL" in os.environ
    findings, lost = [], {}
    for row in table["rows"]:
        outcome, why = run_row(service, row, saved, lost) if here else ("absent", "the cloud has no such service")
        if outcome not in ("passed", "skipped"):
            lost.update({name: outcome for name in (row.get("operation"), row.get("save")) if name})
        findings.append({"operation": row.get("operation", ""), "what": row.get("control") or row["operation"],
                         "number": len(findings) + 1, "outcome": outcome, "why": why})
    done = {snake(row["operation"]) for row in table["rows"] if "operation" in row}
    for name in sorted(service.surface() - done):
        if not any(re.fullmatch(pattern, name) for pattern in table.get("left_out", {})):
            findings.append({"operation": name, "outcome": "failed", "what": name,
                             "why": "the SDK has it, the table has neither a row nor a reason"})
    with open(out_file, "w", encoding="utf-8") as file:
        json.dump({"service": table["service"], "sdk": "python", "findings": findings}, file)


if __name__ == "__main__":
    main(*sys.argv[1:])
