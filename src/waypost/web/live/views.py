"""What can be watched: live views, registered by the areas they belong to. See docs/how-to/live.md."""

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from hashlib import sha256
from typing import Any
from urllib.parse import urlencode

from waypost.kernel.context import Context
from waypost.kernel.problem import Problem
from waypost.records.watching import Change

Given = Mapping[str, Any]
Touches = Callable[[Any], bool]


class NoSuchView(Problem):
    code, status, issue = "web.live-unknown", 404, "not-found"
    title = "Nothing of that name can be watched."


@dataclass(frozen=True)
class Shown:
    """A view as it stands: the elements it is made of, each by its id.

    `patients` names who can be seen in which element, for the audit. `rows` are the lines of a list that waits for its
    reader ('id:version', in order): the page says how many are new and moves nothing. Where `shape` differs, elements
    have come or gone, and the page is fetched anew.
    """

    parts: Mapping[str, str]
    patients: Mapping[str, Sequence[str]] = field(default_factory=dict[str, Sequence[str]])
    rows: Sequence[str] | None = None
    shape: str = ""

    @cached_property
    def tag(self) -> str:
        """A name for exactly this; of the same shape begin alike, up to the hyphen."""
        told = "\0".join([*(f"{id}\0{text}" for id, text in self.parts.items()), *(self.rows or ())])
        return f"{_name(self.shape)[:6]}-{_name(told)}"

    def since(self, before: "Shown | None") -> dict[str, str]:
        """Return the elements that differ."""
        old = before.parts if before else {}
        return {id: text for id, text in self.parts.items() if old.get(id) != text}

    def seen_in(self, parts: Mapping[str, str]) -> list[str]:
        """Return who can be seen in some of the elements."""
        return [patient for id in parts for patient in self.patients.get(id, ())]


def _name(text: str) -> str:
    return sha256(text.encode()).hexdigest()[:16]


def _any(tenant: int, changes: Sequence[Change]) -> Touches:
    return lambda key: True


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """Something that pages show and that is kept up to date while they are open.

    `key` reads what is asked for, and raises a Problem where it may not be seen. It holds *everything* the rendering
    depends on, the viewer's own part included (their practitioner, their teams): all who have the same key share one
    rendering. `render` is given the context of one of them, makes its Scope by `access.scopes.for_search`, which leaves the
    audit to whoever shows what was found: here, to this package, for every viewer. `touches` is asked once for the
    changes of a moment, and what it returns for each key.
    """

    name: str
    what: str  # for the audit: the type of what is looked at
    types: frozenset[str]  # nothing else can change it
    key: Callable[[Context, Given], Hashable]
    render: Callable[[Context, Any], Shown]
    touches: Callable[[int, Sequence[Change]], Touches] = _any
    guest: Callable[[Given], Context] | None = None  # who watches without signing in, by what the address carries; raises a Problem
    every_seconds: int = 300  # it is drawn again though nothing changed: clocks go on
    rest_seconds: float = 0.0  # between two drawings, where many watch and each sees something else


_views: dict[str, View] = {}


def register(view: View) -> View:
    assert view.name not in _views or _views[view.name] is view, view.name
    _views[view.name] = view
    return view


def named(name: str) -> View:
    from django.urls import get_resolver

    get_resolver().url_patterns  # noqa: B018 - reading it loads every area, and each registers its views
    try:
        return _views[name]
    except KeyError:
        raise NoSuchView from None


@dataclass(frozen=True, slots=True, kw_only=True)
class Live:
    """What a page says about the views it shows: part `waypost/parts/live.html`."""

    address: str
    tags: str
    at: str  # on the clock of the clinic
    refresh: str


def live(views: Mapping[str, Shown], asked: Mapping[str, str], *, at: str, refresh: str) -> Live:
    """Return what ties a page to the views it shows, drawn as `views` says; `asked` is what their keys read."""
    query = urlencode({name: value for name, value in asked.items() if value})
    address = f"/live/{','.join(views)}{'?' if query else ''}{query}"
    tags = ",".join(f"{name}:{shown.tag}" for name, shown in views.items())
    return Live(address=address, tags=tags, at=at, refresh=refresh)
