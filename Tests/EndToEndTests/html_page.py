"""Holds a page of a report to what it has to be for people, printers and browsers."""

import re

import html5lib

HTML = "{http://www.w3.org/1999/xhtml}"
SVG = "{http://www.w3.org/2000/svg}"
# What would make a browser ask somebody for something, or run something.
FETCHING = {
    "src", "srcset", "action", "formaction", "data", "poster", "background", "ping", "manifest",
    "codebase", "cite", "longdesc",
}  # fmt: skip
FORBIDDEN = {
    "script", "iframe", "frame", "object", "embed", "applet", "link", "base", "form", "img",
    "audio", "video", "source", "foreignobject", "use", "image", "animate", "set",
}  # fmt: skip


def complaints(content):
    try:
        text = content.decode("utf-8")
        page = html5lib.HTMLParser(strict=True).parse(text)
    except (UnicodeDecodeError, html5lib.html5parser.ParseError) as error:
        yield f"it is no HTML of today: {error or type(error).__name__}"
        return
    yield from references(page)
    yield from structure(page)
    sheet = "\n".join(style.text or "" for style in page.iter(HTML + "style"))
    if re.search(r"@import|url\(\s*[\"']?(?!data:)", sheet):
        yield "the style sheet asks for a file"
    yield from contrasts(sheet, page)


COLOUR = re.compile("#[0-9a-f]{3}([0-9a-f]{3})?")


def name_of(element):
    return element.tag.rpartition("}")[2].lower() if isinstance(element.tag, str) else ""


def references(page):
    ids = [element.get("id") for element in page.iter() if element.get("id")]
    if len(set(ids)) != len(ids):
        yield "an id is there twice"
    for element in page.iter():
        if name_of(element) in FORBIDDEN:
            yield f"it has an element {name_of(element)}"
        for attribute, value in element.attrib.items():
            attribute = attribute.rpartition("}")[2].lower()
            if attribute in FETCHING or attribute.startswith("on"):
                yield f"it has an attribute {attribute}"
            if attribute == "href" and value.removeprefix("#") not in ids:
                yield f"the reference {value[:40]} does not lead to a place of the page"
            if attribute != "content" and re.search(r"url\(\s*[\"']?(?!#)", value):
                yield f"the attribute {attribute} asks for a file"


def structure(page):
    root = page if page.tag == HTML + "html" else page.find(HTML + "html")
    if root is None or not root.get("lang"):
        yield "it does not say in which language it is"
    policies = [
        meta.get("content") or ""
        for meta in page.iter(HTML + "meta")
        if (meta.get("http-equiv") or "").lower() == "content-security-policy"
    ]
    if not any("default-src 'none'" in policy for policy in policies):
        yield "no policy keeps it from asking for files"
    if not "".join(title.text or "" for title in page.iter(HTML + "title")).strip():
        yield "it has no title"
    last = 0
    for element in page.iter():
        if re.fullmatch("h[1-6]", name_of(element)):
            level = int(name_of(element)[1])
            if level > last + 1:
                yield f"a heading of level {level} follows one of level {last}"
            last = level
    if sum(name_of(element) == "h1" for element in page.iter()) != 1:
        yield "it has not one heading of level 1"
    for table in page.iter(HTML + "table"):
        if not "".join(caption_text(table)).strip():
            yield "a table has no caption"
        for cell in table.iter(HTML + "th"):
            if cell.get("scope") not in ("row", "col", "rowgroup", "colgroup"):
                yield "a heading of a table does not say what of"
                break
    for drawing in page.iter(SVG + "svg"):
        is_hidden = drawing.get("aria-hidden") == "true"
        names = {name_of(child) for child in drawing}
        if not is_hidden and (drawing.get("role") != "img" or "title" not in names):
            yield "a drawing has no name"


def caption_text(table):
    return [text for caption in table.iter(HTML + "caption") for text in caption.itertext()]


def rules(sheet, condition=""):
    """Each rule of a style sheet: the condition around it, its selector, its declarations."""
    sheet = re.sub(r"/\*.*?\*/", "", sheet, flags=re.S)
    place = 0
    while (start := sheet.find("{", place)) >= 0:
        depth, end = 1, start + 1
        while depth and end < len(sheet):
            depth += {"{": 1, "}": -1}.get(sheet[end], 0)
            end += 1
        selector, body = sheet[place:start].strip(), sheet[start + 1 : end - 1]
        if selector.startswith("@media"):
            yield from rules(body, f"{condition} {selector}")
        elif not selector.startswith("@"):
            pairs = [part.partition(":") for part in body.split(";") if ":" in part]
            yield condition, selector, {name.strip(): value.strip() for name, _, value in pairs}
        place = end


def luminance(colour):
    digits = colour[1:] if len(colour) == 7 else "".join(2 * digit for digit in colour[1:])
    parts = [int(digits[index : index + 2], 16) / 255 for index in (0, 2, 4)]
    linear = [
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    ]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one, other):
    low, high = sorted([luminance(one), luminance(other)])
    return (high + 0.05) / (low + 0.05)


def contrasts(sheet, page):
    """Text against every background of its scheme: which stands on which, nobody can tell here. A
    rule that sets both is judged by itself."""
    all_rules = list(rules(sheet))
    light = variables(all_rules, dark=False)
    if not light:
        yield "the style sheet names no colours"
        return
    dark = {**light, **variables(all_rules, dark=True)}
    for scheme, values in [("light", light), ("dark", dark)]:
        texts, grounds, pairs = set(), set(), set()
        for condition, selector, declarations in all_rules:
            if "dark" in condition and scheme == "light":
                continue
            text = colour(declarations.get("color"), values)
            ground = colour(
                declarations.get("background") or declarations.get("background-color"), values
            )
            if text and ground:
                pairs.add((text, ground))
            elif text:
                texts.add(text)
            elif ground:
                grounds.add(ground)
        for classes in drawn_texts(page):
            texts |= {values["--" + name] for name in classes if "--" + name in values}
        if not texts or not grounds and not pairs:
            yield f"{scheme}: no text has a colour"
        grounds |= {ground for _, ground in pairs}
        pairs |= {(text, ground) for text in texts for ground in grounds}
        for text, ground in sorted(pairs):
            if not COLOUR.fullmatch(text) or not COLOUR.fullmatch(ground):
                yield f"{scheme}: {text} on {ground} cannot be judged"
            elif contrast(text, ground) < 4.5:
                yield f"{scheme}: {text} on {ground} is {contrast(text, ground):.2f}:1"


def variables(all_rules, dark):
    return {
        name: value
        for condition, selector, declarations in all_rules
        if selector == ":root" and ("dark" in condition) == dark
        for name, value in declarations.items()
        if name.startswith("--") and COLOUR.fullmatch(value)
    }


def colour(value, values):
    """A colour as its digits; `None` if there is none, or one of what is around it."""
    if value in (None, "none", "inherit", "currentColor", "transparent"):
        return None
    name = re.fullmatch(r"var\((--[a-z-]+)\)", value)
    return values[name.group(1)] if name else value


def drawn_texts(page):
    """The names of the colours of texts in drawings, but for those that stand on a bar."""
    for text in page.iter(SVG + "text"):
        names = re.findall(r"\bfill-([a-z-]+)", text.get("class") or "")
        yield {name for name in names if name != "page"}


def spoiled(content):
    def change(old, new):
        return content.replace(old, new, 1)

    picture = b'<img src="https://example.org/a.png"></main>'
    yield "a picture from elsewhere", change(b"</main>", picture)
    for name, place in [("elsewhere", b"https://example.org/"), ("nowhere", b"#nowhere-at-all")]:
        link = b'<p><a href="' + place + b'">a</a></p></main>'
        yield f"a link to {name}", change(b"</main>", link)
    yield "a script", change(b"</main>", b"<script>1</script></main>")
    yield "an attribute that runs", change(b"<main", b'<main onclick="1"')
    yield "an element that has no end", change(b"</main>", b"<p><b>a</main>")
    yield "a file of the style sheet", change(b"</style>", b"a{background:url(a.png)}</style>")
    yield "text that is too pale", change(b"</style>", b"p.pale{color:#999999}</style>")
    yield "a table without a caption", change(b"</main>", b"<table><tr><td>a</table></main>")
    yield "no language", change(b' lang="en"', b"")
    yield "no policy", change(b"default-src 'none'", b"default-src *")
    yield "a byte that is no UTF-8", change(b"</main>", b"\xff</main>")
