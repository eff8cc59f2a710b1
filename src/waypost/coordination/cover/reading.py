"""A cover as it is written and read. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from waypost.kernel.dates import read_moment, write_moment

Json = dict[str, Any]
CODE = "urn:waypost:basic"
COVER = "cover"
EXTENSION = "urn:waypost:extension:"
LENT_KINDS = ("promise", "call-back")


@dataclass(frozen=True, slots=True)
class Cover:
    """`whose` work is with `by` from `starts` until `ends`; ids of Practitioners. `everything`: all items, not promises alone."""

    id: str
    version: int
    whose: str
    by: str
    starts: datetime
    ends: datetime
    everything: bool
    pools: tuple[str, ...]
    whose_name: str = ""
    by_name: str = ""


def write(one: Cover, id: str | None = None) -> Json:
    """Return the resource of a cover."""
    made: Json = {
        "resourceType": "Basic",
        "code": {"coding": [{"system": CODE, "code": COVER, "display": "Cover"}]},
        "author": {"reference": f"Practitioner/{one.whose}"} | _display(one.whose_name),
        "extension": [
            {"url": f"{EXTENSION}covered-by", "valueReference": {"reference": f"Practitioner/{one.by}"} | _display(one.by_name)},
            {"url": f"{EXTENSION}cover-period", "valuePeriod": {"start": write_moment(one.starts), "end": write_moment(one.ends)}},
            {"url": f"{EXTENSION}cover-everything", "valueBoolean": one.everything},
            *({"url": f"{EXTENSION}cover-pool", "valueCode": pool} for pool in one.pools),
        ],
    }  # fmt: skip
    return made | ({"id": id} if id else {})


def read(resource: Json) -> Cover | None:
    """Return the cover that a Basic is, or None."""
    codings = (resource.get("code") or {}).get("coding", ())
    if not any(c.get("system") == CODE and c.get("code") == COVER for c in codings):
        return None
    found: dict[str, list[Json]] = {}
    for one in resource.get("extension", ()):
        found.setdefault(one.get("url", "").removeprefix(EXTENSION), []).append(one)
    by = (found.get("covered-by") or [{}])[0].get("valueReference") or {}
    period = (found.get("cover-period") or [{}])[0].get("valuePeriod") or {}
    starts, ends = read_moment(period.get("start")), read_moment(period.get("end"))
    author = resource.get("author") or {}
    if starts is None or ends is None:
        return None
    return Cover(
        id=resource.get("id", ""),
        version=int((resource.get("meta") or {}).get("versionId") or 1),
        whose=author.get("reference", "").removeprefix("Practitioner/"),
        by=by.get("reference", "").removeprefix("Practitioner/"),
        starts=starts,
        ends=ends,
        everything=bool((found.get("cover-everything") or [{}])[0].get("valueBoolean")),
        pools=tuple(one.get("valueCode", "") for one in found.get("cover-pool", ())),
        whose_name=author.get("display", ""),
        by_name=by.get("display", ""),
    )


@dataclass(frozen=True, slots=True)
class Standing:
    """The covers that stand for one person at a moment: what is lent, and what was taken on."""

    lent: Cover | None = None
    taken: Sequence[Cover] = ()

    @property
    def pools(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(pool for one in self.taken for pool in one.pools))


NOBODY = Standing()


def _display(name: str) -> Json:
    return {"display": name} if name else {}
