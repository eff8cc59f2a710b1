"""The forms of the register page: one for the person, one for each number and each person beside them."""

from typing import Any

from django import forms

from waypost.registry import about, registration
from waypost.registry.registration import PersonWish, PhoneWish, Registration
from waypost.terminology.languages import LANGUAGES
from waypost.web.forms import DeskForm, TypedDateField

DECLINED_CHOICE = (about.DECLINED, about.DECLINED_WORDS)
NOT_KNOWN_CHOICE = (about.UNKNOWN, about.UNKNOWN_WORDS)
ASKED = (("", "Not asked"), ("yes", "Yes"), ("no", "No"))
LANGUAGE_CHOICES = (("", "Not asked"), ("en", "English"), ("es", "Spanish"),
                    *sorted(((c, n) for c, n in LANGUAGES.items() if c not in {"en", "es"}), key=lambda each: each[1]))  # fmt: skip
NEEDS = (("Wheelchair", "Wheelchair"), ("Hard of hearing", "Hard of hearing"), ("Low vision", "Low vision"),
         ("Needs a lift", "Needs a lift"), ("Companion", "Comes with a companion"))  # fmt: skip
DISCUSS = (("visits", "Visits"), ("bills", "Bills"), ("clinical", "Health"), ("all", "Everything"))


def yes_no(value: str) -> bool | None:
    return {"yes": True, "no": False}.get(value)


def radio(label: str, choices: Any = ASKED, **more: Any) -> forms.ChoiceField:
    field = forms.ChoiceField(label=label, choices=choices, widget=forms.RadioSelect, required=False, **more)
    field.hide_optional = True  # type: ignore[attr-defined]
    return field


KINDS = (("", "Not said"), ("mobile", "Mobile"), ("home", "Home"), ("work", "Work"))
NTH = ("First", "Second", "Third", "Fourth", "Fifth", "Sixth")
MANY_MIN, MANY_MAX = 2, len(NTH)  # phones, and people beside the patient, on one page


class PhoneForm(DeskForm):
    """One number with what its owner allows."""

    number = forms.CharField(
        label="Phone",
        required=False,
        max_length=40,
        widget=forms.TextInput(attrs={"type": "tel", "class": "short", "autocomplete": "off"}),
    )
    use = forms.ChoiceField(label="Kind", choices=KINDS, required=False)
    owner = forms.CharField(
        label="Whose is it",
        required=False,
        max_length=80,
        help_text="Leave empty where it is the patient’s own.",
    )
    voicemail = radio("Voicemail may be left")
    text = radio("Texts may be sent")
    hours = forms.CharField(label="Good hours to call", required=False, max_length=80)

    def clean_number(self) -> str:
        number = str(self.cleaned_data["number"])
        digits = [c for c in number if c.isdigit()]
        if number and len(digits) < 7:
            raise forms.ValidationError("A phone number has at least seven digits. Check it.")
        return number

    def wish(self) -> PhoneWish | None:
        data = self.cleaned_data
        if not data["number"]:
            return None
        return PhoneWish(
            number=data["number"],
            use=data["use"],
            owner=data["owner"],
            voicemail=yes_no(data["voicemail"]),
            text=yes_no(data["text"]),
            hours=data["hours"],
        )


class PersonForm(DeskForm):
    """Someone beside the patient."""

    name = forms.CharField(label="Name", required=False, max_length=120)
    relation = forms.ChoiceField(
        label="Who they are to the patient",
        choices=(("", "Not said"), *registration.RELATIONS),
        required=False,
    )
    phone = forms.CharField(
        label="Phone",
        required=False,
        max_length=40,
        widget=forms.TextInput(attrs={"type": "tel", "class": "short", "autocomplete": "off"}),
    )
    emergency = forms.BooleanField(label="Emergency contact", required=False)
    guardian = forms.BooleanField(label="Guardian: may consent", required=False)
    may_discuss = forms.MultipleChoiceField(
        label="OK to talk to about", choices=DISCUSS, widget=forms.CheckboxSelectMultiple, required=False
    )
    until = TypedDateField(
        label="OK to talk until",
        required=False,
        prefer="future",
        help_text="Leave empty where it has no end. Nothing else ends with it.",
    )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        said = any(data.get(name) for name in ("phone", "emergency", "guardian", "may_discuss", "until"))
        if said and not data.get("name"):
            self.add_error("name", "Write the name, or clear what stands under it.")
        if data.get("until") and not data.get("may_discuss"):
            self.add_error("may_discuss", "Mark what it is OK to talk about until then, or clear the day.")
        if data.get("until") and (today := getattr(self.fields["until"], "today", None)) and data["until"] < today:
            self.add_error("until", "That day is over. Check the year.")
        return data

    def wish(self) -> PersonWish | None:
        data = self.cleaned_data
        if not data["name"]:
            return None
        return PersonWish(name=data["name"], relation=data["relation"] or "EXT", phone=data["phone"],
                          guardian=data["guardian"] or data["relation"] == "GUARD",
                          emergency=data["emergency"], may_discuss=tuple(data["may_discuss"]), until=data["until"])  # fmt: skip


class RegisterForm(DeskForm):
    """The person. Name, birth date and phone suffice; everything else may come later."""

    family = forms.CharField(
        label="Family name",
        max_length=120,
        help_text="As on the card; both surnames where there are two. Someone with one name has it here.",
    )
    given = forms.CharField(label="Given names", required=False, max_length=120)
    born = TypedDateField(
        label="Birth date", required=False, help_text="As one says it: 3/12/1957, Mar 12 1957."
    )
    birth_unknown = forms.BooleanField(label="Birth date is not known", required=False)
    preferred = forms.CharField(label="Preferred name", required=False, max_length=120)
    former = forms.CharField(label="Former family name", required=False, max_length=120)
    former_given = forms.CharField(label="Former given names", required=False, max_length=120)
    phone_declined = forms.BooleanField(label="Declined to give a number", required=False)
    multiple = forms.ChoiceField(
        label="Twin or more",
        required=False,
        choices=(("", "Not asked"), *about.MULTIPLES),
    )
    gender = radio(
        "Sex on the record",
        about.SEXES,
        initial="unknown",
    )
    birth_sex = forms.ChoiceField(
        label="Sex at birth",
        required=False,
        choices=(("", "Not asked"), *about.BIRTH_SEXES),
    )
    identity = forms.ChoiceField(
        label="Gender",
        required=False,
        choices=(("", "Not asked"), *about.IDENTITIES, DECLINED_CHOICE),
    )
    pronouns = forms.CharField(label="Pronouns", required=False, max_length=40)
    pronouns_declined = forms.BooleanField(label="Declined to say the pronouns", required=False)
    email = forms.EmailField(
        label="E-mail",
        required=False,
        max_length=200,
        error_messages={"invalid": "An e-mail address looks like name@example.org."},
    )
    email_ok = forms.BooleanField(
        label="E-mail may be sent: date, time, place and phone only", required=False
    )
    line = forms.CharField(label="Street and number", required=False, max_length=200)
    city = forms.CharField(label="City", required=False, max_length=100)
    state = forms.CharField(label="State", required=False, max_length=20)
    postal = forms.CharField(label="ZIP code", required=False, max_length=12)
    no_address = forms.BooleanField(label="No fixed address", required=False)
    address_declined = forms.BooleanField(label="Declined to give an address", required=False)
    speaks = forms.ChoiceField(label="Speaks", required=False, choices=(*LANGUAGE_CHOICES, DECLINED_CHOICE))
    interpreter = radio("Interpreter needed")
    writes = forms.ChoiceField(label="Letters in", required=False, choices=LANGUAGE_CHOICES)
    needs = forms.MultipleChoiceField(
        label="Needs", choices=NEEDS, widget=forms.CheckboxSelectMultiple, required=False
    )
    guarantor = forms.ChoiceField(label="Who pays what coverage does not", required=False)
    payer = forms.CharField(label="Coverage: payer", required=False, max_length=120)
    member = forms.CharField(label="Member number", required=False, max_length=60)
    self_pay = forms.BooleanField(label="Pays without coverage", required=False)
    race = forms.MultipleChoiceField(
        label="Race",
        choices=(*about.RACES, NOT_KNOWN_CHOICE, DECLINED_CHOICE),
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    ethnicity = radio(
        "Ethnicity",
        (("", "Not asked"), *about.ETHNICITIES, NOT_KNOWN_CHOICE, DECLINED_CHOICE),
    )

    def __init__(self, *args: Any, people: int = MANY_MIN, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        above = [(str(n), f"{NTH[n]} person above") for n in range(people)]
        self.fields["guarantor"].choices = [("", "Not asked"), ("self", "The patient"), *above]  # type: ignore[attr-defined]
        self.fields["born"].hide_optional = True  # type: ignore[attr-defined]  # the tick under it says when it may be empty

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if not data.get("born") and not data.get("birth_unknown") and "born" not in self.errors:
            self.add_error("born", "Write the birth date, or say that it is not known.")
        if data.get("born") and data.get("birth_unknown"):
            self.add_error("birth_unknown", "There is a birth date above: clear one of the two.")
        if data.get("born") and (today := getattr(self.fields["born"], "today", None)) and data["born"] > today:
            self.add_error("born", "The birth date is in the future. Check the year.")
        if data.get("self_pay") and data.get("payer"):
            self.add_error("self_pay", "A payer stands above: clear one of the two.")
        for declined, said, words in (
            ("address_declined", ("line", "city", "postal", "no_address"), "An address, or that there is none, stands above: clear one."),
            ("pronouns_declined", ("pronouns",), "The pronouns stand above: clear one."),
        ):  # fmt: skip
            if data.get(declined) and any(data.get(name) for name in said):
                self.add_error(declined, words)
        if len(data.get("race") or ()) > 1 and {about.DECLINED, about.UNKNOWN} & set(data["race"]):
            self.add_error("race", "Either what they say, or that they declined or it is not known: clear one.")
        return data

    def with_others(self, phones: list[PhoneForm], people: list[PersonForm]) -> bool:
        """Return whether this form agrees with those of numbers and people; say so above the field where it does not."""
        if self.cleaned_data.get("phone_declined") and any(p.cleaned_data.get("number") for p in phones):
            self.add_error("phone_declined", "There is a number: clear one of the two.")
        pays = self.cleaned_data.get("guarantor") or ""
        if pays.isdecimal() and not people[int(pays)].cleaned_data.get("name"):
            self.add_error("guarantor", f"No {NTH[int(pays)].lower()} person is named above: write the name, or choose who pays.")
        return not self.errors

    def wish(self, phones: list[PhoneForm], people: list[PersonForm]) -> Registration:
        """Return the registration; whoever pays is counted among those who are named."""
        data = self.cleaned_data
        named = [form for form in people if form.cleaned_data.get("name")]
        pays = data["guarantor"]
        declined = {"phone": data["phone_declined"], "address": data["address_declined"], "language": data["speaks"] == about.DECLINED}
        plain = {name: data[name] for name in (
            "family", "given", "preferred", "former", "former_given", "born", "birth_unknown", "birth_sex", "identity", "multiple", "email",
            "email_ok", "line", "city", "state", "postal", "no_address", "writes", "payer", "member", "self_pay", "ethnicity")}  # fmt: skip
        return Registration(
            **plain,
            pronouns=about.DECLINED if data["pronouns_declined"] else data["pronouns"],
            speaks="" if declined["language"] else data["speaks"],
            declined=frozenset(what for what, said in declined.items() if said),
            guarantor=str(named.index(people[int(pays)])) if pays.isdecimal() else pays,
            gender=data["gender"] or "unknown",
            interpreter=yes_no(data["interpreter"]),
            needs=tuple(data["needs"]),
            race=tuple(data["race"]),
            phones=tuple(wish for form in phones if (wish := form.wish())),
            people=tuple(wish for form in named if (wish := form.wish())),
        )
