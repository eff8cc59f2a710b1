"""Who may need which visit: patients sorted once, so that a day can be filled by chance without searching."""

from datetime import date

from waypost.demo.people import Person

_HEART = ("heart-failure", "afib", "coronary")
_MIND = ("depression", "anxiety", "ptsd", "adhd")


class Pools:
    """Lists of people by what they come for; those at both sites go where their own provider is."""

    def __init__(self, everyone: list[Person]) -> None:
        self._own: dict[str, list[Person]] = {}
        self._site: dict[tuple[str, str], list[Person]] = {}
        for person in everyone:
            if not person.is_visiting or "cast" in person.tags:  # the cast's visits are placed by hand
                continue
            self._own.setdefault(person.pcp.reference, []).append(person)
            for what in _wants(person):
                self._site.setdefault((what, "any"), []).append(person)
                self._site.setdefault((what, person.pcp.site.id), []).append(person)
        self._site_of: dict[str, str] = {}

    def for_visit(self, code: str, lead: str, on: date) -> list[Person]:
        if code.startswith("pc-"):
            return self._own.get(lead, [])
        return self._site.get((code, self._site_of.get(lead, "any")), []) or self._site.get((code, "any"), [])

    def seat(self, lead: str, site_id: str) -> None:
        """Say at which site someone works who is seen by people of that site only."""
        self._site_of[lead] = site_id


def _wants(person: Person) -> list[str]:
    wants = ["nurse-shots"]
    grown = not person.is_child
    heart = person.has(*_HEART) or (person.has("hypertension") and person.age > 60)
    if grown:
        wants += ["ct-contrast", "ct-plain", "mri-plain", "mri-contrast", "us-abdomen", "xray", "lab-draw"]
    if grown and heart:
        wants += ["card-follow-up", "card-new", "card-echo", "card-stress", "card-ecg", "card-holter"]
    if person.has("hypertension"):
        wants.append("nurse-bp")
    if person.has("diabetes", "asthma", "heart-failure", "copd"):
        wants.append("nurse-teaching")
    if grown and person.sex == "female" and person.age < 60:
        wants.append("us-pelvis")
    if grown and person.has("diabetes", "lipids", "coronary", "obesity"):
        wants.append("lab-fasting")
    if grown and len(person.illnesses) >= 3:
        wants.append("pharm-review")
    if grown and person.has("crohns", "arthritis"):
        wants.append("inf-3h")
    if grown and person.has("anemia", "kidney"):
        wants.append("inf-iron")
    if person.has(*_MIND):
        wants += ["bh-therapy", "bh-intake", "bh-video"]
    if grown and person.has("depression", "ptsd", "anxiety"):
        wants.append("bh-medication")
    if person.has("diabetes", "obesity", "lipids"):
        wants += ["nutrition", "class-diabetes"] if person.has("diabetes") else ["nutrition"]
    return wants
