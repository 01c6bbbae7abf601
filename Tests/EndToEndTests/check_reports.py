"""Holds the files of reports to what their formats say.

    check_reports.py FILE...
    check_reports.py --traps FILE...

JSON must keep to the schema of this project that it names, JUnit to `junit-strict.xsd`, CSV to
RFC 4180, HTML to the standard, without a reference that leaves the file and with text that keeps a
contrast of 4.5:1. Files of other kinds are refused. With `--traps`, each file is spoiled in several
ways, each of which must be noticed. Exit code 1 and the reasons if anything is otherwise.
"""

import csv
import io
import json
import pathlib
import re
import sys
import xml.etree.ElementTree

import jsonschema_rs
import xmlschema

import html_page

TESTS = pathlib.Path(__file__).resolve().parent
SCHEMAS = TESTS.parents[1] / "Reports" / "Reporting" / "Schemas"
JUNIT = xmlschema.XMLSchema(str(TESTS / "junit-strict.xsd"))


def json_complaints(content):
    def refuse(name):
        raise ValueError(f"{name} is no JSON")

    def members(pairs):
        if len({name for name, _ in pairs}) != len(pairs):
            raise ValueError("a member is there twice")
        return dict(pairs)

    try:
        document = json.loads(
            content.decode("utf-8"), parse_constant=refuse, object_pairs_hook=members
        )
    except ValueError as error:
        yield str(error)
        return
    schemas = {}
    for file in sorted(SCHEMAS.glob("*.schema.json")):
        schema = json.loads(file.read_text(encoding="utf-8"))
        schemas[schema["$id"]] = schema
    named = (document.get("schema") or {}).get("id")
    if named not in schemas:
        yield f"it names the schema {named}"
        return
    for error in jsonschema_rs.validator_for(schemas[named]).iter_errors(document):
        yield f"{'/'.join(map(str, error.instance_path))}: {error.message[:200]}"


def junit_complaints(content):
    try:
        suites = xml.etree.ElementTree.fromstring(content)
    except xml.etree.ElementTree.ParseError as error:
        yield f"it is no XML: {error}"
        return
    if b"<!" in content:
        yield "it declares something"
    errors = [f"{error.path}: {error.reason}" for error in JUNIT.iter_errors(content.decode())]
    yield from errors
    if errors:
        return
    kinds = {"failures": "failure", "errors": "error", "skipped": "skipped"}
    for suite in [suites, *suites.findall("testsuite")]:
        cases = list(suite.iter("testcase"))
        if suite.get("tests") != str(len(cases)):
            yield f"{suite.get('name')}: there are {len(cases)} test cases"
        for name, kind in kinds.items():
            count = sum(case.find(kind) is not None for case in cases)
            if suite.get(name) not in (None, str(count)):
                yield f"{suite.get('name')}: {name} are {count}"
        total = sum(milliseconds(case) for case in cases)
        # Each of them is rounded down for itself.
        if not 0 <= milliseconds(suite) - total <= len(cases):
            yield f"{suite.get('name')}: its time is not that of its test cases"
    for case in suites.iter("testcase"):
        for complaint in [child for child in case if child.tag in kinds.values()]:
            if complaint.text != complaint.get("message"):
                yield f"{case.get('name')}: the message is not what is inside"


def milliseconds(element):
    return int((element.get("time") or "0").replace(".", ""))


def fields(text):
    """The records of RFC 4180, and nothing that only looks like them."""
    records, record, place = [], [], 0
    while place < len(text):
        if text[place] == '"':
            field, place = "", place + 1
            while True:
                end = text.index('"', place)
                field, place = field + text[place:end], end + 1
                if text[place : place + 1] != '"':
                    break
                field, place = field + '"', place + 1
        else:
            field = re.compile('[^",\r\n]*').match(text, place).group()
            place += len(field)
        record.append(field)
        if text[place : place + 1] == ",":
            place += 1
        elif text[place : place + 2] == "\r\n":
            records.append(record)
            record, place = [], place + 2
        else:
            raise ValueError(f"a field ends with {text[place : place + 8]!r}")
    if record:
        raise ValueError("the last line has no end")
    return records


def csv_complaints(content):
    try:
        text = content.decode("utf-8")
        records = fields(text)
        rows = list(csv.reader(io.StringIO(text, newline=""), strict=True))
    except (ValueError, csv.Error) as error:
        yield str(error)
        return
    if rows != records:
        yield "two readers read two things"
    if not rows or text.startswith("\ufeff"):
        yield "it does not begin with names of columns"
        return
    if len(set(rows[0])) != len(rows[0]):
        yield "a column is there twice"
    for number, row in enumerate(rows, start=1):
        if len(row) != len(rows[0]):
            yield f"row {number} has {len(row)} fields"
        for field in row:
            if field[:1] in tuple("=+-@\t\r") and field:
                yield f"row {number}: {field[:20]!r} is a formula to a spreadsheet"
            if re.search("[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", field):
                yield f"row {number}: {field[:20]!r} is not harmless"


KINDS = [
    (".junit.xml", junit_complaints),
    (".json", json_complaints),
    (".csv", csv_complaints),
    (".html", html_page.complaints),
]


def checked(path):
    """The function that checks a file."""
    for ending, function in KINDS:
        if path.name.endswith(ending) and not path.name.endswith(".oscal.json"):
            return function
    raise SystemExit(f"{path}: no check is for this kind of file")


def spoiled(path, content):
    """The file with one thing wrong, for several things."""

    def change(old, new):
        return content.replace(old, new, 1)

    if path.name.endswith(".json"):
        yield "another member", change(b"{", b'{"more":1,')
        yield "a member twice", change(b"{", b'{"document_id":"",')
        yield "no head", re.sub(rb'"generated_at":"[^"]*",', b"", content, count=1)
        yield "a number that JSON has not", re.sub(rb'":[0-9]+', b'":NaN', content, count=1)
        yield "a time without a zone", re.sub(rb'(_at":"[^"]*)Z"', rb'\1"', content, count=1)
        yield "another schema", change(b"urn:dr-testing:schema:", b"urn:dr-testing:schemas:")
    elif path.name.endswith(".xml"):
        yield "an attribute of one reader", change(b"<testsuites ", b'<testsuites timestamp="" ')
        yield "a wrong count", re.sub(rb'tests="([0-9]+)"', rb'tests="1\1"', content, count=1)
        yield "an exponent", re.sub(rb'time="[^"]*"', b'time="1e3"', content, count=1)
        yield "a control character", change(b'name="', b'name="\x1b')
        yield "a suite without a case", change(
            b"</testsuites>",
            b'<testsuite name="drills.a.b" tests="0" failures="0" errors="0" skipped="0" '
            b'time="0.000"/></testsuites>',
        )
        yield "a point in a name", re.sub(rb'"drills\.', b'"drills.a.', content, count=1)
    elif path.name.endswith(".csv"):
        yield "a line feed alone", change(b"\r\n", b"\n")
        yield "a field more", change(b"\r\n", b",more\r\n")
        yield "no last end", content[:-2]
        yield "a quote inside of a field", change(b",", b'a"b,')
        commas = b"," * content.partition(b"\r\n")[0].count(b",")
        yield "a formula", content + b"=1+1" + commas + b"\r\n"
    else:
        yield from html_page.spoiled(content)


def main(arguments):
    found = []
    is_spoiling = arguments[:1] == ["--traps"]
    for path in map(pathlib.Path, arguments[1:] if is_spoiling else arguments):
        check, content = checked(path), path.read_bytes()
        if not is_spoiling:
            found += [f"{path.name}: {complaint}" for complaint in check(content)]
            print(path.name)
            continue
        for name, changed in spoiled(path, content):
            if changed == content:
                found.append(f"{path.name}: nothing was spoiled: {name}")
            elif not list(check(changed)):
                found.append(f"{path.name}: not noticed: {name}")
            else:
                print(f"{path.name}: {name}")
    return found


if __name__ == "__main__":
    found = main(sys.argv[1:])
    print(*found, sep="\n", file=sys.stderr, end="\n" if found else "")
    sys.exit(1 if found or len(sys.argv) < 2 else 0)
