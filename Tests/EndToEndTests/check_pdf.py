"""Holds a PDF of a report to what archives and readers need, with nothing of ours.

    check_pdf.py FILE

It must be tagged, have a language, bookmarks and page numbers, declare PDF/A-3a, hold its fonts,
ask for nothing outside, and have each of its attachments intact, with what it is to the document.
Prints the number of pages, then the SHA-256 and the name of each attachment. Whether it keeps all
of PDF/A is not checked here. It needs one package, `pypdf`.
"""

import hashlib
import re
import sys
import xml.etree.ElementTree as xml

from pypdf import PdfReader
from pypdf.generic import ArrayObject, DictionaryObject, IndirectObject, StreamObject

RDF = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}"
PDFAID = "{http://www.aiim.org/pdfa/ns/id/}"
XMP = "{http://ns.adobe.com/xap/1.0/}"
RELATIONSHIPS = {"/Data", "/Alternative", "/Source", "/Supplement"}
# Actions that leave the document, or run something.
FOREIGN = {
    "/URI", "/Launch", "/GoToR", "/GoToE", "/JavaScript", "/SubmitForm", "/ImportData",
    "/Rendition", "/Movie", "/Sound",
}  # fmt: skip


def values(reader):
    """Every dictionary of the document, those inside of others too."""
    seen, waiting = set(), [reader.trailer]
    while waiting:
        value = waiting.pop()
        if isinstance(value, IndirectObject):
            if value.idnum in seen:
                continue
            seen.add(value.idnum)
            value = value.get_object()
        if isinstance(value, DictionaryObject):
            yield value
            waiting += value.values()
        elif isinstance(value, ArrayObject):
            waiting += value


def archive(reader):
    catalog = reader.trailer["/Root"]
    if reader.is_encrypted:
        yield "it is encrypted"
    if not catalog.get("/MarkInfo", {}).get("/Marked"):
        yield "it is not tagged"
    if "/StructTreeRoot" not in catalog:
        yield "it has no structure"
    if not catalog.get("/Lang"):
        yield "it does not say in which language it is"
    if not reader.outline:
        yield "it has no bookmarks"
    if not catalog.get("/ViewerPreferences", {}).get("/DisplayDocTitle"):
        yield "windows show its file name instead of its title"
    intents = catalog.get("/OutputIntents", [])
    if not any("/DestOutputProfile" in intent.get_object() for intent in intents):
        yield "it does not say which colours it means"
    first, second = reader.trailer.get("/ID", [None, None])
    if first is None or first != second or not re.fullmatch("[0-9a-f]{32}", str(first)):
        yield f"its identifier is {first}, then {second}"
    if not (reader.metadata and reader.metadata.title):
        yield "it has no title"


def digits(text):
    return "".join(re.findall("[0-9]", str(text)))[:14]


def metadata(reader):
    stream = reader.trailer["/Root"].get("/Metadata")
    if stream is None:
        yield "it has no XMP"
        return
    packet = xml.fromstring(stream.get_object().get_data())
    found = {}
    for description in packet.iter(RDF + "Description"):
        found.update(description.attrib)
        found.update({child.tag: child.text for child in description})
    if (found.get(PDFAID + "part"), found.get(PDFAID + "conformance")) != ("3", "A"):
        yield "it does not declare PDF/A-3a"
    for name, key in [("CreateDate", "/CreationDate"), ("ModifyDate", "/ModDate")]:
        if not found.get(XMP + name) or digits(found[XMP + name]) != digits(reader.metadata[key]):
            yield f"{key} is not what XMP says"


def fonts(reader):
    for value in values(reader):
        if value.get("/Type") == "/FontDescriptor" and not any(
            key in value for key in ("/FontFile", "/FontFile2", "/FontFile3")
        ):
            yield f"the font {value.get('/FontName')} is not in it"


def outside(reader):
    for value in values(reader):
        action = value.get("/S")
        if isinstance(action, str) and action in FOREIGN:
            yield f"it has an action {action}: {str(value.get('/URI', ''))[:60]}"
        if "/JS" in value or "/AA" in value:
            yield "it runs something"
        if isinstance(value, StreamObject) and "/F" in value:
            yield "a part of it is in another file"
        if value.get("/FS") == "/URL":
            yield "a file of it is elsewhere"


def pages(reader):
    count = len(reader.pages)
    for number, page in enumerate(reader.pages, start=1):
        text = " ".join(page.extract_text().split())
        if f"Page {number} of {count}" not in text:
            yield f"page {number} does not say that it is page {number} of {count}"


def attachments(reader):
    """The name of each attachment and what is in it; or a complaint and nothing."""
    catalog = reader.trailer["/Root"]
    tree = catalog.get("/Names", {}).get("/EmbeddedFiles", {}).get("/Names", [])
    names = [str(name) for name in tree[::2]]
    if names != sorted(names):
        yield "the names of the attachments are not in order", None
    associated = {item.get_object().get("/UF") for item in catalog.get("/AF", [])}
    for name, item in zip(names, tree[1::2]):
        file = item.get_object()
        if file.get("/AFRelationship") not in RELATIONSHIPS:
            yield f"{name}: it does not say what it is to the document", None
        if file.get("/UF") != name or name not in associated:
            yield f"{name}: it is not associated with the document", None
        stream = file["/EF"]["/F"].get_object()
        content, parameters = stream.get_data(), stream["/Params"]
        if "/Subtype" not in stream:
            yield f"{name}: it has no media type", None
        checksum = parameters["/CheckSum"]
        checksum = getattr(checksum, "original_bytes", checksum)
        if checksum != hashlib.md5(content).digest() or parameters["/Size"] != len(content):
            yield f"{name}: it is not what was put in", None
        for key in ("/CreationDate", "/ModDate"):
            if digits(parameters[key]) != digits(reader.metadata["/ModDate"]):
                yield f"{name}: {key} is not that of the document", None
        yield name, content


def main(path):
    reader = PdfReader(path, strict=True)
    found = [
        complaint
        for check in (archive, metadata, fonts, outside, pages)
        for complaint in check(reader)
    ]
    files = list(attachments(reader))
    found += [text for text, content in files if content is None]
    print(len(reader.pages))
    for name, content in files:
        if content is not None:
            print(hashlib.sha256(content).hexdigest(), name)
    return found


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    complaints = main(sys.argv[1])
    print(*complaints, sep="\n", file=sys.stderr, end="\n" if complaints else "")
    sys.exit(1 if complaints else 0)
