"""Who works at the demo clinic, at which site, speaking what, and when."""

from dataclasses import dataclass, replace
from random import Random

from waypost.demo import names
from waypost.demo.fhir import THO, Json, coding, concept, ext, ref
from waypost.demo.places import CENTER, CENTER_ID, ORCHARD, RIVERSIDE, Site, department_id, known_id

NUCC = "http://nucc.org/provider-taxonomy"
_SPECIALTIES = {
    "family": ("207Q00000X", "Family Medicine"),
    "internal": ("207R00000X", "Internal Medicine"),
    "pediatrics": ("208000000X", "Pediatrics"),
    "cardiology": ("207RC0000X", "Cardiovascular Disease"),
    "radiology": ("2085R0202X", "Diagnostic Radiology"),
    "psychiatry": ("2084P0800X", "Psychiatry"),
    "psychology": ("103T00000X", "Psychologist"),
    "social-work": ("1041C0700X", "Clinical Social Worker"),
    "np-family": ("363LF0000X", "Family Nurse Practitioner"),
    "pa": ("363A00000X", "Physician Assistant"),
    "nurse": ("163W00000X", "Registered Nurse"),
    "pharmacist": ("183500000X", "Pharmacist"),
    "dietitian": ("133V00000X", "Registered Dietitian"),
    "sonography": ("2471S1302X", "Sonography Technologist"),
    "ct": ("2471C3401X", "Computed Tomography Technologist"),
    "mri": ("2471M1202X", "Magnetic Resonance Imaging Technologist"),
    "xray": ("2471R0002X", "Radiologic Technologist"),
    "phlebotomy": ("246RP1900X", "Phlebotomy Technician"),
    "coordinator": ("171M00000X", "Case Manager/Care Coordinator"),
    "interpreter": ("171R00000X", "Interpreter"),
}
_DOCTORS = {"family", "internal", "pediatrics", "cardiology", "radiology", "psychiatry"}
_FULL = (((0, 1, 2, 3, 4), "08:00", "17:00"),)
_LUNCH = ((0, 1, 2, 3, 4), "12:00", "13:00", "Lunch")
_LATE_LUNCH = ((0, 1, 2, 3, 4), "12:15", "12:45", "Lunch")
_HUDDLE = ((0,), "08:00", "08:30", "Team huddle")

Window = tuple[tuple[int, ...], str, str]
Closed = tuple[tuple[int, ...], str, str, str]


@dataclass(frozen=True, slots=True)
class Staff:
    """One member of staff; `can` empty means no calendar of their own."""

    key: str
    given: str
    family: str
    gender: str
    specialty: str
    site: Site
    department: str
    role: str = ""  # the role of a step: clinician | nurse | technician
    can: tuple[str, ...] = ()
    languages: tuple[str, ...] = ("en",)
    weekly: tuple[Window, ...] = _FULL
    closed: tuple[Closed, ...] = (_LUNCH, _HUDDLE)
    suffix: str = ""
    sign_in: str = ""  # the account's username and role
    account_role: str = ""
    title: str = ""

    @property
    def id(self) -> str:
        return known_id("Practitioner", self.key)

    @property
    def reference(self) -> str:
        return f"Practitioner/{self.id}"

    @property
    def is_doctor(self) -> bool:
        return self.specialty in _DOCTORS

    @property
    def shown(self) -> str:
        """Return the name as the desk says it: Dr Lind, Nurse Kim, Ana Ruiz."""
        if self.is_doctor:
            return f"Dr {self.given} {self.family}"
        return f"{self.given} {self.family}{', ' + self.suffix if self.suffix else ''}"

    @property
    def account_roles(self) -> tuple[str, ...]:
        if self.account_role:
            return (self.account_role,)
        return ({"clinician": "clinician", "nurse": "nurse"}.get(self.role, "scheduler"),)


_PC = ("primary-care",)
_RN = ("nursing", "rooming")
_WEEKDAYS = (0, 1, 2, 3, 4)

_BASE: tuple[Staff, ...] = (
    # Primary care
    Staff("osei", "Kwame", "Osei", "male", "family", RIVERSIDE, "primary-care", "clinician", _PC, ("en", "fr"),
          sign_in="clinician", account_role="clinician", weekly=(((0, 1, 2, 4), "08:00", "17:00"),), suffix="MD"),
    Staff("carvalho", "Inês", "Carvalho", "female", "internal", RIVERSIDE, "primary-care", "clinician", _PC, ("en", "pt", "es"),
          weekly=(((1, 3), "08:00", "17:00"), ((5,), "09:00", "13:00")), suffix="MD"),
    Staff("whitaker", "Tamara", "Whitaker", "female", "np-family", RIVERSIDE, "primary-care", "clinician", _PC, ("en",),
          weekly=(((2, 4), "09:00", "18:00"),), closed=(_LUNCH,), suffix="FNP"),
    Staff("nassar", "Leila", "Nassar", "female", "pediatrics", RIVERSIDE, "primary-care", "clinician", ("pediatrics",), ("en", "ar"), weekly=(((1, 3), "08:00", "17:00"),), suffix="MD"),
    Staff("ferrer", "Miguel", "Ferrer", "male", "family", ORCHARD, "primary-care", "clinician", _PC, ("en", "es"), weekly=(((0, 1, 3), "08:00", "17:00"),), suffix="MD"),
    Staff("tesfa", "Saron", "Tesfa", "female", "internal", ORCHARD, "primary-care", "clinician", _PC, ("en", "am"),
          weekly=(((2, 4), "08:00", "15:00"),), suffix="MD"),
    Staff("hartwell", "Julian", "Hartwell", "male", "pediatrics", ORCHARD, "primary-care", "clinician", ("pediatrics",), ("en", "es"),
          weekly=(((0, 2), "08:00", "14:00"), ((5,), "09:00", "13:00")), suffix="MD"),
    # Cardiology
    Staff("lind", "Sofia", "Lind", "female", "cardiology", RIVERSIDE, "cardiology", "clinician", ("cardiology",), ("en", "sv"),
          weekly=(((0, 1, 2, 4), "08:00", "17:00"),), closed=(_LUNCH, ((1,), "15:30", "17:00", "Case conference")), suffix="MD"),
    Staff("abara", "Emeka", "Abara", "male", "cardiology", RIVERSIDE, "cardiology", "clinician", ("cardiology",), ("en", "ig"),
          weekly=(((1, 2, 3), "08:00", "17:00"),), closed=(((0, 1, 2, 3, 4), "12:00", "12:45", "Lunch"), ((1, 3), "14:00", "17:00", "Hospital rounds")), suffix="MD"),
    # Nurses
    Staff("kim", "Grace", "Kim", "female", "nurse", RIVERSIDE, "primary-care", "nurse", _RN, ("en", "ko"),
          closed=(((0, 1, 2, 3, 4), "12:15", "12:45", "Lunch"),), sign_in="nurse", account_role="nurse", suffix="RN"),
    Staff("moreno", "Luis", "Moreno", "male", "nurse", RIVERSIDE, "primary-care", "nurse", _RN, ("en", "es"),
          weekly=(((0, 2, 4), "08:00", "12:30"),), suffix="RN"),
    Staff("adeyinka", "Bisi", "Adeyinka", "female", "nurse", RIVERSIDE, "primary-care", "nurse", _RN, ("en", "yo"),
          weekly=(((1, 3), "08:00", "13:00"), ((5,), "08:30", "13:30")), closed=(), suffix="RN"),
    Staff("larsson", "Annika", "Larsson", "female", "nurse", RIVERSIDE, "radiology", "nurse", ("iv", "nursing"), weekly=(((0, 1, 2, 3, 4), "08:00", "14:00"),), suffix="RN"),
    Staff("haddock", "Rosemary", "Haddock", "female", "nurse", ORCHARD, "primary-care", "nurse", _RN, suffix="RN"),
    Staff("vega", "Mariela", "Vega", "female", "nurse", ORCHARD, "primary-care", "nurse", _RN, ("en", "es"),
          weekly=((_WEEKDAYS, "08:00", "12:00"), ((5,), "08:30", "13:30")), closed=(), suffix="RN"),
    Staff("obrien", "Declan", "O'Brien", "male", "nurse", RIVERSIDE, "infusion", "nurse", ("infusion",), weekly=(((0, 1, 2, 3, 4), "08:30", "16:30"),), suffix="RN"),
    Staff("santos", "Liza", "Santos", "female", "nurse", RIVERSIDE, "infusion", "nurse", ("infusion",), ("en", "tl"), weekly=(((1, 3), "08:30", "16:30"),), closed=(_LATE_LUNCH,), suffix="RN"),
    # Imaging and laboratory
    Staff("vogel", "Petra", "Vogel", "female", "radiology", RIVERSIDE, "radiology", suffix="MD", account_role="clinician"),
    Staff("ng", "Adrian", "Ng", "male", "sonography", RIVERSIDE, "cardiology", "technician", ("echo",), ("en", "zh"), weekly=(((0, 1, 2, 3, 4), "08:00", "14:30"),),
          closed=(((0, 1, 2, 3, 4), "11:30", "13:30", "Image review and lunch"),), suffix="RDCS"),
    Staff("bello", "Zainab", "Bello", "female", "sonography", RIVERSIDE, "cardiology", "technician", ("echo",), ("en",),
          weekly=(((0, 2), "08:00", "12:00"),), suffix="RDCS"),
    Staff("ramsey", "Colin", "Ramsey", "male", "ct", RIVERSIDE, "radiology", "technician", ("ct",), weekly=(((0, 1, 3), "08:00", "12:00"),), suffix="RT"),
    Staff("duarte", "Paula", "Duarte", "female", "mri", RIVERSIDE, "radiology", "technician", ("mri",), ("en", "pt"), weekly=(((0, 2, 4), "08:00", "14:00"),), suffix="RT"),
    Staff("singh", "Harpreet", "Singh", "female", "sonography", RIVERSIDE, "radiology", "technician", ("ultrasound",), ("en", "pa"), weekly=(((1, 3), "08:00", "14:00"),), suffix="RDMS"),
    Staff("wolfe", "Terence", "Wolfe", "male", "xray", RIVERSIDE, "radiology", "technician", ("xray",), weekly=(((0, 2, 4), "08:00", "10:00"),), suffix="RT"),
    Staff("pham", "Lien", "Pham", "female", "sonography", ORCHARD, "radiology", "technician", ("ultrasound", "xray"), ("en", "vi"), weekly=(((1, 3), "08:00", "12:00"),), suffix="RDMS"),
    Staff("baptiste", "Rosine", "Baptiste", "female", "phlebotomy", RIVERSIDE, "laboratory", "technician", ("phlebotomy",), ("en", "ht", "fr"),
          weekly=((_WEEKDAYS, "07:30", "10:30"),), closed=(), suffix="PBT"),
    Staff("stone", "Jerrold", "Stone", "male", "phlebotomy", ORCHARD, "laboratory", "technician", ("phlebotomy",),
          weekly=(((0, 2, 4), "07:30", "09:30"),), closed=(), suffix="PBT"),
    # Pharmacy, behavioral health, nutrition
    Staff("okonkwo", "Chioma", "Okonkwo", "female", "pharmacist", RIVERSIDE, "pharmacy", "clinician", ("pharmacist",), weekly=(((1, 3), "09:00", "14:00"),), suffix="PharmD"),
    Staff("liang", "Howard", "Liang", "male", "pharmacist", ORCHARD, "pharmacy", "clinician", ("pharmacist",), ("en", "zh"),
          weekly=(((2,), "09:00", "13:00"),), suffix="PharmD"),
    Staff("sayed", "Omar", "Sayed", "male", "psychiatry", RIVERSIDE, "behavioral-health", "clinician", ("psychiatry",), ("en", "ar"),
          weekly=(((0, 2), "09:00", "16:00"),), suffix="MD"),
    Staff("delacroix", "Renée", "Delacroix", "female", "social-work", RIVERSIDE, "behavioral-health", "clinician", ("therapy",), ("en", "fr"), weekly=(((0, 1, 3), "09:00", "17:00"),), suffix="LCSW"),
    Staff("montoya", "Diego", "Montoya", "male", "psychology", RIVERSIDE, "behavioral-health", "clinician", ("therapy",), ("en", "es"),
          weekly=(((2, 4), "10:00", "18:00"),), suffix="PsyD"),
    Staff("feldman", "Ilana", "Feldman", "female", "social-work", ORCHARD, "behavioral-health", "clinician", ("therapy",), ("en", "he"), weekly=(((1, 2), "08:00", "17:00"),), suffix="LCSW"),
    Staff("greene", "Monica", "Greene", "female", "dietitian", RIVERSIDE, "primary-care", "clinician", ("nutrition",), ("en", "es"),
          weekly=(((0, 1, 3), "09:00", "17:00"),), suffix="RD"),
    # The desk
    Staff("ruiz", "Ana", "Ruiz", "female", "coordinator", RIVERSIDE, "primary-care", languages=("en", "es"),
          sign_in="coordinator", account_role="coordinator", title="Care coordinator"),
    Staff("novotny", "Pavel", "Novotny", "male", "coordinator", RIVERSIDE, "cardiology", languages=("en", "cs"),
          account_role="coordinator", title="Care coordinator"),
    Staff("hollis", "Denise", "Hollis", "female", "coordinator", ORCHARD, "primary-care", account_role="coordinator", title="Care coordinator"),
    Staff("brooks", "Devon", "Brooks", "male", "", RIVERSIDE, "primary-care", sign_in="scheduler", account_role="scheduler", title="Scheduler"),
    Staff("adler", "Ruth", "Adler", "female", "", RIVERSIDE, "primary-care", sign_in="records", account_role="records", title="Medical records"),
    Staff("hill", "Marcus", "Hillard", "male", "", RIVERSIDE, "primary-care", sign_in="billing", account_role="billing", title="Billing"),
    Staff("archer", "Joan", "Archer", "female", "", RIVERSIDE, "primary-care", sign_in="supervisor", account_role="supervisor", title="Desk supervisor"),
    Staff("petersen", "Sam", "Petersen", "male", "", RIVERSIDE, "primary-care", sign_in="administrator", account_role="administrator", title="Administrator"),
    Staff("grant", "Lydia", "Granville", "female", "", RIVERSIDE, "primary-care", sign_in="auditor", account_role="auditor", title="Compliance"),
    Staff("marin", "Teresa", "Marín", "female", "interpreter", RIVERSIDE, "primary-care", "interpreter", ("interpreting",), ("en", "es"),
          weekly=((_WEEKDAYS, "08:00", "16:00"),), closed=(_LUNCH,), account_role="scheduler", title="Interpreter"),
    Staff("girma", "Daniel", "Girma", "male", "interpreter", RIVERSIDE, "primary-care", "interpreter", ("interpreting",), ("en", "am"),
          weekly=(((1, 3), "09:00", "15:00"),), closed=(_LUNCH,), account_role="scheduler", title="Interpreter"),
    Staff("pineda", "Hilda", "Pineda", "female", "interpreter", ORCHARD, "primary-care", "interpreter", ("interpreting",), ("en", "es"),
          weekly=(((0, 2, 4), "08:00", "14:00"),), closed=(_LUNCH,), account_role="scheduler", title="Interpreter"),
)  # fmt: skip
_GROWS = {"primary-care", "pediatrics", "cardiology", "nursing", "echo", "ct", "mri", "ultrasound", "xray", "phlebotomy", "therapy", "psychiatry", "iv", "infusion", "nutrition", "pharmacist"}  # fmt: skip


def roster(scale: int = 1) -> list[Staff]:
    """Return the staff of a clinic `scale` times the size of the smallest one."""
    made = list(_BASE)
    for extra in range(1, scale):
        rng = Random(f"staff:{extra}")
        made.extend(
            _double(base, extra, rng)
            for base in _BASE
            if base.specialty == "coordinator" or (base.can and base.can[0] in _GROWS)
        )
    return made


def _double(base: Staff, extra: int, rng: Random) -> Staff:
    community = names.pick_community(rng)
    sex = rng.choice(("female", "male"))
    family = rng.choice(community.families)
    given = names.pick_given(rng, community, sex, family)[0]
    spoken = tuple(dict.fromkeys(("en", names.pick_language(rng, community))))
    return replace(
        base,
        key=f"{base.key}-{extra}",
        given=given,
        family=family,
        gender=sex,
        languages=spoken,
        sign_in="",
        account_role="coordinator" if base.specialty == "coordinator" else "",
    )


def resources(staff: list[Staff]) -> list[Json]:
    return [made for each in staff for made in (_practitioner(each), _role(each))]


def _practitioner(each: Staff) -> Json:
    name: Json = {"use": "official", "family": each.family, "given": [each.given]}
    if each.is_doctor:
        name["prefix"] = ["Dr"]
    if each.suffix:
        name["suffix"] = [each.suffix]
    made: Json = {
        "resourceType": "Practitioner",
        "id": each.id,
        "identifier": [{"system": "urn:waypost:username", "value": each.sign_in or each.key}],
        "active": True,
        "name": [name],
        "telecom": [{"system": "email", "value": f"{each.key}@larkspur.example", "use": "work"}],
        "gender": each.gender,
        "communication": [language(code) for code in each.languages],
    }
    return made


def _role(each: Staff) -> Json:
    made: Json = {
        "resourceType": "PractitionerRole",
        "id": known_id("PractitionerRole", each.key),
        "active": True,
        "practitioner": ref(each.reference, each.shown),
        "organization": ref(f"Organization/{CENTER_ID}", CENTER),
        "location": [ref(f"Location/{each.site.id}", each.site.name)],
        "healthcareService": [ref(f"HealthcareService/{department_id(each.site, each.department)}")],
        "code": [
            concept(
                coding("urn:waypost:role", each.account_roles[0]),
                text=each.title or each.role.capitalize() or "Staff",
            )
        ],
    }
    if each.specialty:
        code, display = _SPECIALTIES[each.specialty]
        made["specialty"] = [concept(coding(NUCC, code, display), text=display)]
    if each.can:
        made["extension"] = [ext("can", "Code", what) for what in each.can]
    return made


def language(code: str, *, preferred: bool | None = None) -> Json:
    """Return a BCP 47 language as a CodeableConcept (or a Patient.communication when `preferred` is given)."""
    known = {
        "sv": "Swedish",
        "ig": "Igbo",
        "yo": "Yoruba",
        "tl": "Tagalog",
        "pa": "Punjabi",
        "he": "Hebrew",
        "cs": "Czech",
    } | names.LANGUAGES
    made = concept(coding("urn:ietf:bcp:47", code, known[code]), text=known[code])
    return made if preferred is None else {"language": made, "preferred": preferred}


CARE_ROLES = THO + "v2-0286"
