"""Which interaction an address means. CapabilityStatement and dispatch read the same tables."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from waypost.api import problems
from waypost.api.http import Request, Response
from waypost.api.interactions import (
    create,
    delete,
    everything,
    history,
    read,
    search,
    slots,
    update,
    validate,
    vread,
)
from waypost.formats.fhir import definitions

ID = re.compile(r"[A-Za-z0-9\-.]{1,64}")
Handler = Callable[..., Response]


@dataclass(frozen=True, slots=True)
class Route:
    """A handler with the arguments of the address, and whether it writes."""

    handler: Handler
    arguments: tuple[str, ...]
    kind: str
    write: bool = False
    name: str = ""


TYPE_LEVEL: Mapping[str, tuple[str, Handler, bool]] = {
    "GET": ("search-type", search.search_get, False),
    "POST": ("create", create.create, True),
    "PUT": ("update", update.update_where, True),
}
INSTANCE_LEVEL: Mapping[str, tuple[str, Handler, bool]] = {
    "GET": ("read", read.read, False),
    "PUT": ("update", update.update, True),
    "DELETE": ("delete", delete.delete, True),
}
# Slots of our own Schedules are computed, not stored.
SLOT_TYPE = {**TYPE_LEVEL, "GET": ("search-type", slots.search_slots, False)}
SLOT_INSTANCE = {**INSTANCE_LEVEL, "GET": ("read", slots.read_slot, False)}
SLOT_SEARCH = {"POST": ("search-type", slots.search_slots_by_post, False), "GET": SLOT_TYPE["GET"]}
SEARCH = {"POST": ("search-type", search.search_post, False), "GET": TYPE_LEVEL["GET"]}


def route(request: Request) -> Route:
    """Return what an address below a type means. Raises TypeUnknown, PathUnknown, IdUnsuitable, MethodUnsuitable."""
    method = "GET" if request.method == "HEAD" else request.method
    kind, *rest = request.path.split("/")
    if kind not in definitions.resource_types():
        if re.fullmatch(r"[A-Z][A-Za-z]{1,63}", kind):
            raise problems.TypeUnknown
        raise problems.PathUnknown
    slot = kind == "Slot"
    match rest:
        case []:
            return _pick(SLOT_TYPE if slot else TYPE_LEVEL, method, kind, (kind,))
        case ["_search"]:
            return _pick(SLOT_SEARCH if slot else SEARCH, method, kind, (kind,))
        case ["_history"]:
            return _pick({"GET": ("history-type", history.history_type, False)}, method, kind, (kind,))
        case ["$validate"]:
            return _pick({"POST": ("$validate", validate.validate_body, False)}, method, kind, (kind,))
        case [id]:
            return _pick(SLOT_INSTANCE if slot else INSTANCE_LEVEL, method, kind, (kind, _id(id)))
        case [id, "_history"]:
            handlers = {"GET": ("history-instance", history.history_instance, False)}
            return _pick(handlers, method, kind, (kind, _id(id)))
        case [id, "_history", version]:
            return _pick({"GET": ("vread", vread.vread, False)}, method, kind, (kind, _id(id), version))
        case [id, "$everything"] if kind == "Patient":
            whole = ("$everything", everything.everything, False)
            return _pick({"GET": whole, "POST": whole}, method, kind, (_id(id),))
        case _:
            raise problems.PathUnknown


def _pick(
    handlers: Mapping[str, tuple[str, Handler, bool]], method: str, kind: str, arguments: tuple[str, ...]
) -> Route:
    if method not in handlers:
        allowed = [*handlers, *(["HEAD"] if "GET" in handlers else []), "OPTIONS"]
        raise problems.MethodUnsuitable(extra={"allow": ", ".join(allowed)})
    name, handler, write = handlers[method]
    return Route(handler, arguments, kind, write, name)


def _id(text: str) -> str:
    if not ID.fullmatch(text) or not text.strip("."):
        raise problems.IdUnsuitable
    return text
