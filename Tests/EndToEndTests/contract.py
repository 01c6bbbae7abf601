"""Holds a running dr-server to its own description, /openapi.json.

    contract.py URL TOKEN_FILE SCENARIO_FILE FOLDER EXAMPLES SEED

Everything that is described is done once, so that there is something to read. Then Schemathesis,
as it comes from PyPI, sends what the description allows and what it does not. Answers may have
no status, no form and no member that is not described, and none may be a failure of the server.
The token is that of an admin, the scenario a short one that fails: then there are findings and
alerts. The folder is for files of this program. Exit code 1 and the reason if anything is
otherwise.
"""

import json
import pathlib
import re
import subprocess
import sys
import urllib.error
import urllib.parse
import urllib.request

import jsonschema_rs

BASE = sys.argv[1].rstrip("/")
TOKEN = pathlib.Path(sys.argv[2]).read_text().strip()
SCENARIO = pathlib.Path(sys.argv[3]).read_text()
FOLDER = pathlib.Path(sys.argv[4]).resolve()
EXAMPLES, SEED = sys.argv[5:7]
BUILT_IN = range(1, 7)
CHECKS = [
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_headers_conformance",
    "response_schema_conformance",
]


def send(method, path, body=None):
    """The status, the media type and the body of an answer; of a stream, its first event."""
    request = urllib.request.Request(
        BASE + path,
        method=method,
        data=None if body is None else json.dumps(body).encode(),
        headers={"Authorization": f"Bearer {TOKEN}", "Content-Type": "application/json"},
    )
    try:
        answer = urllib.request.urlopen(request, timeout=120)
    except urllib.error.HTTPError as error:
        answer = error
    with answer:
        media = answer.headers.get_content_type()
        if media == "text/event-stream":
            lines = iter(answer.readline, b"")
            return answer.status, media, next(line for line in lines if line.startswith(b"id:"))
        return answer.status, media, answer.read()


def closed(schema):
    """The same schema, with no other members than those that it names."""
    if isinstance(schema, list):
        return [closed(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    schema = {name: closed(part) for name, part in schema.items()}
    if schema.get("type") == "object" and isinstance(schema.get("properties"), dict):
        schema.setdefault("additionalProperties", False)
    return schema


def description():
    """What the server says of itself, with answers that name all they have."""
    document = json.loads(send("GET", "/openapi.json")[2])
    # All of these are answers: what is sent is described where it is sent.
    document["components"]["schemas"] = closed(document["components"]["schemas"])
    for path in document["paths"].values():
        for operation in path.values():
            operation["responses"] = closed(operation["responses"])
    return document


DOCUMENT = description()


def call(expected, method, route, body=None, query="", **values):
    """Does what is described, and returns what was answered, which must be as described."""
    path = route.format(**{name: urllib.parse.quote(str(it)) for name, it in values.items()})
    status, media, text = send(method, path + query, body)
    what = f"{method} {path}{query}: {status} {text[:500]}"
    if status != expected:
        sys.exit(f"{what}, and not {expected}")
    answers = DOCUMENT["paths"][route][method.lower()]["responses"]
    content = answers.get(str(status), {}).get("content", {}).get(media)
    if content is None:
        sys.exit(f"{what}: {media} is not described")
    if media != "application/json":
        return text
    schema = {**content["schema"], "components": DOCUMENT["components"]}
    value = json.loads(text)
    for error in jsonschema_rs.validator_for(schema, validate_formats=True).iter_errors(value):
        sys.exit(f"{what}: {error}")
    return value.get("data", value)


def keep(table, create, body, change):
    """Creates, changes and removes a row, and leaves another one."""
    noun = table.removesuffix("s")
    row = call(201, "POST", create, body)
    call(200, "PUT", table + "/{id}", change, id=row["id"])
    call(200, "DELETE", table + "/{id}", id=row["id"])
    call(404, "PUT", table + "/{id}", change, id=row["id"])
    call(422, "POST", create, {"no": noun})
    return row["id"]


def do_everything():
    """Every operation, each with an answer of success.

    Returns the ids of a test, of its scenario, and of a report.
    """
    api = "/api/testing"
    # What is tried later must not start drills of minutes.
    for number in BUILT_IN:
        call(200, "PUT", f"{api}/scenarios/{{id}}", {"enabled": False}, id=number)
    text = {"scenario_text": SCENARIO}
    scenario = call(201, "POST", f"{api}/scenarios", text)["id"]
    test = call(200, "POST", f"{api}/execute", {"scenario_id": scenario}, "?wait=true")["test_id"]
    other = call(202, "POST", f"{api}/execute", {"scenario_id": scenario})["test_id"]
    call(202, "POST", f"{api}/tests/{{id}}/cancel", {"reason": "seen enough"}, id=other)
    call(202, "POST", f"{api}/halt")
    for part in ("", "/results", "/logs", "/metrics", "/events"):
        call(200, "GET", f"{api}/tests/{{id}}{part}", id=test)
    call(200, "GET", f"{api}/events", query="?last_event_id=1")
    call(400, "GET", f"{api}/events", query="?last_event_id=one")
    call(404, "GET", f"{api}/tests/{{id}}/events", id=1)

    report = call(201, "POST", f"{api}/reports/generate", {"report_type": "daily"})
    call(200, "GET", f"{api}/reports/{{id}}", id=report["id"])
    for file in report["files"]:
        call(200, "GET", f"{api}/reports/{{id}}/files/{{name}}", id=report["id"], name=file["name"])
    alert = call(200, "GET", f"{api}/alerts")[0]["id"]
    call(200, "POST", f"{api}/alerts/{{id}}/acknowledge", id=alert)
    keep_rows(api, scenario)

    for name in ("history", "scenarios", "schedules", "reports", "findings", "alerts", "excuses"):
        if not call(200, "GET", f"{api}/{name}"):
            sys.exit(f"there are no {name} to look at")
    for name in ("cadences", "stats", "audit/head", "audit/checkpoint"):
        call(200, "GET", f"{api}/{name}")
    call(200, "GET", f"{api}/audit/proof/{{position}}", position=1)
    call(200, "GET", f"{api}/audit/views/{{view}}", view="dr_tests")
    call(200, "POST", f"{api}/tokens/{{id}}/revoke", {"reason": "it leaked"}, id="a token")
    call(200, "POST", "/signin", {"token": TOKEN})
    call(200, "POST", "/signout")
    for path in ("/healthz", "/readyz", "/metrics", "/openapi.json"):
        call(200, "GET", path)
    return test, scenario, report["id"]


def keep_rows(api, scenario):
    """Rows of all tables that people keep; one of each stays, with the id 1."""
    schedule = {"scenario_id": scenario, "schedule_name": "one", "cron_expression": "0 2 1 1 *"}
    keep(f"{api}/schedules", f"{api}/schedule", schedule, {"enabled": False})
    drill = {"scenario": "Short outage", "target": "embedded", "reason": "policy"}
    excuse = {"due_at": "2026-11-23T08:30:00Z", "executor": "ada", "approver": "ops"}
    cadence = {"interval_ms": 86_400_000}
    for name, body in (("excuses", {**drill, **excuse}), ("cadences", {**drill, **cadence})):
        call(201, "POST", f"{api}/{name}", {**body, "reason": "stays", "target": "other"})
        keep(f"{api}/{name}", f"{api}/{name}", body, {"reason": "another"})
    text = {"scenario_text": SCENARIO.replace("Short outage", "Another outage")}
    keep(f"{api}/scenarios", f"{api}/scenarios", text, {"enabled": False})


def try_everything(test, scenario, report):
    """What Schemathesis thinks of, with ids of what is there."""
    (FOLDER / "openapi.json").write_text(json.dumps(DOCUMENT))
    ids = {r"/tests/\{id\}": test, r"/reports/\{id\}": report, r"/scenarios/\{id\}": scenario}
    ids |= {rf"/{name}/\{{id\}}": 1 for name in ("alerts", "schedules", "excuses", "cadences")}
    lines = ["continue-on-failure = true", "request-timeout = 30.0", "[headers]"]
    lines.append(f'Authorization = "Bearer {TOKEN}"')
    for pattern, number in ids.items():
        # What is removed would not be there for the others; a half of the ids is made up.
        lines += ["[[operations]]", f"include-path-regex = '{pattern}'"]
        lines += ["exclude-method = 'DELETE'", f'parameters = {{ "path.id" = {number} }}']
    settings = FOLDER / "schemathesis.toml"
    settings.write_text("\n".join(lines) + "\n")
    program = pathlib.Path(sys.executable).with_name("schemathesis")
    arguments = ["--no-color", "--config-file", settings, "run", FOLDER / "openapi.json"]
    arguments += ["--url", BASE, "--phases", "coverage,fuzzing", "--checks", ",".join(CHECKS)]
    # Streams do not end.
    arguments += ["--exclude-path-regex", "/events$", "--warnings", "off"]
    arguments += ["--max-examples", EXAMPLES, "--seed", SEED]
    if subprocess.run([program, *arguments], cwd=FOLDER).returncode != 0:
        sys.exit("Schemathesis has found something")


def check_metrics():
    """What the server itself has counted: everything was done, and nothing has failed."""
    pattern = re.compile(r'dr_http_requests_total\{method="(.*)",route="(.*)",status="(\d+)"\}')
    counted = pattern.findall(send("GET", "/metrics")[2].decode())
    failed = [one for one in counted if one[2].startswith("5")]
    if failed:
        sys.exit(f"the server has failed: {failed}")
    done = {(method.lower(), route) for method, route, status in counted if status < "300"}
    described = {(method, path) for path, item in DOCUMENT["paths"].items() for method in item}
    if described - done:
        sys.exit(f"never done: {sorted(described - done)}")
    print(f"{len(described)} operations are as described")


ids = do_everything()
try_everything(*ids)
send("POST", "/api/testing/halt")
check_metrics()
