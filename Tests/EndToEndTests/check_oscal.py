"""Holds assessment results of OSCAL to what others say that they are.

    check_oscal.py FILE...
    check_oscal.py --traps FILE

Each file must pass the JSON Schema of NIST and compliance-trestle, and have no reference that leads
nowhere, no id that is there twice, and no finding on something that was not selected. Prints how
many observations, risks and findings there are. With `--traps`, one good file is spoiled in many
ways, each of which must be noticed. Exit code 1 and the reasons if anything is otherwise.
"""

import copy
import json
import pathlib
import re
import sys
import tempfile

import jsonschema_rs
from trestle.core.validator_factory import validator_factory
from trestle.oscal.assessment_results import AssessmentResults

FOLDER = pathlib.Path(__file__).resolve().parent / "oscal"
SCHEMA = jsonschema_rs.validator_for(
    json.loads((FOLDER / "oscal_assessment-results_schema.json").read_text()),
    validate_formats=True,
)
UUID = re.compile("[0-9a-f]{8}-[0-9a-f]{4}-[45][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")
TIME = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{3}Z")


def nodes(value, path=()):
    """Every object of a document, with the names of the members that lead to it."""
    if isinstance(value, dict):
        yield path, value
        for name, member in value.items():
            yield from nodes(member, path + (name,))
    elif isinstance(value, list):
        for member in value:
            yield from nodes(member, path)


def with_schema(document):
    for error in SCHEMA.iter_errors(document):
        yield f"schema: {'/'.join(map(str, error.instance_path))}: {error.message[:200]}"


def with_trestle(document):
    with tempfile.TemporaryDirectory() as folder:
        file = pathlib.Path(folder) / "results.json"
        file.write_text(json.dumps(document))
        try:
            results = AssessmentResults.oscal_read(file)
        except Exception as error:
            yield f"trestle: {str(error)[:200]}"
            return
        for validator in validator_factory.get_all() if results else []:
            if not validator.model_is_valid(results, True):
                yield f"trestle: {validator.error_msg()}"
        if results is None:
            yield "trestle: there is nothing in it"


# Members that name something, and where what they name is.
REFERENCES = {
    "observation-uuid": {"observations"},
    "risk-uuid": {"risks"},
    "subject-uuid": {"components"},
    "actor-uuid": {"components"},
    "component-uuid": {"components"},
}


def references(document):
    """What leads nowhere, is there twice, or is led to by nothing."""
    places, reached = {}, set()
    for path, node in nodes(document):
        if "uuid" in node:
            if node["uuid"] in places:
                yield f"the id {node['uuid']} is there twice"
            places[node["uuid"]] = path[-1] if path else ""
    for path, node in nodes(document):
        for name, value in node.items():
            if name == "uuid" or name.endswith("-uuid"):
                if not UUID.fullmatch(str(value)):
                    yield f"{value} is no lower-case UUID"
            if name in REFERENCES and places.get(value) not in REFERENCES[name]:
                yield f"{name} {value} leads nowhere"
            elif name.endswith("-uuid") and name not in REFERENCES:
                yield f"nothing says where {name} leads"
            if name == "href":
                target = str(value).removeprefix("#")
                if value == target or places.get(target) != "resources":
                    yield f"{value} leads nowhere"
                reached.add(target)
    for uuid, place in places.items():
        if place == "resources" and uuid not in reached:
            yield f"nothing leads to the resource {uuid}"


def contents(document):
    """What no schema says, and this project does."""
    results = document["assessment-results"]
    if results["metadata"]["oscal-version"] != "1.1.3":
        yield "it declares another version of OSCAL"
    for path, node in nodes(document):
        for name, value in node.items():
            if value in ([], {}):
                yield f"{name} is empty"
            is_time = name in ("last-modified", "start", "end", "collected", "expires", "deadline")
            if is_time and not TIME.fullmatch(str(value)):
                yield f"{name} {value} is no time of ours"
    for result in results["results"]:
        reviewed = result["reviewed-controls"]
        controls = listed(reviewed, "control-selections", "include-controls", "control-id")
        objectives = listed(
            reviewed, "control-objective-selections", "include-objectives", "objective-id"
        )
        if sorted(set(controls)) != sorted(controls):
            yield "a control is selected twice"
        found = [finding["target"]["target-id"] for finding in result.get("findings", [])]
        if sorted(set(found)) != sorted(found):
            yield "there are two findings on one objective"
        for objective in found:
            if objective not in objectives or objective.partition("_obj")[0] not in controls:
                yield f"{objective} was not selected"
        for finding in result.get("findings", []):
            status = finding["target"]["status"]
            words = (status["state"], status.get("reason"))
            if words not in [
                ("satisfied", "pass"),
                ("not-satisfied", "fail"),
                ("not-satisfied", "other"),
            ]:
                yield f"{words} is no state of ours"
            if words[0] == "satisfied" and not finding.get("related-observations"):
                yield "something is satisfied that nobody observed"


def listed(reviewed, selections, lists, name):
    return [
        row[name] for selection in reviewed.get(selections, []) for row in selection.get(lists, [])
    ]


def complaints(document):
    found = list(with_schema(document))
    # The other checks read a document of the right form.
    return found or [*with_trestle(document), *references(document), *contents(document)]


def spoiled(document):
    """The document with one thing wrong, for each that has been seen to go wrong."""

    def change(name, edit):
        copied = copy.deepcopy(document)
        edit(copied["assessment-results"], copied["assessment-results"]["results"][0])
        return name, copied

    def first(result, name):
        return result[name][0]

    seventh = "01890a5d-ac96-774b-bcce-b302099a8057"
    yield change("a UUID of version 7", lambda d, r: d.update(uuid=seventh))
    yield change("an upper-case UUID", lambda d, r: d.update(uuid=d["uuid"].upper()))
    for name in ("observations", "findings", "risks"):
        yield change(f"no {name}, as an empty list", lambda d, r: r.update({name: []}))
    yield change("no results, as an empty list", lambda d, r: d.update(results=[]))
    for name, time in [
        ("without a zone", "2026-11-23T00:00:00"),
        ("with an offset that is none", "2026-11-23T00:00:00+02:17"),
        ("with a leap second", "2026-12-31T23:59:60Z"),
        ("after the year 2999", "3000-01-01T00:00:00.000Z"),
    ]:
        yield change(f"a time {name}", lambda d, r: r.update(start=time))
    yield change(
        "a finding without status", lambda d, r: first(r, "findings")["target"].pop("status")
    )
    for name in ("CP-9(1)", "164.308_a_7"):
        yield change(
            f"the objective {name}",
            lambda d, r: first(r, "findings")["target"].update({"target-id": name}),
        )
    yield change(
        "a third state",
        lambda d, r: first(r, "findings")["target"]["status"].update(state="partially-satisfied"),
    )
    for name, title in [("with a line break", "a\nb"), ("without anything", "")]:
        yield change(f"a title {name}", lambda d, r: r.update(title=title))
    for name, value in [("number", 12), ("nothing", ""), ("a leading blank", " 12")]:
        yield change(
            f"a value of a property: {name}",
            lambda d, r: first(first(r, "observations"), "props").update(value=value),
        )
    yield change("a member that OSCAL has not", lambda d, r: r.update(verdict="good"))
    yield change(
        "a component without status",
        lambda d, r: first(r["local-definitions"], "components").pop("status"),
    )
    yield change(
        "assets without a platform",
        lambda d, r: r["local-definitions"]["assessment-assets"].pop("assessment-platforms"),
    )
    other = "00000000-0000-4000-8000-000000000000"
    yield change(
        "a subject that is not there",
        lambda d, r: first(first(r, "observations"), "subjects").update({"subject-uuid": other}),
    )
    yield change(
        "an observation that is not there",
        lambda d, r: first(r, "findings").update(
            {"related-observations": [{"observation-uuid": other}]}
        ),
    )
    yield change("a plan that is not there", lambda d, r: d["import-ap"].update(href="#" + other))
    yield change("a plan elsewhere", lambda d, r: d["import-ap"].update(href="plan.json"))
    yield change(
        "a resource that nothing leads to",
        lambda d, r: d["back-matter"]["resources"].append({"uuid": other}),
    )
    yield change(
        "an id that is there twice",
        lambda d, r: first(r, "observations").update(uuid=d["uuid"]),
    )
    yield change(
        "a finding on what was not selected",
        lambda d, r: first(r, "findings")["target"].update({"target-id": "zz-9_obj"}),
    )


def read(path):
    return json.loads(pathlib.Path(path).read_text(encoding="utf-8"))


def main(arguments):
    if arguments[:1] == ["--traps"]:
        document = read(arguments[1])
        found = complaints(document)
        for name, copied in spoiled(document):
            if copied == document:
                found.append(f"nothing was spoiled: {name}")
            elif not complaints(copied):
                found.append(f"not noticed: {name}")
            else:
                print(name)
        return found
    found = []
    for path in arguments:
        document = read(path)
        found += [f"{path}: {complaint}" for complaint in complaints(document)]
        for result in document["assessment-results"]["results"]:
            counts = [len(result.get(name, [])) for name in ("observations", "risks", "findings")]
            print(*counts)
    return found


if __name__ == "__main__":
    found = main(sys.argv[1:])
    print(*found, sep="\n", file=sys.stderr, end="\n" if found else "")
    sys.exit(1 if found or len(sys.argv) < 2 else 0)
