"""SMART scopes of a token, v1 (`user/Patient.read`) and v2 (`user/Patient.rs`). Pure."""

import re
from collections.abc import Iterable

_SCOPE = re.compile(
    r"(?P<who>user|system|patient)/(?P<type>\*|[A-Z][A-Za-z]{1,63})\.(?P<what>\*|read|write|c?r?u?d?s?)"
)
_READ, _WRITE = "rs", "cud"


def readable(scope: str) -> bool:
    """Return whether this text is a scope that means something here."""
    match = _SCOPE.fullmatch(scope)
    return match is not None and bool(match["what"])


def permits(scopes: Iterable[str] | None, kind: str, *, write: bool) -> bool:
    """Return whether the token's scopes cover reading or writing a type; None leaves it to the roles.

    `patient/…` names the one patient of a launch; a token of this door has none, so it covers nothing here.
    """
    if scopes is None:
        return True
    for scope in scopes:
        match = _SCOPE.fullmatch(scope)
        if match is None or match["who"] == "patient" or match["type"] not in {"*", kind}:
            continue
        what = {"*": "cruds", "read": _READ, "write": _WRITE}.get(match["what"], match["what"])
        if all(letter in what for letter in (_WRITE if write else _READ)):
            return True
    return False
