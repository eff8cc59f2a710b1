"""The typed contexts of the pages of one referral."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from waypost.web.pages import Page
from waypost.web.parts import Act, Band, Status


@dataclass(frozen=True, slots=True, kw_only=True)
class StepLine:
    """One step on the line: what, when, from what, and where that is seen."""

    word: str
    day: str
    how: str = ""
    url: str = ""
    link: str = ""
    done: bool = False
    next: bool = False
    due: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenForm:
    """The act that is open."""

    title: str
    action: str
    form: Any
    verb: str
    hint: str = ""
    more: Act | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReferralPage(Page):
    template: ClassVar[str] = "waypost/referrals/one.html"
    place: str = "referrals"
    here: str
    band: Band
    status: Status
    why: str
    steps: Sequence[StepLine]
    facts: Sequence[tuple[str, str]]
    documents: Sequence[Act]
    next: Act | None
    acts: Sequence[Act]
    open: OpenForm | None
    tried: str = ""
    papers: Sequence[Act] = ()
    history: Sequence[tuple[str, str]] = ()
