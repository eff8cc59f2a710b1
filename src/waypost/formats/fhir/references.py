"""References inside a resource: where they stand, and pointing them elsewhere without disturbing the rest of the text."""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

# Members whose text is content, not a pointer, even where it looks like one (an identifier may be a urn:uuid).
_CONTENT = frozenset({"value", "system", "id", "fullUrl", "valueString", "display", "text", "div", "code"})
_MEMBER = re.compile(r'"(?P<key>[A-Za-z_]+)"(?P<gap>\s*:\s*)"(?P<value>(?:[^"\\]|\\.)*)"')
_URN_MEMBER = re.compile(r'"(?P<key>[A-Za-z_]+)"(?P<gap>\s*:\s*)"(?P<value>urn:[^"\\]*)"')


def references(resource: Any, place: str = "") -> Iterator[tuple[str, str]]:
    """Yield (FHIRPath, reference) for every Reference in a resource."""
    if isinstance(resource, dict):
        here = place or str(resource.get("resourceType", ""))
        found = resource.get("reference")
        if isinstance(found, str):
            yield f"{here}.reference", found
        for key, value in resource.items():
            if isinstance(value, (dict, list)):
                yield from references(value, f"{here}.{key}")
    elif isinstance(resource, list):
        for index, value in enumerate(resource):
            if isinstance(value, (dict, list)):
                yield from references(value, f"{place}[{index}]")


def repoint(text: str, moved: Mapping[str, str]) -> str:
    """Return the text with every pointer to a key of `moved` pointing to its value; all else stays as it was written."""
    if not moved:
        return text

    def changed(match: re.Match[str]) -> str:
        if match["key"] in _CONTENT:
            return match[0]
        written: str = match["value"] if "\\" not in match["value"] else json.loads(f'"{match["value"]}"')
        head, mark, tail = written.partition("#")
        target = moved.get(written) or (moved[head] + mark + tail if mark and head in moved else None)
        return match[0] if target is None else f'"{match["key"]}"{match["gap"]}{json.dumps(target)}'

    return _MEMBER.sub(changed, text)


def repoint_urns(text: str, moved: Mapping[str, str]) -> str:
    """Return what `repoint` does where every key of `moved` is a urn: quicker, since other text is not looked at."""

    def changed(match: re.Match[str]) -> str:
        if match["key"] in _CONTENT:
            return match[0]
        head, mark, tail = match["value"].partition("#")
        target = moved.get(head)
        return match[0] if target is None else f'"{match["key"]}"{match["gap"]}"{target}{mark}{tail}"'

    return _URN_MEMBER.sub(changed, text) if moved and '"urn:' in text else text
