"""What is known of a coverage: in force only where someone said so, ended only with proof, otherwise unknown."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from waypost.coverage import limits
from waypost.kernel.dates import read_day, say_short

Json = dict[str, Any]

_ENDED = frozenset({"cancelled"})
_RELATION = {
    "self": "",
    "spouse": "through spouse",
    "child": "through parent",
    "parent": "through child",
    "other": "through someone else",
}


@dataclass(frozen=True, slots=True)
class Answer:
    """What a payer last said of one coverage."""

    on: date
    in_force: bool | None
    deductible_left: Decimal | None
    failed: bool


@dataclass(frozen=True, slots=True)
class CoverageView:
    """One coverage as the page says it."""

    id: str
    version: int
    payer: str
    plan: str
    member: str
    through: str
    period: str
    state: str  # active | ended | not-yet | refused | unknown
    said: str  # the sentence with its source and date
    deductible: str  # '$412.50', '' where no answer said so
    verified: date | None
    begins: date | None
    ends: date | None
    self_pay: bool

    @property
    def due(self) -> bool:
        """Return whether it should be verified before anyone relies on it."""
        return self.state == "unknown" and not self.self_pay

    @property
    def short(self) -> str:
        """Return the band's words: 'Northfield, verify'."""
        if self.self_pay:
            return "Self-pay"
        after = {
            "unknown": ", verify",
            "ended": ", ended",
            "not-yet": ", not begun",
            "refused": ", not active",
        }
        return self.payer + after.get(self.state, "")


def money(amount: Decimal) -> str:
    return f"${amount:,.2f}"


def answers(responses: Iterable[Json], coverage_id: str, *, only: bool) -> list[Answer]:
    """Return what was answered about a coverage, newest first.

    An answer that names no coverage counts where the patient has only this one.
    """
    found = []
    for response in responses:
        on = read_day(response.get("created"))
        if on is None or response.get("status", "active") in {"cancelled", "entered-in-error", "draft"}:
            continue
        parts = response.get("insurance") or ()
        for part in parts:
            reference = (part.get("coverage") or {}).get("reference", "")
            if reference == f"Coverage/{coverage_id}" or (not reference and only):
                failed = response.get("outcome") == "error"
                found.append(
                    Answer(on, None if failed else part.get("inforce"), deductible_left(part), failed)
                )
        if not parts and only and response.get("outcome") == "error":
            found.append(Answer(on, None, None, failed=True))
    return sorted(found, key=lambda a: a.on, reverse=True)


def deductible_left(insurance: Json) -> Decimal | None:
    """Return what is left of the deductible: as it was said, else what was set less what was used.

    Where several are stated (in and out of network, one and family) the individual in-network one is meant.
    """
    best: tuple[int, Decimal] | None = None
    for item in insurance.get("item", ()):
        for benefit in item.get("benefit", ()):
            left = _left(benefit)
            if left is not None:
                rank = ("out" in _code(item.get("network"))) * 2 + ("fam" in _code(item.get("unit")))
                best = min(best or (rank, left), (rank, left), key=lambda pair: pair[0])
    return best and best[1]


def _left(benefit: Json) -> Decimal | None:
    kind = _code(benefit.get("type"))
    allowed, used = (_amount(benefit.get(k)) for k in ("allowedMoney", "usedMoney"))
    if kind in {"deductible-left", "deductible-remaining"}:
        return allowed
    if kind == "deductible" and allowed is not None and used is not None:
        return max(allowed - used, Decimal(0))
    return None


def _code(concept: Json | None) -> str:
    return next((c.get("code", "") for c in (concept or {}).get("coding", ())), "").lower()


def _amount(value: Json | None) -> Decimal | None:
    return None if not value or value.get("value") is None else Decimal(str(value["value"]))


def view(
    coverage: Json,
    responses: Iterable[Json],
    today: date,
    *,
    only: bool = True,
    names: Mapping[str, str] | None = None,
) -> CoverageView:
    """Return one Coverage with what its payer last answered."""
    payers = [
        p.get("display") or (names or {}).get(p.get("reference", ""), "") for p in coverage.get("payor", ())
    ]
    payer = next((p for p in payers if p), "") or _text(coverage.get("type")) or "Payer not named"
    self_pay = _code(coverage.get("type")) in {"pay", "selfpay", "self-pay", "81"}
    period = coverage.get("period") or {}
    begins, ends = read_day(period.get("start")), read_day(period.get("end"))
    heard = answers(responses, coverage.get("id", ""), only=only)
    state, said = _state(coverage, payer, heard, begins, ends, today, self_pay=self_pay)
    clear = next((a for a in heard if a.in_force is not None), None)
    left = next((a.deductible_left for a in heard if a.deductible_left is not None), None)
    classes = coverage.get("class", ())
    return CoverageView(
        id=coverage.get("id", ""),
        version=int(coverage.get("meta", {}).get("versionId") or 1),
        payer="Self-pay" if self_pay else payer,
        plan=next((c.get("name", "") for c in classes if _code(c.get("type")) == "plan"), "")
        or _text(coverage.get("type")),
        member=coverage.get("subscriberId")
        or next((i.get("value", "") for i in coverage.get("identifier", ())), ""),
        through=_RELATION.get(_code(coverage.get("relationship")), ""),
        period=_period(begins, ends, today),
        state=state,
        said=said,
        deductible="" if left is None else money(left),
        verified=clear.on if clear else None,
        begins=begins,
        ends=ends,
        self_pay=self_pay,
    )


def _text(concept: Json | None) -> str:
    if not concept:
        return ""
    return concept.get("text") or next(
        (c["display"] for c in concept.get("coding", ()) if c.get("display")), ""
    )


def _period(begins: date | None, ends: date | None, today: date) -> str:
    if begins and ends:
        return f"{say_short(begins, today=today)} to {say_short(ends, today=today)}"
    if begins:
        return f"since {say_short(begins, today=today)}, no end recorded"
    return f"until {say_short(ends, today=today)}" if ends else "dates not recorded"


def _state(
    coverage: Json,
    payer: str,
    heard: list[Answer],
    begins: date | None,
    ends: date | None,
    today: date,
    *,
    self_pay: bool,
) -> tuple[str, str]:
    """Return the state and the sentence that proves it; first match wins (docs/rules/missing-facts.md)."""
    if coverage.get("status") in _ENDED:
        return "ended", "Recorded as cancelled."
    if ends is not None and ends < today:
        return "ended", f"Ended {say_short(ends, today=today)}, as recorded."
    if begins is not None and begins > today:
        return "not-yet", f"Begins {say_short(begins, today=today)}, as recorded."
    if self_pay:
        return "active", "The patient pays; nothing to verify."
    clear = next((a for a in heard if a.in_force is not None), None)
    silent = heard[0] if heard and heard[0].failed else None
    if clear is None:
        return (
            "unknown",
            f"{payer} did not answer on {say_short(silent.on, today=today)}."
            if silent
            else "Never verified.",
        )
    on = say_short(clear.on, today=today)
    if clear.in_force is False:
        return "refused", f"{payer} said not active on {on}."
    if silent and silent.on > clear.on:
        return (
            "unknown",
            f"{payer} did not answer on {say_short(silent.on, today=today)}; last said active on {on}.",
        )
    if (today - clear.on).days > limits.VERIFIED_DAYS_MAX:
        return "unknown", f"Last said active on {on}."
    return "active", f"{payer} said active on {on}."


def in_order(views: Iterable[CoverageView]) -> tuple[CoverageView, ...]:
    """Return coverages in force first, then those to verify, then what is over."""
    order = {"active": 0, "unknown": 1, "not-yet": 2, "refused": 3, "ended": 4}
    return tuple(sorted(views, key=lambda v: (order[v.state], v.self_pay, v.payer)))
