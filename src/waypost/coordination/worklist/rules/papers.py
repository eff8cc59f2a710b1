"""Rules about papers: what lies unfiled."""

from collections.abc import Iterator

from waypost.chart.documents.reading import is_unfiled
from waypost.coordination.worklist.rules.shapes import APART, Answer, Facts, Figure, Figures, Item, Json, Rule
from waypost.kernel.business_days import business_days_after
from waypost.kernel.dates import local_day, read_moment, say_short


def _unfiled(facts: Facts, figures: Figures) -> Iterator[Answer]:
    for paper in facts.all("DocumentReference"):
        if not is_unfiled(paper):
            continue
        came = read_moment(paper.get("date") or (paper.get("meta") or {}).get("lastUpdated"), facts.zone) or facts.now
        day = local_day(min(came, facts.now), facts.zone)
        name = paper.get("description") or (paper.get("type") or {}).get("text") or "document"
        yield Item(
            key=APART if not facts.id else paper.get("id", ""), focus=f"DocumentReference/{paper.get('id', '')}", what=f"File: {name[:80]}",
            why=f"Came {say_short(day)} and is not filed; papers are filed within {figures['days']} business days.",
            due=facts.end_of(business_days_after(day, figures["days"])),
        )  # fmt: skip


def _filed(facts: Facts, task: Json) -> str:
    return "The document was filed, or taken out of the record."


RULES = (
    Rule(
        code="document-unfiled", name="Documents not filed", kind="file-document", source="product decision", pool="records",
        says="A document came and is in no chart, or nobody has looked at it there. Ends when it is filed.",
        reads=("DocumentReference",), decide=_unfiled, gone=_filed, act="documents", apart=("DocumentReference",),
        figures=(Figure("days", "Filed within", 2, 1, 10, "business days"),),
    ),
)  # fmt: skip
