"""One look for times: what was chosen, understood, and asked of the finder, with all that the pages around it need."""

from dataclasses import dataclass, replace
from datetime import date, datetime
from zoneinfo import ZoneInfo

from waypost.access import scopes
from waypost.coordination import patients
from waypost.coordination.at_booking import OnFile
from waypost.coordination.patients import PatientView
from waypost.kernel.scope import Scope
from waypost.records import queries as records
from waypost.records.versions import Version
from waypost.registry import fhir
from waypost.scheduling import fhir as schedule
from waypost.scheduling.queries.clinic import Clinic, clinic
from waypost.scheduling.queries.times import FindWish, find_times
from waypost.scheduling.rules.types import VisitType
from waypost.scheduling.rules.wishes import FoundTime, FoundTimes
from waypost.terminology.languages import language_name
from waypost.web.pages import Request
from waypost.web.schedule import choices as choosing
from waypost.web.schedule import rows
from waypost.web.schedule.choices import Choices
from waypost.web.schedule.sites import site_names

KINDS_SHOWN_MAX = 8


@dataclass(frozen=True, slots=True)
class Search:
    """One look for times, with all that the page around it needs."""

    request: Request
    choices: Choices
    here: Clinic
    scope: Scope
    sites: dict[str, str]
    now: datetime
    zone: str
    view: PatientView | None
    kind: VisitType | None
    several: tuple[str, ...]
    found: FoundTimes | None
    moving: Version | None = None  # the visit that a new time is sought for, as it stands
    on_file: OnFile | None = None  # read for the booking card only

    @property
    def today(self) -> date:
        return self.now.astimezone(ZoneInfo(self.zone)).date()

    @property
    def local_now(self) -> datetime:
        return self.now.astimezone(ZoneInfo(self.zone))

    @property
    def chosen(self) -> FoundTime | None:
        if self.found is None or not self.choices.chosen:
            return None
        return next((time for time in self.found.times if rows.key_of(time) == self.choices.chosen), None)

    @property
    def interpreter(self) -> str:
        """The language an interpreter would be asked for; '' where none is needed."""
        if self.view is None or not self.view.who.interpreter:
            return ""
        return fhir.spoken_language(self.view.resource).split("-")[0]


def search(request: Request, choices: Choices) -> Search:
    """Read the patient, understand the kind of visit, and ask the finder."""
    ctx = request.ctx
    here = clinic(ctx.tenant, ctx.now)
    view = patients.head_of(ctx, choices.patient) if choices.patient else None
    scope = scopes.for_staff(ctx, what="Slot", **({"patient": choices.patient} if choices.patient else {}))
    moving = records.read_or_none(scope, "Appointment", choices.move) if choices.move else None
    if moving is not None:
        choices = _as_it_stands(choices, moving)
    kind, several = kind_of(here, choices.visit)
    if kind is not None:
        choices = choices.with_(visit=kind.code)
    bare = Search(
        request, choices, here, scope, site_names(scope, here), ctx.now, ctx.zone, view, kind, several, None, moving
    )
    if kind is None:
        return bare
    return replace(bare, found=find_times(scope, sought(bare), clock=ctx.clock))


def _as_it_stands(choices: Choices, moving: Version) -> Choices:
    """Return the choices with what the visit is: its kind, and by video or in person unless that is said."""
    video = "1" if schedule.extension(moving.resource, "telehealth") is True else ""
    code = schedule.visit_type_code(moving.resource) or ""
    return choices.with_(video=choices.video or video, visit=code or choices.visit)


def sought(found: Search) -> FindWish:
    """Return what the finder is asked, with everything that was chosen."""
    assert found.kind is not None
    ctx = found.request.ctx
    return choosing.wish(
        found.choices, found.kind.code, now=ctx.now, zone=ctx.zone, interpreter=found.interpreter
    )


def kind_of(here: Clinic, typed: str) -> tuple[VisitType | None, tuple[str, ...]]:
    """Return the kind of visit that was meant, or the codes of several that may have been."""
    if typed in here.kinds:  # a visit that is moved may be of a kind that is no longer offered
        return here.kinds[typed], ()
    names = sorted(((k.code, name_of(k)) for k in here.offered), key=lambda pair: pair[1])
    code, others = choosing.meant(typed, names) if typed else (None, [])
    return (here.kinds[code] if code else None), tuple(others[:KINDS_SHOWN_MAX])


def name_of(kind: VisitType, language: str = "en") -> str:
    return kind.name.get(language) or kind.name.get("en") or kind.code


def languages_of(found: Search) -> tuple[str, str]:
    """Return the spoken language's code and name, for what is asked and said."""
    code = fhir.spoken_language(found.view.resource) if found.view else ""
    return code.split("-")[0], language_name(code)
