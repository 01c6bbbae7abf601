"""Uses the dashboard of a running dr-server as people do, with Chromium.

    browser.py URL TOKEN_FILE SCENARIO_FILE CHROMIUM [FOLDER]

It signs in, runs the scenario and watches its steps, cancels another run, generates a report, and
moves through the history of the tables. Then it looks at every page wide and narrow, light and
dark. Exit code 1 and the reasons if something is not as it should be, if the browser complains, or
if a page asks for anything of another server. Pictures of all pages go to the folder, if one is
given.
"""

import json
import pathlib
import re
import sys
import urllib.request

from playwright.sync_api import expect, sync_playwright

BASE = sys.argv[1].rstrip("/")
TOKEN = pathlib.Path(sys.argv[2]).read_text().strip()
SCENARIO = pathlib.Path(sys.argv[3]).read_text()
CHROMIUM = sys.argv[4]
FOLDER = pathlib.Path(sys.argv[5]) if len(sys.argv) > 5 else None

# A drill of a few seconds; on a busy machine it takes longer.
DRILL = 90_000
PAGES = ["/", "/history", "/scenarios", "/schedules", "/findings", "/reports", "/alerts", "/audit"]
# What no element may do to its page: reach beyond its right edge.
TOO_WIDE = """() => {
  const root = document.documentElement;
  if (root.scrollWidth <= root.clientWidth) return null;
  const all = [...document.querySelectorAll("body *")];
  const wide = all.filter((item) => item.getBoundingClientRect().right > root.clientWidth + 1);
  return `${root.scrollWidth} > ${root.clientWidth}: ` + wide.slice(0, 3).map((item) =>
    item.tagName.toLowerCase() + "." + item.getAttribute("class")).join(", ");
}"""

problems = []


def api(method, path, body=None):
    request = urllib.request.Request(
        BASE + path,
        method=method,
        data=None if body is None else json.dumps(body).encode(),
        headers={"Authorization": f"Bearer {TOKEN}", "Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request) as answer:
        return json.load(answer)["data"]


def watch(page):
    """Notes everything that a person with the developer tools open would frown at."""

    def asked(request):
        if not request.url.startswith((BASE + "/", "data:")):
            problems.append(f"{page.url} asked for {request.url}")

    def answered(response):
        if response.status >= 400:
            problems.append(f"{page.url}: {response.url} was answered {response.status}")

    def said(message):
        if message.type in ("error", "warning"):
            problems.append(f"{page.url} says: {message.text}")

    page.on("request", asked)
    page.on("response", answered)
    page.on("console", said)
    page.on("pageerror", lambda error: problems.append(f"{page.url} threw: {error}"))


def go(page, path):
    page.goto(BASE + path)
    expect(page.locator("h1")).to_be_visible()


def sign_in(page):
    go(page, "/history?verdict=passed")
    expect(page).to_have_url(re.compile(r"/signin"))
    page.get_by_label("Token").fill(TOKEN)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("navigation", name="Pages")).to_be_visible()
    cookies = page.context.cookies()
    assert cookies and all(c["sameSite"] == "Strict" for c in cookies), cookies
    assert any(c["httpOnly"] for c in cookies), cookies
    # What is written in a page is of no use to whoever reads it: the token is not there.
    assert TOKEN not in page.content()


def be_refused(page):
    go(page, "/signin")
    page.get_by_label("Token").fill("nobody.knows.this")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("alert")).not_to_be_empty()
    expect(page).to_have_url(re.compile(r"/signin"))


def read_without_script(browser):
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    watch(page)
    sign_in(page)
    expect(page.locator("h1")).to_be_visible()
    context.close()


def start(page, name):
    """Runs a scenario by its button, and gives its test's number."""
    go(page, "/scenarios")
    card = page.locator("article.card").filter(has=page.get_by_role("heading", name=name))
    card.get_by_role("button", name="Run…").click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_role("heading")).to_have_text(f"Run {name}?")
    environment = dialog.get_by_label("Environment")
    environment.fill("test")
    expect(dialog.locator(".notice")).to_contain_text("Environment: test.")
    dialog.get_by_role("button", name="Run on test").click()
    page.wait_for_url(re.compile(r"/tests/\d+$"))
    return int(page.url.rsplit("/", 1)[1])


def run_and_watch(page, name, steps):
    test = start(page, name)
    # A page that is loaded again would lose this.
    page.evaluate("window.isTheSamePage = true")
    expect(page.locator("#stream")).to_have_text("Live")
    expect(page.locator("#head .verdict.running")).to_be_visible(timeout=DRILL)
    passed = page.locator("#results .verdict.passed")
    seen = set()
    while page.locator("#head .verdict.running").count():
        seen.add(passed.count())
        page.wait_for_timeout(50)
    expect(page.locator("#head .verdict")).to_have_text("passed")
    expect(page.locator("#results .steps > li")).to_have_count(steps + 1)
    assert any(0 < count < passed.count() for count in seen), f"all turned at once: {seen}"
    assert page.evaluate("window.isTheSamePage"), "the page was loaded again"
    expect(page.locator("#course .fault").first).to_be_attached()
    return test


def read_the_test(page, test):
    go(page, "/")
    page.locator("#recent").get_by_role("link", name=str(test), exact=True).click()
    page.wait_for_url(f"{BASE}/tests/{test}")
    result = page.locator("#results details").first
    result.locator("summary").click()
    expect(result.get_by_text("proxy.passed_during_fault", exact=True)).to_be_visible()
    lines = page.locator("#log-lines li:visible")
    shown = lines.count()
    page.get_by_text("Errors", exact=True).click()
    assert lines.count() < shown, "the log shows as much at a higher level"


def cancel(page, name):
    start(page, name)
    expect(page.locator("#head .verdict.running")).to_be_visible(timeout=DRILL)
    page.get_by_role("button", name="Cancel this test").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("target embedded in environment test")
    dialog.get_by_label("Reason").fill("only looking <b>")
    dialog.get_by_role("button", name="Cancel the test").click()
    expect(page.locator("#head .verdict")).to_have_text("cancelled", timeout=DRILL)
    expect(page.locator("#log-lines")).to_contain_text("only looking <b>")
    expect(page.get_by_role("button", name="Cancel this test")).to_have_count(0)


def make_report(page):
    go(page, "/reports")
    page.get_by_role("button", name="Generate…").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Name").fill("Seen in a browser")
    dialog.get_by_role("button", name="Generate", exact=True).click()
    row = page.get_by_role("row").filter(has_text="Seen in a browser")
    expect(row).to_be_visible()
    with page.expect_response(re.compile("/files/")) as answer:
        row.get_by_role("link", name="html").click()
    assert answer.value.status == 200, answer.value.status


def move_through_history(page):
    go(page, "/audit")
    words = page.locator("#past-words")
    last = int(page.locator("#past [name=position]").input_value())
    expect(words).to_contain_text(f"dr_tests at position {last}: 2 rows")
    slider = page.locator("#past [name=at]")
    slider.focus()
    slider.press("Home")
    expect(words).to_contain_text("dr_tests at position 1: 0 rows")
    expect(page.locator("#past-table")).to_have_text("The table was empty then.")
    slider.press("End")
    expect(page.locator("#past-table tbody tr")).to_have_count(2)
    page.get_by_text("test results", exact=True).click()
    expect(words).to_contain_text(f"test_results at position {last}")
    page.get_by_role("button", name="Verify").click()
    expect(page.locator("#verified")).to_contain_text("is in the tree of")


def look_at_all(browser, state, test):
    for scheme in ("light", "dark"):
        context = browser.new_context(storage_state=state, color_scheme=scheme)
        page = context.new_page()
        watch(page)
        for path in [*PAGES, f"/tests/{test}"]:
            go(page, path)
            for width in (1280, 320):
                page.set_viewport_size({"width": width, "height": 800})
                look(page, f"{path} at {width}, {scheme}", f"{width}-{scheme}{path}")
                for button in page.locator("main button[data-open]").all()[:1]:
                    button.click()
                    look(page, f"{path} asking at {width}", f"{width}-{scheme}{path}-asking")
                    page.keyboard.press("Escape")
        context.close()


def look(page, words, name):
    wide = page.evaluate(TOO_WIDE)
    if wide:
        problems.append(f"{words} is too wide: {wide}")
    if FOLDER:
        file = name.rstrip("/").replace("/", "-") + ".png"
        page.screenshot(path=FOLDER / file, full_page="asking" not in name)


def sign_out(page):
    go(page, "/")
    page.get_by_role("button", name="Sign out").click()
    expect(page).to_have_url(re.compile(r"/signin"))
    go(page, "/alerts")
    expect(page).to_have_url(re.compile(r"/signin"))


def main():
    scenario = api("POST", "/api/testing/scenarios", {"scenario_text": SCENARIO})
    name, steps = scenario["scenario_name"], len(scenario["test_steps"])
    with sync_playwright() as playwright:
        # Its sandbox does not work for root, as whom tests run in containers.
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        expect.set_options(timeout=15_000)
        read_without_script(browser)
        context = browser.new_context()
        page = context.new_page()
        page.set_default_timeout(15_000)
        be_refused(page)
        watch(page)
        sign_in(page)
        test = run_and_watch(page, name, steps)
        read_the_test(page, test)
        cancel(page, name)
        make_report(page)
        move_through_history(page)
        look_at_all(browser, context.storage_state(), test)
        sign_out(page)
        browser.close()
    for problem in problems:
        print(problem)
    if problems:
        sys.exit(1)
    print(f"test {test} was watched, and {len(PAGES) + 1} pages looked at")


main()
