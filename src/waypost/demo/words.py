"""Notes, letters and talk: plain words about one person, put together from facts in the record."""

from datetime import date, datetime, timedelta
from random import Random

from waypost.demo.conditions import BY_KEY, MEDICINES
from waypost.demo.fhir import LOINC, THO, Json, coding, concept, instant, pdf_attachment, ref, text_attachment
from waypost.demo.history import medicines_of
from waypost.demo.identity import own_id
from waypost.demo.people import Person
from waypost.demo.places import CENTER, CENTER_ID, CENTER_PHONE
from waypost.demo.times import ZONE

REASONS: dict[str, tuple[str, ...]] = {
    "pc-new": ("New to the clinic", "Moved from another clinic"),
    "pc-follow-up": ("Blood pressure and pills", "Lab results", "Check on new pill", "Follow-up"),
    "pc-same-day": (
        "Cough for a week",
        "Sore throat",
        "Back pain since Sunday",
        "Ear pain",
        "Rash on the arm",
        "Headache",
    ),
    "pc-physical": ("Yearly physical", "Physical for work"),
    "pc-hospital": ("After a hospital stay",),
    "pc-well-child": ("Well-child check", "School physical"),
    "pc-child-follow-up": (
        "Ear check after infection",
        "Weight check",
        "Asthma check-up",
        "School form",
        "Skin check",
    ),
    "pc-child-sick": ("Fever since last night", "Cough", "Ear pain", "Stomach ache"),
    "pc-video": ("Talk about results", "Refill", "Check-in after new pill"),
    "nurse-bp": ("Blood pressure check",),
    "nurse-shots": ("Flu shot", "Vaccines due"),
    "nurse-teaching": ("How to use the inhaler", "Checking sugar at home", "Daily weight and salt"),
    "card-new": ("Chest tightness on stairs", "Heart murmur", "Palpitations"),
    "card-follow-up": ("Heart check-up", "Blood pressure pills", "Heart rhythm"),
    "card-echo": ("Echocardiogram and results", "Heart function"),
    "card-ecg": ("ECG",),
    "card-holter": ("Heart monitor for 48 hours",),
    "card-stress": ("Stress test",),
    "ct-contrast": ("CT of the belly", "CT of the chest"),
    "ct-plain": ("CT of the sinuses", "CT of the head"),
    "mri-plain": ("MRI of the knee", "MRI of the lower back"),
    "mri-contrast": ("MRI of the brain",),
    "us-abdomen": ("Ultrasound of the gallbladder", "Ultrasound of the liver"),
    "us-pelvis": ("Pelvic ultrasound",),
    "xray": ("X-ray of the knee", "X-ray of the chest", "X-ray of the hand"),
    "lab-draw": ("Blood test",),
    "lab-fasting": ("Cholesterol and sugar", "Fasting blood test"),
    "pharm-review": ("Review of all pills", "Pill questions"),
    "inf-3h": ("Infliximab infusion",),
    "inf-iron": ("Iron infusion",),
    "bh-intake": ("First visit",),
    "bh-therapy": ("Counseling",),
    "bh-medication": ("Medication check",),
    "bh-video": ("Counseling",),
    "nutrition": ("Eating with diabetes", "Eating for the heart"),
    "class-diabetes": ("Group class",),
}
_CHRONIC = {
    "hypertension": "Blood pressure",
    "diabetes": "Diabetes",
    "asthma": "Asthma",
    "copd": "Breathing",
    "depression": "Mood",
    "thyroid": "Thyroid",
    "knee": "Knee pain",
}


def reason_for(code: str, person: Person, rng: Random) -> str:
    """Return why this person comes: for a follow-up, what they have."""
    if code in {"pc-follow-up", "pc-video"}:
        own = [_CHRONIC[illness.key] for illness in person.illnesses if illness.key in _CHRONIC]
        if own:
            return f"{rng.choice(own)} check-up"
    return rng.choice(REASONS[code])


def progress_note(person: Person, at: datetime, reason: str, readings: list[Json], encounter: str) -> Json:
    """Return the note of one encounter: what was said, seen, and agreed."""
    rng = Random(f"{person.id}:note:{at}")
    problems = [BY_KEY[illness.key].name for illness in person.illnesses if illness.until is None]
    pills = [MEDICINES[key].text for key, _ in medicines_of(person)]
    lines = [
        f"Reason: {reason}.",
        f"Told us: {rng.choice(_TOLD)}",
        "Measured: " + (", ".join(_reading(each) for each in readings) or "nothing today") + ".",
        "Problems: " + (", ".join(problems) or "none") + ".",
        "Takes: " + ("; ".join(pills) or "no regular medications") + ".",
        f"Plan: {rng.choice(_PLANS)}",
        f"{person.pcp.shown}",
    ]
    return document(
        person,
        "11506-3",
        "Progress note",
        at,
        [text_attachment("\n".join(lines), "Progress note")],
        encounter=encounter,
    )


_TOLD = (
    "doing well, no new complaints.", "more tired than usual for two weeks.", "walks half an hour most days.", "sleeps better since the last visit.",
    "missed a few pills last month; the pharmacy was closed.", "pain is better in the morning.", "worried about the cost of the new pill.",
    "helps care for a grandchild; little time for self.",
)  # fmt: skip
_PLANS = (
    "same medications; return in 3 months.", "blood test before the next visit.", "nurse to call in two weeks.", "referral sent; coordinator to follow it.",
    "home readings twice a week; bring the list.", "talked through the plan; said it back in own words.",
)  # fmt: skip


def _reading(each: Json) -> str:
    if "component" in each:
        high, low = (part["valueQuantity"]["value"] for part in each["component"])
        return f"blood pressure {high}/{low} mmHg"
    value = each["valueQuantity"]
    return f"{each['code']['text']} {value['value']} {value['unit']}"


def document(
    person: Person, loinc: str, name: str, at: datetime, attachments: list[Json], *, encounter: str = "", author: str = "", shown: str = "", custodian: str = CENTER_ID, key: str = ""
) -> Json:  # fmt: skip
    made: Json = {
        "resourceType": "DocumentReference",
        "id": own_id(person, "document", loinc, instant(at), key),
        "status": "current",
        "docStatus": "final",
        "type": concept(coding(LOINC, loinc, name), text=name),
        "category": [
            concept(
                coding(
                    "http://hl7.org/fhir/us/core/CodeSystem/us-core-documentreference-category",
                    "clinical-note",
                    "Clinical Note",
                )
            )
        ],
        "subject": ref(person.reference, person.shown),
        "date": instant(at),
        "author": [ref(author or person.pcp.reference, shown or person.pcp.shown)],
        "custodian": ref(f"Organization/{custodian}"),
        "description": name,
        "content": [{"attachment": each} for each in attachments],
    }
    if encounter:
        made["context"] = {"encounter": [ref(f"Encounter/{encounter}")]}
    return made


def fax(person: Person, at: datetime) -> Json:
    """Return a letter that came by fax, as a small PDF."""
    rng = Random(f"{person.id}:fax")
    sender, about = rng.choice((
        ("Tidewater Eye Clinic", "Eye exam: no sign of diabetic eye disease. See again in 12 months."),
        ("Harbor Point Physical Therapy", "Six visits done. Walks without pain on flat ground. Home exercises given."),
        ("Elmwood Imaging", "Screening study: no finding that needs action. Routine follow-up."),
        ("Three Rivers Podiatry", "Foot exam: skin whole, feeling normal. Nail care done."),
    ))  # fmt: skip
    born = f"{person.born:%b} {person.born.day}, {person.born.year}" if person.born else "not known"
    lines = [
        sender,
        f"To: {person.pcp.shown}, {CENTER}",
        f"About: {person.shown}, born {born}, MRN {person.mrn}",
        "",
        about,
        "",
        f"Questions: {CENTER_PHONE}",
    ]
    return document(
        person, "51852-2", "Letter", at, [pdf_attachment(lines, f"Letter from {sender}")], key="fax"
    ) | {"description": f"Letter from {sender}"}


def communication(
    person: Person,
    at: datetime,
    words: str,
    *,
    medium: str,
    sent: bool,
    sender: tuple[str, str],
    status: str = "completed",
    key: str = "",
) -> Json:
    """Return words that went between the clinic and a person: by phone, text, letter or e-mail."""
    code, display = {
        "phone": ("PHONE", "telephone"), "text": ("SMSWRIT", "SMS message"), "letter": ("MAILWRIT", "mail"), "email": ("EMAILWRIT", "email"),
    }[medium]  # fmt: skip
    who, them = ref(sender[0], sender[1]), ref(person.reference, person.shown)
    return {
        "resourceType": "Communication",
        "id": own_id(person, "communication", instant(at), key),
        "status": status,
        "category": [tho_category("notification" if medium != "phone" else "instruction")],
        "medium": [
            concept(
                coding(THO + "v3-ParticipationMode", code, display),
                text={"phone": "Phone", "text": "Text", "letter": "Letter", "email": "E-mail"}[medium],
            )
        ],
        "subject": them,
        "recipient": [them if sent else ref(f"Organization/{CENTER_ID}", CENTER)],
        "sender": who if sent else them,
        "sent": instant(at),
        "received": instant(at + timedelta(minutes=1)),
        "payload": [{"contentString": words}],
    }


def tho_category(code: str) -> Json:
    return concept(coding(THO + "communication-category", code, code.capitalize()))


_CALLS = (
    "Called about the next visit. Will come; daughter drives.", "Asked about results. Told that the provider will call.",
    "Went over the plan; said it back in own words.", "Left voicemail with name and number only.", "Wants mornings from now on. Noted.",
    "Has enough pills until next month.", "No ride for next week; ride asked.",
)  # fmt: skip


def call(person: Person, today: date, now: datetime) -> Json:
    rng = Random(f"{person.id}:call")
    at = min(now - timedelta(days=rng.randrange(1, 50), minutes=rng.randrange(0, 200)), now)
    who = person.coordinator
    return communication(
        person, at, rng.choice(_CALLS), medium="phone", sent=True, sender=(who.reference, who.shown)
    )


_REMIND = "Reminder: you have a visit on {day} at {time}. Reply 1 to confirm or call (202) 555-0100."


def reminder(person: Person, start: datetime, at: datetime) -> Json:
    begins = start.astimezone(ZONE)
    when = {"day": f"{begins:%a, %b} {begins.day}", "time": f"{begins:%I:%M %p}".lstrip("0")}
    return communication(
        person,
        at,
        _REMIND.format(**when),
        medium="text",
        sent=True,
        sender=(f"Organization/{CENTER_ID}", CENTER),
        key="reminder",
    )
