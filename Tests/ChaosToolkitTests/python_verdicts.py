"""Writes verdicts.json: what Chaos Toolkit and the libraries under it make of each case here.

Needs chaostoolkit-lib 1.44.0, chaostoolkit-toxiproxy 0.3.1 and jsonpath2 0.4.5:

    python3 python_verdicts.py > verdicts.json
"""

import json
import os
from datetime import datetime, timedelta, timezone
from unittest import mock

import requests
import yaml
from chaoslib import convert_to_type, substitute
from chaoslib.exceptions import ChaosException
from chaoslib.hypothesis import ensure_hypothesis_tolerance_is_valid, within_tolerance
from chaoslib.provider.process import run_process_activity
from chaostoxi.proxy import actions as proxy_actions
from chaostoxi.proxy import probes as proxy_probes
from chaostoxi.toxic import actions as toxic_actions
from jsonpath2.path import Path

RAISES = {"raises": True}

# Templates, over one configuration and two scopes of secrets.
CONFIGURATION = {
    "n": 3, "f": 1.5, "s": "x", "b": True, "nothing": None, "list": [1, "a", None, False],
    "object": {"k": "v's", "q": 'a"b', "t": "tab\tnew\n"}, "A": "upper", "_u": "under",
    "both": "configuration", "big": 12345678901234567890, "tiny": 1e-07, "large": 1e16,
    "half": 9007199254740994.0, "accent": "é\u200b\u00a0z", "dollar": "${s}",
    "odd": ["é\u200b\u00a0z\x07", "😀\u2028\ue000", "both ' and \""],
}
SECRETS = {"first": {"token": "t1", "both": "secret"}, "second": {"token": "t2", "pin": 1234}}
TEMPLATES = [
    "${n}", "$n", "a ${n} b", "$$", "$${n}", "$$$n", "${missing}", "${a-b}", "${a.b}", "${ n }",
    "${b} x", "${nothing} x", "${nothing}", "${list} x", "${list}", "${object} x", "${object}",
    "${f}x", "$missing y", "${n", "${A}${n}", "price $5", "${n}\n", "$", "${}", "é${n}", "$é",
    "${_u}", "$_u$n", "${both}", "${token}", "x${token}", "${pin}", "${pin}!", "${big}",
    "${big}.", "${tiny}.", "${large}.", "${half}.", "${accent}.", "${list}${object}", "${dollar}",
    "${odd}.", "$n.$s", "${n}${n}", "{n}", "", "${N}", "$ n", "$s$", "a$$b$$", "${Éa}", "${nß}",
    {"k": ["${n}", {"${n}": "$s"}], "m": None, "l": [], "d": {}}, ["${n}", 1, None, True, "$s s"],
]

HTTP = {"status": 200, "headers": {"A": "b"}, "body": {"items": [1, 2, 3], "name": "x"}}
NO_CONTENT = {"status": 204, "headers": {}, "body": ""}
PROCESS = {"status": 0, "stdout": "all good\nversion 1.25\n", "stderr": ""}
JSON_PROCESS = {"status": 1, "stdout": '{"a": [1, 2.0, true], "n": null}', "stderr": "oops"}
VALUES = [
    None, True, False, 0, 1, 2, -1, 200, 204, 3.0, 2.5, "", "1", "2.5", "abc", "200", " 7 ",
    "1_000", "NaN", "Infinity", "1e3", "-.5", "+5.", "1e", "0.1", [], [1, 2], ["a"], {}, {"a": 1},
    {"status": "ok"}, 12345678901234567890, 1e300, 0.1,
    HTTP, NO_CONTENT,
    PROCESS,
    JSON_PROCESS,
]
TOLERANCES = [
    True, False, 0, 1, 200, "", "abc", "1", "${n}", "${s}", "${list}", "${f}", "${range}",
    "${missing}", "$$", None, 1.5, [], [200], [200, 204], [200, 299], [200, 204, 301], [0, 1],
    [1, "a"], ["a", "b"], ["abc"], [1, 2, 3], [True], ["ok", "fine"], [[1], [2]], [2.5, 2.5],
    ["1", "2"], [None, 1], [12345678901234567889, 12345678901234567891],
    {"type": "range", "range": [1, 3]}, {"type": "range", "range": [0.1, 0.1]},
    {"type": "range", "range": [3, 1]},
    {"type": "range", "range": [200, 299], "target": "status"},
    {"type": "range", "range": [0, 10], "target": "stdout"},
    {"type": "range", "range": [0, 10], "target": "missing"},
    {"type": "range", "range": ["0", "1"]}, {"type": "range", "range": [1]},
    {"type": "range", "range": "1-2"}, {"type": "range"}, {"type": "range", "range": [True, 9]},
    {"type": "range", "range": [1e-320, 1e300]},
    {"type": "range", "range": [-0.5, 0.30000000000000004]}, {"type": "regex", "pattern": "good"},
    {"type": "regex", "pattern": "^abc$"},
    {"type": "regex", "pattern": "good", "target": "stdout"},
    {"type": "regex", "pattern": "version (?P<major_part>\\d+)\\.(\\d+)", "target": "stdout"},
    {"type": "regex", "pattern": "${s}", "target": "name"}, {"type": "regex", "pattern": "["},
    {"type": "regex", "pattern": 5}, {"type": "regex"}, {"type": "regex", "pattern": "${n}"},
    {"type": "regex", "pattern": "x", "target": "body"}, {"type": "regex", "pattern": ""},
    {"type": "jsonpath", "path": "$.items"}, {"type": "jsonpath", "path": "$.items[*]"},
    {"type": "jsonpath", "path": "$.body.items[*]", "count": 3},
    {"type": "jsonpath", "path": "$.body.items[*]", "count": 2},
    {"type": "jsonpath", "path": "$.items[*]", "target": "body", "expect": [1, 2, 3]},
    {"type": "jsonpath", "path": "$.items[0]", "target": "body", "expect": 1},
    {"type": "jsonpath", "path": "$.items[0]", "target": "body", "expect": "${one}"},
    {"type": "jsonpath", "path": "$.items[0]", "target": "body", "expect": True},
    {"type": "jsonpath", "path": "$.items[0]", "target": "body", "expect": 1, "count": 9},
    {"type": "jsonpath", "path": "$.a[1]", "target": "stdout", "expect": 2},
    {"type": "jsonpath", "path": "$.n", "target": "stdout", "expect": None},
    {"type": "jsonpath", "path": "$.n", "target": "stdout", "expect": [None]},
    {"type": "jsonpath", "path": "$.a", "target": "stdout", "expect": [[1, 2, True]]},
    {"type": "jsonpath", "path": "$"}, {"type": "jsonpath", "path": "$", "expect": "abc"},
    {"type": "jsonpath", "path": "$.a", "count": 0},
    {"type": "jsonpath", "path": "$.a", "count": None}, {"type": "jsonpath", "path": ""},
    {"type": "jsonpath"}, {"type": "jsonpath", "path": "items"},
    {"type": "jsonpath", "path": "$..a"},
    {"type": "jsonpath", "path": "$.headers.A", "expect": ["b"]}, {"type": "unknown"}, {},
]
TOLERANCE_CONFIGURATION = {
    "n": 1, "s": "a", "list": [200, 204], "f": 2.5, "one": 1,
    "range": {"type": "range", "range": [1, 2]},
}

PATTERNS = [
    ("a.c", ["abc", "a\nc", "a\rc", "a\u2028c"]), ("^b", ["a\nb", "b"]),
    ("(?m)^b", ["a\nb", "a\rb"]), ("a$", ["a", "a\n", "a\nb", "a\r\n"]), (r"a\Z", ["a", "a\n"]),
    ("(?i)AB", ["xab", "AB"]), ("(?s)a.c", ["a\nc"]), (r"(?P<n_1>a)(?P=n_1)", ["aa", "ab"]),
    (r"(a)\1", ["aa", "ab"]), ("[[]", ["[", "a"]), ("[]]", ["]", "a"]), ("[^]]", ["]", "a"]),
    ("[a&&b]", ["&", "a", "c"]), ("[a-c-]", ["-", "b", "d"]), ('{"a": 1}', ['{"a": 1}', "a"]),
    ("x{2}", ["xx", "x"]), ("x{,2}y", ["xxy", "y", "z"]), ("x{2,}", ["xx", "x"]),
    ("x{a}", ["x{a}", "x"]), ("x{}", ["x{}", "x"]), (r"\d+", ["12", "٣", "a"]),
    (r"\w", ["é", "_", "-"]), (r"\s", [" ", "\u00a0", "a"]), (r"\bcat\b", ["a cat", "concat"]),
    (r"[\b]", ["\b", "b"]), (r"\v", ["\x0b", "\n"]), (r"\u00e9", ["é"]), (r"\x41", ["A"]),
    ("(?:a|b)+c", ["abc", "c"]), ("(?=a)a", ["a"]), ("(?<=a)b", ["ab", "b"]),
    ("(?<!a)b", ["ab", "b"]), ("a(?#comment)b", ["ab"]), ("(?u)é", ["é"]), ("a+?b", ["aab"]),
    ("a]", ["a]"]), ("a}", ["a}"]), (r"[\w.]+@x", ["a.b@x", "@x"]), (r"\.", [".", "a"]),
    ("(", []), (")", []), ("*a", []), ("a**", []), (r"\h", []), (r"\Q", []), ("(?P<a", []),
    ("[z-a]", []), ("a" + "\\", []), ("(?P=x)", []), ("(?<n>a)", []), (r"\p{L}", []),
    ("a{3,1}", []),
]

BOOKS = {
    "store": {
        "book": [
            {"category": "reference", "author": "N", "title": "S", "price": 8.95},
            {"category": "fiction", "author": "E", "title": "W", "price": 12.99, "isbn": None},
            {"category": "fiction", "author": "H", "title": "M", "isbn": "0-5", "price": 9},
        ],
        "bicycle": {"color": "red", "price": 19.95, "sold": False, "odd name": [1]},
    },
    "limit": 10, "index": 1, "key": "limit", "word": "naïve", "flag": True,
    "list": [0, 1, 2, 3, 4],
}
PATHS = [
    "$", "$.store", "$.store.book", "$.store.book[0].title", "$.store.book[-1].title",
    "$.list[-6]", "$.list[9]", "$.store.book[*].author", "$..author", "$..price", "$..*",
    "$..book[2]", "$.*", '$["store"]["bicycle"]["odd name"]', '$["limit","index","nothing"]',
    "$.list[0,2,-1]", "$.list[1:3]", "$.list[:2]", "$.list[2:]", "$.list[::2]", "$.list[:]",
    "$.list[-2:]", "$.list[:-2]", "$.list[-9:2]", "$.list[3:1:-1]", "$.list[4:0:-2]",
    "$.list[::-1]", "$.list[9:1:-3]", "$.list[1:100]", "$.list[-5:]", "$.list[-1:-9:-1]",
    "$.list[1:3,0]", "$.list[0:4:3]", "$.store.book[*][?(@.price < 10)].title",
    "$.store.book[*][?(@.price <= 9)].title", "$.store.book[*][?(@.price > $.limit)].title",
    "$.store.book[*][?(@.isbn)].title", "$.store.book[*][?(not @.isbn)].title",
    "$.store.book[*][?(@.isbn = null)].title",
    '$.store.book[*][?(@.category = "fiction" and @.price < 10)].title',
    '$.store.book[*][?(@.category = "reference" or @.price < 10 and @.title = "M")].title',
    '$.store.book[*][?((@.category = "reference") or (@.price > 10))].title',
    "$.store.book[*][?(not not @.isbn)].title", "$.store.book[?(@.price < 10)]",
    '$.store.book[*][?(@.title != "S")].title', "$.list[*][?(@ >= 2)]", "$.list[*][?(@ = 1.0)]",
    "$.list[*][?(@ = true)]", '$.list[*][?("a" < "b")]', "$.list[*][?(0)]", '$.list[*][?("x")]',
    "$.list[$.index]", "$[$.key]", "$.list[@[1]]", "$.list[$.flag]", "$.list[$.word]",
    "$.word.length()", "$.list.length()", "$.store.length()", "$.word.charAt(2)",
    "$.word.charAt(-1)", "$.word.charAt(9)", "$.word.substring(2)", "$.word.substring(1, 3)",
    "$.word.substring(-2)", "$.word.substring(1, 2, 3)", "$.word.charAt($.index)",
    "$.store.bicycle.keys()", "$.list.keys()", "$.store.bicycle.values()", "$.list.values()",
    "$.store.bicycle.entries()", "$.list.entries()",
    "$.store.book[*][?(@.title.length() = 1)].title", "$.list[length()]", '$.word["length"]',
    "$.nothing", "$.limit.x", "$.list.x", "$.store [ 'book' ]", " $ . limit ",
    "$.store.book[ 0 , 1 ].title", "$[?(@.limit = 10)].index",
    "$[?(@.list = [0, 1, 2, 3, 4])].index", '$[?({"a": 1} = {"a": 1.0})].key', "$.store..price",
    "$..book..title", '$..["price"]', "$..[0]", "$.list[1.0]", "$.list[01]", "$.list[]", "",
    "store", "@", "$.", "$..", "$.store.", "$[", "$]", "$.a-b", "$.true", "$.null", "$.and",
    "$.book[?(@.a == 1)]", "$.book[?(@.a = 'x')]", "$.x.unknown()", "$.list[(0)]", "$.list[?@]",
    "$.list[?(@.a]", "$.a b", "$.1", "$.list[*,0]", "$.word.charAt()", '$["\\u0041"]',
    "$.list[?(1)]", "$.list[0][0]", "$.list[*][*]",
]

YAMLS = [
    "", "~", "a: 1", "a: yes\nb: No\nc: on\nd: y",
    "- 010\n- 0o10\n- 0x1F\n- 0b101\n- 1_000\n- -5\n- +7", "- 1:30\n- 1:30:05\n- -1:30\n- 1:30.5",
    "- 1.5\n- 1e3\n- 1.5e+3\n- 1.5e3\n- .5\n- 5.\n- -.5\n- 1_0.5",
    "- null\n- Null\n- NULL\n- ~\n-",
    "- 'yes'\n- \"1\"\n- !!str 1\n- !!int '3'\n- !!float 3\n- !!bool 'yes'",
    "200: a\nyes: b\n~: c\n1.5: d", "a: &x {k: 1, l: [1]}\nb: *x\nc: {<<: *x, k: 2, m: 3}",
    "a: &x {k: 1}\nb: &y {k: 2, l: 3}\nc:\n  <<: [*x, *y]\n  z: 0",
    "a: |\n  x\n  y\nb: >\n  x\n  y\n", "12345678901234567890", "-0", "0_", "08", "09.5", "1__0",
    "- 0.0\n- -0.0", "a: b: c", "[1, 2", "\tx", "a: !custom x", "{a: 1, b: [true, False, NULL]}",
    "'it''s'", '"\\u00e9\\n"', "- a\n---\n- b", "é: ü", "- 1.\n- 1.e+3", "<<: {a: 1}", "+.5",
    "- 1e+3", "--- a\n...",
]

NUMBERS = [
    0, 1, -1, 1.0, -0.0, 0.1, 1e15, 1e16, 1e17, 123456789012345.6, 9007199254740993.0, 9.5e15,
    1234567890123456.7, 0.0001, 0.00001, 1e-7, 5e-324, 1.7976931348623157e308, 1e22, 100.0,
    2.5e-05, 12345678901234567890, -12345678901234567890, 2**63 - 1, -(2**63),
]
TEXTS = ["a", "é", '"q"', "back\\slash", "\n\r\t\b\f", "\x00\x1f\x7f", "😀", "</script>", "\u2028"]

CONVERSIONS = [
    (None, "5"), ("str", "5"), ("string", "x"), ("int", "5"), ("integer", " -7 "),
    ("int", "1_000"), ("int", "x"), ("int", "1.5"), ("int", 3.9), ("int", True), ("int", ""),
    ("int", "+5"), ("float", "1.5"), ("number", "3"), ("float", "x"), ("float", 2),
    ("bool", "false"), ("bool", "0"), ("bool", "No"), ("bool", "yes"), ("bool", ""),
    ("bool", "off"), ("bool", True), ("json", '{"a": [1]}'), ("json", ""), ("json", "{"),
    ("json", 5), ("dict", "x"), ("int", None), ("float", "1e3"), ("int", "12345678901234567890"),
]

REQUESTS = [
    {"url": "http://h/p"},
    {"url": "http://h/p?a=1#f", "arguments": {"b": "x y", "c": None, "d": [1, True]}},
    {"url": "http://h/", "arguments": "raw=1"},
    {"url": "http://h/", "arguments": [["a", 1], ["a", "é&"]]},
    {"url": "http://h/", "method": "post", "arguments": {"a": "x y", "b": 1.5, "c": {"k": 1}}},
    {
        "url": "http://h/",
        "method": "PUT",
        "headers": {"Content-Type": "application/json"},
        "arguments": {"a": "é", "b": [1, 2.0, None], "c": {}},
    },
    {
        "url": "http://h/",
        "method": "PUT",
        "headers": {"content-type": "application/json"},
        "arguments": {"a": 1},
    },
    {
        "url": "http://h/",
        "method": "POST",
        "headers": {"Content-Type": "application/json"},
        "arguments": {},
    },
    {"url": "http://h/", "method": "POST", "headers": {"Content-Type": "application/json"}},
    {"url": "http://h/", "method": "POST", "arguments": "plain text"},
    {"url": "http://h/", "method": "DELETE", "arguments": {}},
    {"url": "http://h/a b", "arguments": {"q": "~-._!*'()"}},
    {"url": "http://h/?x=", "arguments": {"y": ""}},
    {"url": "http://h/p%20q?z=%2F", "method": "HEAD"},
]

COMMANDS = [
    None, [], ["a", None, "", 1, 1.5, True, False, 0, ["x"], {"k": 1}],
    {"--flag": "v", "-n": 2, "--empty": ""}, "-c 'a b' | wc", ["${n}", "$n$$"],
]

TOXIPROXY = [
    (
        "chaostoxi.proxy.actions",
        "create_proxy",
        {"proxy_name": "p", "upstream_host": "u", "upstream_port": 80},
    ),
    (
        "chaostoxi.proxy.actions",
        "create_proxy",
        {
            "proxy_name": "p",
            "upstream_host": "env:TOXI_HOST",
            "upstream_port": "81",
            "listen_host": "127.0.0.1",
            "listen_port": 9,
            "enabled": False,
        },
    ),
    ("chaostoxi.proxy.actions", "modify_proxy", {"proxy_name": "p", "upstream_address": "b:1"}),
    (
        "chaostoxi.proxy.actions",
        "modify_proxy",
        {"proxy_name": "p", "listen_address": ":1", "enabled": True},
    ),
    ("chaostoxi.proxy.actions", "disable_proxy", {"proxy_name": "p"}),
    ("chaostoxi.proxy.actions", "enable_proxy", {"proxy_name": "p"}),
    ("chaostoxi.proxy.actions", "delete_proxy", {"proxy_name": "p"}),
    ("chaostoxi.proxy.actions", "reset", {}),
    ("chaostoxi.proxy.probes", "proxy_exist", {"proxy_name": "p"}),
    ("chaostoxi.proxy.probes", "get_proxy_attribute", {"proxy_name": "p", "attribute": "enabled"}),
    (
        "chaostoxi.toxic.actions",
        "create_toxic",
        {
            "for_proxy": "p",
            "toxic_name": "t",
            "toxic_type": "reset_peer",
            "stream": "upstream",
            "toxicity": 0.5,
            "attributes": {"timeout": 1},
        },
    ),
    ("chaostoxi.toxic.actions", "delete_toxic", {"for_proxy": "p", "toxic_name": "t"}),
    (
        "chaostoxi.toxic.actions",
        "create_latency_toxic",
        {"for_proxy": "p", "toxic_name": "t", "latency": 5},
    ),
    (
        "chaostoxi.toxic.actions",
        "create_latency_toxic",
        {"for_proxy": "p", "toxic_name": "t", "latency": 5, "jitter": 2},
    ),
    (
        "chaostoxi.toxic.actions",
        "create_bandwith_degradation_toxic",
        {"for_proxy": "p", "toxic_name": "t", "rate": 9},
    ),
    (
        "chaostoxi.toxic.actions",
        "create_slow_connection_close_toxic",
        {"for_proxy": "p", "toxic_name": "t", "delay": 9},
    ),
    (
        "chaostoxi.toxic.actions",
        "create_timeout_toxic",
        {"for_proxy": "p", "toxic_name": "t", "timeout": 0},
    ),
    (
        "chaostoxi.toxic.actions",
        "create_slicer_toxic",
        {"for_proxy": "p", "toxic_name": "t", "average_size": 1, "size_variation": 2, "delay": 3},
    ),
    (
        "chaostoxi.toxic.actions",
        "create_limiter_toxic",
        {"for_proxy": "p", "toxic_name": "t", "bytes_limit": 7},
    ),
]
MODULES = {
    "chaostoxi.proxy.actions": proxy_actions, "chaostoxi.proxy.probes": proxy_probes,
    "chaostoxi.toxic.actions": toxic_actions,
}


def attempt(call):
    try:
        return {"value": call()}
    except Exception:
        return RAISES


def tolerance_verdict(tolerance, value):
    tolerance = json.loads(json.dumps(tolerance))
    try:
        ensure_hypothesis_tolerance_is_valid(tolerance)
    except (ChaosException, TypeError, AttributeError):
        return "invalid"
    try:
        if isinstance(tolerance, str):
            tolerance = substitute(tolerance, TOLERANCE_CONFIGURATION, {})
        return bool(within_tolerance(tolerance, value, TOLERANCE_CONFIGURATION, {}))
    except Exception:
        return "raises"


def pattern_verdict(pattern, texts):
    tolerance = {"type": "regex", "pattern": pattern}
    try:
        ensure_hypothesis_tolerance_is_valid(tolerance)
    except ChaosException:
        return "invalid"
    return [within_tolerance(tolerance, text, {}, {}) for text in texts]


def prepared(provider):
    """The request that the HTTP provider sends, as `requests` prepares it."""
    provider = {"type": "http", **provider}
    sent = {}

    def send(self, request, **kwargs):
        sent["url"] = request.url
        sent["method"] = request.method
        body = request.body
        sent["body"] = body.decode() if isinstance(body, bytes) else body
        sent["content_type"] = request.headers.get("Content-Type")
        response = requests.Response()
        response.status_code = 200
        response._content = b""
        response.request = request
        response.url = request.url
        return response

    from chaoslib.provider.http import run_http_activity

    with mock.patch("requests.adapters.HTTPAdapter.send", send):
        run_http_activity({"provider": provider}, {"n": 1}, {})
    return sent


def command(arguments):
    with mock.patch("subprocess.run") as run, mock.patch("shutil.which", lambda path: path):
        run.return_value.returncode = 0
        run.return_value.stdout = b""
        run.return_value.stderr = b""
        provider = {"type": "process", "path": "/bin/p"}
        if arguments is not None:
            provider["arguments"] = arguments
        run_process_activity({"provider": provider}, {"n": 1}, {})
        return {"words": run.call_args[0][0], "shell": run.call_args[1]["shell"]}


def toxiproxy(module, function, arguments):
    called = {}

    def answer(method):
        def call(url, json=None):
            called.update(method=method, path=url.removeprefix("http://t:8474"), body=json)
            response = mock.Mock()
            response.ok = True
            response.json.return_value = {
                "name": (json or {}).get("name", "p"),
                "listen": "[::]:4711",
                "enabled": True,
            }
            return response

        return call

    configuration = {"toxiproxy_host": "t"}
    patches = {method: answer(method.upper()) for method in ("get", "post", "delete")}
    with mock.patch.multiple("requests", **patches), mock.patch.dict(os.environ, TOXI_HOST="real"):
        output = getattr(MODULES[module], function)(**arguments, configuration=configuration)
    return {**called, "output": output, "port": configuration.get("p_PORT")}


def write(tables):
    """One case a line, so that a change of one is a change of one line."""
    lines = []
    for name, table in tables.items():
        if isinstance(table, list):
            cases = ",\n".join(json.dumps(case, allow_nan=False) for case in table)
            lines.append(f"{json.dumps(name)}: [\n{cases}\n]")
        else:
            lines.append(f"{json.dumps(name)}: {json.dumps(table)}")
    print("{\n" + ",\n".join(lines) + "\n}")


def main():
    write(
        {
            "configuration": CONFIGURATION,
            "secrets": SECRETS,
            "substitution": [
                {"template": t, "result": substitute(t, CONFIGURATION, SECRETS)} for t in TEMPLATES
            ],
            "tolerance_configuration": TOLERANCE_CONFIGURATION,
            "values": VALUES,
            "tolerance": [
                {"tolerance": t, "verdicts": [tolerance_verdict(t, value) for value in VALUES]}
                for t in TOLERANCES
            ],
            "pattern": [
                {"pattern": p, "texts": t, "found": pattern_verdict(p, t)} for p, t in PATTERNS
            ],
            "document": BOOKS,
            "path": [
                {
                    "path": p,
                    **attempt(lambda: [m.current_value for m in Path.parse_str(p).match(BOOKS)]),
                }
                for p in PATHS
            ],
            "yaml": [{"text": t, **attempt(lambda: json.dumps(yaml.safe_load(t)))} for t in YAMLS],
            "json": [
                {
                    "text": json.dumps(v),
                    "plain": json.dumps(v, ensure_ascii=False),
                    "indented": json.dumps(v, indent=2),
                    "python": str(v),
                }
                for v in [
                    *NUMBERS,
                    *TEXTS,
                    [],
                    {},
                    [[]],
                    {"a": {}, "b": [1, {"c": None}]},
                    True,
                    None,
                ]
            ],
            "conversion": [
                {"type": t, "given": v, **attempt(lambda: convert_to_type(t, v))}
                for t, v in CONVERSIONS
            ],
            "request": [{"provider": r, **prepared(r)} for r in REQUESTS],
            "command": [{"arguments": a, **command(a)} for a in COMMANDS],
            "toxiproxy": [
                {"module": m, "func": f, "arguments": a, **toxiproxy(m, f, a)}
                for m, f, a in TOXIPROXY
            ],
            "time": [
                {
                    "microseconds": t,
                    "text": (
                        datetime(1970, 1, 1, tzinfo=timezone.utc) + timedelta(microseconds=t)
                    ).isoformat(),
                }
                for t in (
                    0,
                    1,
                    999_999,
                    1_000_000,
                    951_782_400_000_000,
                    1_709_251_199_999_999,
                    -1,
                    4_102_444_800_500_000,
                    1_764_000_000_123_456,
                )
            ],
        }
    )


if __name__ == "__main__":
    main()
