"""Holds the requests that certloop sends against those of IBM's Python SDKs for the same calls.

compare.py CERTLOOP FIXTURES FOLDER: both work against the cloud that the environment names, each through a
recorder. Every request of certloop is one of the operations below; the first of each is repeated by the SDK
with the same arguments, and the two must be equal but for what differences.json gives a reason for.
"""

import json
import os
import re
import subprocess
import sys
import threading
import urllib.parse

from ibm_cloud_sdk_core import ApiException, ContainerTokenManager, IAMTokenManager
from ibm_code_engine_sdk.code_engine_v2 import CodeEngineV2
from ibm_secrets_manager_sdk.secrets_manager_v2 import SecretsManagerV2
from recorder import Recorder

SECRET = r"/sm/[^/]+/api/v2/secrets/(?P<%s>[^/]+)"
PROJECT = r"/ce/[^/]+/v2/projects/(?P<project_id>[^/]+)/secrets"
OPERATIONS = [  # name, method, path; the name is the SDK's
    ("get_secret_version", "GET", SECRET % "secret_id" + "/versions/(?P<id>[^/]+)"),
    ("get_secret_version_metadata", "GET", SECRET % "secret_id" + "/versions/(?P<id>[^/]+)/metadata"),
    ("get_secret_metadata", "GET", SECRET % "id" + "/metadata"),
    ("get_secret_by_name_type", "GET", r"/sm/[^/]+/api/v2/secret_groups/(?P<secret_group_name>[^/]+)"
                                       r"/secret_types/(?P<secret_type>[^/]+)/secrets/(?P<name>[^/]+)"),
    ("list_secrets", "GET", r"/sm/[^/]+/api/v2/secrets"),
    ("code_engine.list_secrets", "GET", PROJECT),
    ("code_engine.create_secret", "POST", PROJECT),
    ("code_engine.get_secret", "GET", PROJECT + "/(?P<name>[^/]+)"),
    ("code_engine.replace_secret", "PUT", PROJECT + "/(?P<name>[^/]+)"),
    ("IAMTokenManager", "POST", "/iam/identity/token(?=.*apikey)"),
    ("ContainerTokenManager", "POST", "/iam/identity/token"),
]
HEADERS = ("authorization", "content-type", "accept", "if-match", "content-encoding")
MISSING = "00000000-0000-0000-0000-000000000000"


def operation_of(request):
    path = request["target"].partition("?")[0]
    for name, method, pattern in OPERATIONS:
        found = re.fullmatch(pattern, path)
        if name.endswith("TokenManager"):
            found = path == "/iam/identity/token" and (b"cr_token" in request["body"]) == name.startswith("C")
        if method == request["method"] and found:
            groups = found.groupdict() if isinstance(found, re.Match) else {}
            return name, {group: urllib.parse.unquote(value) for group, value in groups.items()}
    raise SystemExit("compare: certloop sent %s %s, which is no known operation" % (request["method"], path))


def parts_of(request):
    """What has to be equal, by the name that differences.json uses. Bodies as they are understood."""
    path, _, query = request["target"].partition("?")
    parts = {"method": request["method"], "path": path, "query": sorted(urllib.parse.parse_qsl(query))}
    for name in HEADERS:
        value = request["headers"].get(name)
        parts[name] = value.split(" ")[0] if name == "authorization" and value else value
    kind = request["headers"].get("content-type", "")
    body = request["body"]
    if "json" in kind:
        body = json.loads(body)
    elif "form" in kind:
        body = sorted(urllib.parse.parse_qsl(body.decode()))
    parts["body"] = body
    return parts


def arguments_of(request, named):
    """The request's arguments as the SDK's methods take them."""
    arguments = dict(named)
    for name, value in urllib.parse.parse_qsl(request["target"].partition("?")[2]):
        if name != "version":  # the Code Engine client's own
            arguments[name] = value.split(",") if name == "secret_types" else int(value) if value.isdigit() else value
    if "json" in request["headers"].get("content-type", ""):
        arguments.update(json.loads(request["body"]))
    if "if-match" in request["headers"]:
        arguments["if_match"] = request["headers"]["if-match"]
    return arguments


class Sdk:
    """IBM's clients, sending through `recorder`."""

    def __init__(self, recorder, version):
        env = os.environ
        self.recorder = recorder
        self.secrets_manager = SecretsManagerV2.new_instance()
        self.secrets_manager.set_service_url(through(recorder, env["SECRETS_MANAGER_URL"]))
        self.code_engine = CodeEngineV2.new_instance(version=version)
        self.code_engine.set_service_url(through(recorder, env["CODE_ENGINE_URL"]))

    def repeat(self, name, request, named):
        self.recorder.taken()
        form = dict(urllib.parse.parse_qsl(request["body"].decode("utf-8", "replace")))
        iam = through(self.recorder, os.environ["CERTLOOP_IAM_URL"])
        try:
            if name == "IAMTokenManager":
                IAMTokenManager(form["apikey"], url=iam).request_token()
            elif name == "ContainerTokenManager":
                ContainerTokenManager(cr_token_filename=os.environ["CONFORMANCE_TOKEN_FILE"], url=iam,
                                      iam_profile_id=form.get("profile_id"),
                                      iam_profile_name=form.get("profile_name")).request_token()
            else:
                service, _, method = name.rpartition(".")
                client = getattr(self, service or "secrets_manager")
                getattr(client, method)(**arguments_of(request, named))
        except ApiException:
            pass  # the second create of one name: what was sent is what counts
        return self.recorder.taken()[0]


def through(recorder, url):
    return recorder.url + urllib.parse.urlsplit(url).path


def write_mapping(path, recorder, secret_id):
    env = os.environ
    to = {"project": "shop", "secret": "shop-tls"}
    mapping = {
        "apiVersion": "certloop.dev/v1", "kind": "CertificateMapping", "metadata": {"name": "conformance"},
        "spec": {
            "resync": "30s",
            "secretsManagers": {"main": {"url": through(recorder, env["SECRETS_MANAGER_URL"])}},
            "projects": {"shop": {"id": env["LOCALCLOUD_PROJECT_A"], "url": through(recorder, env["CODE_ENGINE_URL"])}},
            "mappings": [
                {"name": "by-id", "from": {"secretsManager": "main", "id": secret_id}, "to": [to]},
                {"name": "by-name", "to": [{**to, "secret": "named.tls"}],
                 "from": {"secretsManager": "main", "group": "web", "type": "imported_cert", "name": "named"}},
                {"name": "missing", "from": {"secretsManager": "main", "id": MISSING}, "to": [{**to, "secret": "x"}]},
            ]}}
    with open(path, "w", encoding="utf-8") as file:
        json.dump(mapping, file)  # JSON is YAML


def record_certloop(certloop, fixtures, folder):
    """Everything that certloop has to say: it creates, replaces, lists, and asks about a moved line."""
    recorder = Recorder(os.environ["LOCALCLOUD_URL"])
    service = SecretsManagerV2.new_instance()
    group = service.create_secret_group(name="web").get_result()["id"]

    def body(pem):
        return {"secret_type": "imported_cert", "secret_group_id": group, **fixtures["pem"][pem]}

    secret = service.create_secret({**body("first"), "name": "shop"}).get_result()["id"]
    service.create_secret({**body("first"), "name": "named"})
    mapping = os.path.join(folder, "mapping.yaml")
    write_mapping(mapping, recorder, secret)
    common = [certloop, "sync", "--mapping", mapping, "--iam-url", through(recorder, os.environ["CERTLOOP_IAM_URL"])]
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "timeout": 120}
    subprocess.run(common, **quiet)
    service.create_secret_version(secret, {name: fixtures["pem"]["second"][name]
                                           for name in ("certificate", "private_key", "intermediate")})
    keyless = {name: value for name, value in os.environ.items() if name != "CERTLOOP_API_KEY"}
    subprocess.run(common + ["--trusted-profile", os.environ["LOCALCLOUD_PROFILE_NAME"],
                             "--compute-token-file", os.environ["CONFORMANCE_TOKEN_FILE"]], env=keyless, **quiet)
    requests = recorder.taken()
    requests += record_run(common, recorder, lambda: service.update_secret_metadata(secret, {"description": "moved"}))
    recorder.close()
    return requests


def record_run(common, recorder, move):
    """A running controller, until it has asked for the version of a secret whose line moved. Its log tells each call."""
    controller = subprocess.Popen([common[0], "run", *common[2:], "--listen", "127.0.0.1:0", "--allow-unauthenticated",
                                   "--log-level", "debug"],
                                  stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    too_long = threading.Timer(75, controller.kill)
    too_long.start()
    try:
        moved = False
        for line in controller.stderr:
            if not moved and '"reconciled"' in line:
                move()
                moved = True
            if "/versions/current/metadata" in line:
                break
    finally:
        too_long.cancel()
        controller.terminate()
        controller.communicate(timeout=30)
    return recorder.taken()


def version_of(requests):
    versions = {value for one in requests for name, value in
                urllib.parse.parse_qsl(one["target"].partition("?")[2]) if name == "version"}
    return versions.pop() if len(versions) == 1 else None


def reasons_for(name, reasons):
    return {**reasons.get("every operation", {}), **reasons.get(name, {})}


def main(certloop, fixtures_file, folder):
    with open(fixtures_file, encoding="utf-8") as file:
        fixtures = json.load(file)
    with open(os.path.join(os.path.dirname(__file__), "differences.json"), encoding="utf-8") as file:
        reasons = json.load(file)
    requests = record_certloop(certloop, fixtures, folder)
    recorder = Recorder(os.environ["LOCALCLOUD_URL"])
    sdk = Sdk(recorder, version_of(requests))
    ours = {}
    for request in requests:
        name, named = operation_of(request)
        ours.setdefault(name, (request, named))
    columns = ("method", "path", "query", *HEADERS, "body")
    print("\n%-28s %s" % ("certloop's request", " ".join("%-16s" % column for column in columns)))
    bad, told = 0, {}
    for name, _, _ in OPERATIONS:
        if name not in ours:
            print("%-28s FAIL: certloop never sent it" % name)
            bad += 1
            continue
        mine, theirs = parts_of(ours[name][0]), parts_of(sdk.repeat(name, *ours[name]))
        words = []
        for column in columns:
            reason = reasons_for(name, reasons).get(column)
            if mine[column] == theirs[column]:
                words.append("equal")
            elif reason:
                words.append("reason")
                told["%s of %s" % (column, name)] = reason
            else:
                words.append("DIFFERS")
                bad += 1
                shown = "" if column == "body" else ": %s, not %s" % (mine[column], theirs[column])
                told["%s of %s" % (column, name)] = "FAIL" + shown
        print("%-28s %s" % (name, " ".join("%-16s" % word for word in words)))
    for what, reason in told.items():
        print("  %s: %s" % (what, reason))
    print("requests: %d operations of certloop compared with the SDK's, %d faults" % (len(ours), bad))
    recorder.close()
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
