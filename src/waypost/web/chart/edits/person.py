"""Edits of the patient's own record: phone, e-mail, address, time zone, language, name."""

from typing import Any

from waypost.kernel.context import Context
from waypost.messaging import fhir as messaging
from waypost.messaging.rules import home_zones
from waypost.messaging.rules.home_zones import zone_name
from waypost.records.problems import NotFound
from waypost.records.versions import Version
from waypost.registry import about, edits, fhir
from waypost.registry.amending import amend_patient
from waypost.web import asked
from waypost.web.chart import forms
from waypost.web.chart.edits.base import Edit, End, Json, Loaded, read, today_of

DECLINED = End("declined", "Declined to give a number")
NO_LONGER = End("end", "No longer in use")


def place_of(on: str, person: Json | None) -> int | None:
    """Return the place in Patient.telecom that an address names; None for a new number. Raises NotFound for no place."""
    place = asked.number({"on": on}, "on", most=99_999)
    if on and (place is None or place >= len((person or {}).get("telecom", ()))):
        raise NotFound
    return place


def of_open_chart(ctx: Context, version: Version) -> Version:
    """Return the patient again, by leave to read the whole chart where it is a restricted one."""
    if fhir.restricted(version.resource):
        return read(ctx, version.id, "Patient", version.id, level="chart")
    return version


class PatientEdit(Edit):
    """An edit that changes the Patient."""

    def patient(self, ctx: Context, patient: str) -> Version:
        return read(ctx, patient, "Patient", patient)

    def loaded(self, version: Version, initial: dict[str, Any], **more: Any) -> Loaded:
        return Loaded(
            version.version, initial, resource=version.resource, reference=version.reference, **more
        )


class PhoneEdit(PatientEdit):
    form, said = forms.PhoneForm, "Phone number saved."

    def title(self, on: str, loaded: Loaded) -> str:
        return "Phone number" if on else "Add a phone number"

    def load(self, ctx: Context, patient: str, on: str) -> Loaded:
        version = self.patient(ctx, patient)
        every = fhir.phones(version.resource, today_of(ctx))
        phone = next((p for p in every if str(p.place) == on), None)
        if phone is None:
            declined = "phone" in about.what_declined(version.resource)
            ends = () if every or declined else (DECLINED,)
            return self.loaded(version, {"use": "mobile", "first": not every}, ends=ends)
        initial = {
            "number": phone.shown, "use": phone.use, "owner": phone.owner, "hours": phone.hours,
            "voicemail": forms.untri(phone.voicemail), "text": forms.untri(phone.text), "first": phone is every[0],
        }  # fmt: skip
        return self.loaded(version, initial, ends=(NO_LONGER,))

    def save(
        self, ctx: Context, patient: str, on: str, loaded: Loaded, seen: int, values: dict[str, Any]
    ) -> Version:
        number = values["number"]
        place = place_of(on, loaded.resource)
        kept = "" if place is None else loaded.resource["telecom"][place]["value"]  # type: ignore[index]
        if kept and fhir.dial(number) == fhir.dial(kept):
            number = kept  # the same number: the spelling on record stays
        wish = edits.PhoneWish(
            number, values["use"], values["owner"], values["hours"],
            forms.tri(values["voicemail"]), forms.tri(values["text"]), values["first"],
        )  # fmt: skip
        return amend_patient(
            ctx, patient, seen, lambda old: edits.with_phone(old, place, wish, today_of(ctx))
        )

    def end(self, ctx: Context, patient: str, on: str, loaded: Loaded, seen: int, how: str) -> Version:
        if how == DECLINED.value:
            return amend_patient(ctx, patient, seen, lambda old: edits.with_declined(old, "phone"))
        return amend_patient(
            ctx, patient, seen, lambda old: edits.with_phone(old, place_of(on, old), None, today_of(ctx))
        )

    def ended_said(self, how: str) -> str:
        return (
            "Kept: declined to give a number." if how == DECLINED.value else "Phone number taken out of use."
        )


class EmailEdit(PatientEdit):
    form, said = forms.EmailForm, "E-mail address saved."

    def title(self, on: str, loaded: Loaded) -> str:
        return "E-mail address" if on else "Add an e-mail address"

    def load(self, ctx: Context, patient: str, on: str) -> Loaded:
        version = self.patient(ctx, patient)
        found = next((e for e in fhir.emails(version.resource, today_of(ctx)) if str(e.place) == on), None)
        if found is None:
            return self.loaded(version, {})
        return self.loaded(version, {"address": found.address, "wanted": found.wanted}, ends=(NO_LONGER,))

    def save(
        self, ctx: Context, patient: str, on: str, loaded: Loaded, seen: int, values: dict[str, Any]
    ) -> Version:
        address, wanted = values["address"], values["wanted"]
        return amend_patient(
            ctx,
            patient,
            seen,
            lambda old: edits.with_email(old, place_of(on, old), address, wanted=wanted, today=today_of(ctx)),
        )

    def end(self, ctx: Context, patient: str, on: str, loaded: Loaded, seen: int, how: str) -> Version:
        return amend_patient(
            ctx,
            patient,
            seen,
            lambda old: edits.with_email(old, place_of(on, old), "", wanted=False, today=today_of(ctx)),
        )

    def ended_said(self, how: str) -> str:
        return "E-mail address taken out of use."


class AddressEdit(PatientEdit):
    form, said = forms.AddressForm, "Address saved."

    def patient(self, ctx: Context, patient: str) -> Version:
        """Return the patient; where someone lives is not open to all when the chart is restricted."""
        return of_open_chart(ctx, super().patient(ctx, patient))

    def title(self, on: str, loaded: Loaded) -> str:
        return "Address"

    def load(self, ctx: Context, patient: str, on: str) -> Loaded:
        version = self.patient(ctx, patient)
        homes = fhir.current_addresses(version.resource, today_of(ctx))
        home: Json = homes[0] if homes else {}
        lines = [*home.get("line", ()), "", ""]
        initial = {
            "line1": lines[0] or home.get("text", ""), "line2": ", ".join(x for x in lines[1:] if x), "city": home.get("city", ""),
            "state": home.get("state", ""), "postal": home.get("postalCode", ""), "moved": "yes",
            "homeless": fhir.extension(version.resource, "no-fixed-address") is True,
            "declined": "address" in about.what_declined(version.resource),
        }  # fmt: skip
        return self.loaded(version, initial)

    def save(
        self, ctx: Context, patient: str, on: str, loaded: Loaded, seen: int, values: dict[str, Any]
    ) -> Version:
        wish = edits.AddressWish(
            (values["line1"], values["line2"]), values["city"], values["state"], values["postal"],
            moved=values["moved"] == "yes", homeless=values["homeless"], declined=values["declined"],
        )  # fmt: skip
        return amend_patient(ctx, patient, seen, lambda old: edits.with_address(old, wish, today_of(ctx)))


class ZoneEdit(PatientEdit):
    form, said = forms.ZoneForm, "Time zone saved."

    def title(self, on: str, loaded: Loaded) -> str:
        return "Time zone"

    def load(self, ctx: Context, patient: str, on: str) -> Loaded:
        version = of_open_chart(ctx, self.patient(ctx, patient))
        resource, today = version.resource, today_of(ctx)
        recorded = messaging.recorded_zone(resource)
        lives = messaging.address_zone(resource, today)
        default = (
            f"As the address says: {zone_name(lives, ctx.now, 'en')}"
            if lives
            else f"Not known: the clinic’s, {zone_name(ctx.zone, ctx.now, 'en')}"
        )
        zones: dict[str, None] = dict.fromkeys((*home_zones.OFFERED, *((recorded,) if recorded else ())))
        said = [(zone, f"{zone_name(zone, ctx.now, 'en')} ({zone.partition('/')[2].replace('_', ' ')})") for zone in zones]
        return self.loaded(version, {"zone": recorded}, needs={"zones": [("", default), *said]})

    def save(
        self, ctx: Context, patient: str, on: str, loaded: Loaded, seen: int, values: dict[str, Any]
    ) -> Version:
        return amend_patient(ctx, patient, seen, lambda old: edits.with_zone(old, values["zone"]))


class AddressesEdit(AddressEdit):
    form, said = forms.AddressesForm, "One address is current now."

    def title(self, on: str, loaded: Loaded) -> str:
        return "Several addresses are marked current"

    def load(self, ctx: Context, patient: str, on: str) -> Loaded:
        version = self.patient(ctx, patient)
        homes = fhir.current_addresses(version.resource, today_of(ctx))
        choices = [(str(i), _since(home)) for i, home in enumerate(homes)]
        return self.loaded(version, {}, needs={"current": choices})

    def save(
        self, ctx: Context, patient: str, on: str, loaded: Loaded, seen: int, values: dict[str, Any]
    ) -> Version:
        keep = int(values["keep"])
        return amend_patient(
            ctx, patient, seen, lambda old: edits.with_only_address(old, keep, today_of(ctx))
        )


def _since(home: Json) -> str:
    start = (home.get("period") or {}).get("start", "")
    return f"{fhir.say_address(home)}{f', since {start[:10]}' if start else ''}"


class LanguageEdit(PatientEdit):
    form, said = forms.LanguageForm, "Languages and needs saved."

    def title(self, on: str, loaded: Loaded) -> str:
        return "Languages and needs"

    def load(self, ctx: Context, patient: str, on: str) -> Loaded:
        version = self.patient(ctx, patient)
        resource = version.resource
        spoken = fhir.spoken_language(resource) or (
            about.DECLINED if "language" in about.what_declined(resource) else ""
        )
        needs = [str(n) for n in fhir.extensions(resource, "need")]
        initial = {
            "spoken": spoken.split("-")[0] if spoken.split("-")[0] in dict(forms.languages()) else spoken,
            "written": fhir.extension(resource, "written-language") or "",
            "interpreter": forms.untri(fhir.interpreter_needed(resource)),
            "needs": [n for n in needs if n in forms.NEEDS],
            "other": "; ".join(n for n in needs if n not in forms.NEEDS),
        }
        return self.loaded(version, initial)

    def save(
        self, ctx: Context, patient: str, on: str, loaded: Loaded, seen: int, values: dict[str, Any]
    ) -> Version:
        needs = [*values["needs"], *(n.strip() for n in values["other"].split(";"))]
        wish = edits.LanguageWish(
            values["spoken"],
            values["written"],
            forms.tri(values["interpreter"]),
            tuple(n for n in needs if n),
        )
        return amend_patient(ctx, patient, seen, lambda old: edits.with_language(old, wish))


class AboutEdit(PatientEdit):
    form, said = forms.AboutForm, "Saved: what they say about themselves."

    def patient(self, ctx: Context, patient: str) -> Version:
        """Return the patient; of a restricted chart this is not open to all."""
        return of_open_chart(ctx, super().patient(ctx, patient))

    def title(self, on: str, loaded: Loaded) -> str:
        return "About the patient"

    def load(self, ctx: Context, patient: str, on: str) -> Loaded:
        version = self.patient(ctx, patient)
        values = about.asked(version.resource)
        own = values["identity"] and values["identity"] not in {*dict(about.IDENTITIES), about.DECLINED}
        words = {fact.key: fact.words for fact in about.facts(version.resource)}
        declined = values["pronouns"] == about.DECLINED
        initial = {
            **values,
            "identity": forms.OWN_WORDS if own else values["identity"], "identity_words": words["identity"] if own else "",
            "pronouns": "" if declined else values["pronouns"], "pronouns_declined": declined,
        }  # fmt: skip
        empty = ((about.UNKNOWN, about.UNKNOWN_WORDS), (about.DECLINED, about.DECLINED_WORDS))
        odd = {key: _odd(values[key], choices, words[key]) for key, choices in ASKED_BY_CODE.items()}
        needs = {
            "races": [*about.RACES, *_odd_races(values["race"], words["race"]), *empty],
            "ethnicities": [*about.ETHNICITIES, *empty, *_odd(values["ethnicity"], about.ETHNICITIES, words["ethnicity"])],
            "others": odd,
        }  # fmt: skip
        return self.loaded(version, initial, needs=needs)

    def save(
        self, ctx: Context, patient: str, on: str, loaded: Loaded, seen: int, values: dict[str, Any]
    ) -> Version:
        wished = {key: values[key] for key in about.LABELS}
        if values["identity"] == forms.OWN_WORDS:
            same = values["identity_words"] == loaded.initial["identity_words"]
            wished["identity"] = (
                about.asked(loaded.resource or {})["identity"] if same else values["identity_words"]
            )
        if values["pronouns_declined"]:
            wished["pronouns"] = about.DECLINED
        return amend_patient(ctx, patient, seen, lambda old: about.with_about(old, wished))


ASKED_BY_CODE = {"birth_sex": about.BIRTH_SEXES, "multiple": about.MULTIPLES}


def _odd(value: str, offered: Any, words: str) -> list[tuple[str, str]]:
    """Return what is on record and no form offers, so that it can stay."""
    known = {*dict(offered), "", about.DECLINED, about.UNKNOWN}
    return [] if value in known else [(value, words)]


def _odd_races(values: list[str], words: str) -> list[tuple[str, str]]:
    odd = [value for value in values if _odd(value, about.RACES, "")]
    return [(value, words if len(values) == 1 else value) for value in odd]


class PersonEdit(PatientEdit):
    form, said = forms.PersonForm, "Name and birth date saved."

    def title(self, on: str, loaded: Loaded) -> str:
        return "Name and birth date"

    def load(self, ctx: Context, patient: str, on: str) -> Loaded:
        version = self.patient(ctx, patient)
        resource = version.resource
        name, usual = fhir.legal_name(resource), next(fhir.names(resource, "usual", "nickname"), {})
        birth = resource.get("birthDate", "")
        initial = {
            "given": " ".join(name.get("given", ())), "family": name.get("family", "") or name.get("text", ""),
            "preferred": " ".join(usual.get("given", ())) or usual.get("text", ""),
            "birth": birth if len(birth) == 10 else "", "birth_unknown": fhir.birth_unknown(resource),
        }  # fmt: skip
        notes = [f"On record so far: {birth}"] if birth and len(birth) < 10 else []
        return self.loaded(version, initial, needs={"today": today_of(ctx)}, notes=notes)

    def save(
        self, ctx: Context, patient: str, on: str, loaded: Loaded, seen: int, values: dict[str, Any]
    ) -> Version:
        wish = edits.PersonWish(
            values["family"], values["given"], values["preferred"], values["birth"], values["birth_unknown"],
            values["keep_former"],
        )  # fmt: skip
        return amend_patient(ctx, patient, seen, lambda old: edits.with_person(old, wish))
