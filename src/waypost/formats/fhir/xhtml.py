"""Is a narrative what FHIR lets a narrative be: formatting, and nothing that acts?"""

import re
from collections.abc import Iterator
from html.entities import name2codepoint
from xml.parsers import expat

NAMESPACE = "http://www.w3.org/1999/xhtml"
ELEMENTS = frozenset(
    "a abbr acronym address area b bdo big blockquote br caption center cite code col colgroup dd del dfn dir div dl dt"
    " em font h1 h2 h3 h4 h5 h6 hr i img ins kbd li map menu ol p pre q s samp small span strike strong sub sup table"
    " tbody td tfoot th thead tr tt u ul var".split()
)
ATTRIBUTES = frozenset(
    "abbr align alt axis bgcolor border cellpadding cellspacing char charoff charset cite class clear color cols colspan"
    " compact coords datetime dir face frame headers height href hreflang hspace id ismap lang longdesc name nohref"
    " noshade nowrap rel rev rows rowspan rules scope shape size span src start style summary tabindex title type usemap"
    " accesskey target valign value vspace width xml:lang xml:space xmlns".split()
)
_ENTITY = re.compile(r"&([A-Za-z][A-Za-z0-9]*);")
_XML_ENTITIES = {"amp", "lt", "gt", "quot", "apos"}
_ACTIVE_ADDRESS = re.compile(
    r"\s*(?:javascript|vbscript|data(?!:image/(?:png|jpeg|gif|svg\+xml|webp)[;,]))\s*:", re.IGNORECASE
)
_ACTIVE_STYLE = re.compile(r"expression\s*\(|javascript:|@import|behavior\s*:", re.IGNORECASE)


def problems(div: str) -> Iterator[str]:
    """Yield what is wrong with a narrative, once each."""
    yield from dict.fromkeys(_problems(div))


def _problems(div: str) -> Iterator[str]:
    if "<!DOCTYPE" in div or "<!ENTITY" in div:
        yield "A narrative may not declare a document type or entities."
        return
    found: list[str] = []
    seen = {"elements": 0, "content": False}

    def start(name: str, attributes: dict[str, str]) -> None:
        seen["elements"] += 1
        if seen["elements"] == 1 and (name != "div" or attributes.get("xmlns") != NAMESPACE):
            found.append("A narrative is one <div> in the XHTML namespace.")
        seen["content"] = seen["content"] or name == "img"
        found.extend(_element_problems(name, attributes))

    def text(data: str) -> None:
        seen["content"] = seen["content"] or bool(data.strip())

    parser = expat.ParserCreate()
    parser.StartElementHandler = start
    parser.CharacterDataHandler = text
    try:
        parser.Parse(_ENTITY.sub(_character, div), True)
    except expat.ExpatError as error:
        yield f"A narrative is well-formed XHTML: {expat.ErrorString(error.code)}."
        return
    yield from found
    if not seen["content"]:
        yield "A narrative has some content (txt-2)."


def _character(match: re.Match[str]) -> str:
    name = match.group(1)
    point = None if name in _XML_ENTITIES else name2codepoint.get(name)
    return chr(point) if point else match.group(0)


def _element_problems(name: str, attributes: dict[str, str]) -> Iterator[str]:
    if name not in ELEMENTS:
        yield f"<{name[:32]}> is not allowed in a narrative (txt-1)."
    for key, value in attributes.items():
        if key not in ATTRIBUTES and not key.startswith("xmlns:"):
            yield f"The attribute {key[:32]} is not allowed in a narrative (txt-1)."
        elif key in {"href", "src", "cite", "longdesc"} and _ACTIVE_ADDRESS.match(value):
            yield f"The attribute {key} may not run anything (txt-1)."
        elif key == "style" and _ACTIVE_STYLE.search(value):
            yield "A style may not run or fetch anything (txt-1)."
