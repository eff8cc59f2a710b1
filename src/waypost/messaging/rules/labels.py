"""Labels for one patient: two identifiers, and the record number as a barcode."""

from dataclasses import dataclass
from datetime import date

from waypost.formats.barcodes import code128
from waypost.messaging.rules import wording
from waypost.messaging.rules.facts import Recipient


@dataclass(frozen=True, slots=True)
class Stock:
    """A sheet of labels as it is sold, in millimetres."""

    name: str
    columns: int
    rows: int
    width: float
    height: float
    left: float
    top: float
    across: float  # from one label's left edge to the next one's

    @property
    def places(self) -> int:
        return self.columns * self.rows


STOCK = Stock("30 a sheet, 1 × 2⅝ in", columns=3, rows=10, width=66.675, height=25.4, left=4.7625, top=12.7, across=69.85)


@dataclass(frozen=True, slots=True)
class Labels:
    """A sheet: the same label in every place from `skip` on."""

    stock: Stock
    skip: int  # places at the head of a sheet that are used up
    count: int
    title: str
    name: str
    lines: tuple[str, ...]
    bars: tuple[int, ...]  # none where there is no number to draw
    number: str


def compose(
    recipient: Recipient, *, mrn: str, visit_day: date | None = None, count: int = STOCK.places, skip: int = 0
) -> Labels:
    """Return a sheet for one patient; `mrn` is the number as recorded, the recipient's as it is read out.

    Staff read labels, so they are in English whatever the patient reads.
    """
    assert 0 <= skip < STOCK.places
    assert 0 < count <= STOCK.places - skip
    born = f"{recipient.born:%m/%d/%Y}" if recipient.born else "not known"
    seen = (f"Visit {wording.day_short(visit_day)}, {visit_day.year}",) if visit_day else ()
    return Labels(
        stock=STOCK,
        skip=skip,
        count=count,
        title=f"Labels, MRN {recipient.mrn}",
        name=recipient.name,
        lines=(f"Born {born} · MRN {recipient.mrn or 'not given'}", *seen),
        bars=code128(mrn) if mrn else (),
        number=recipient.mrn,
    )
