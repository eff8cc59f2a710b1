"""What goes out: written in the act, carried after the undo window, once, and 'unknown' where nobody can know."""

from datetime import timedelta

import pytest
from django.db import connection

from waypost.access import Permission, action, scopes
from waypost.messaging import actions as messaging
from waypost.messaging import carrying, gateways, queries
from waypost.messaging.problems import NothingToSend
from waypost.records import actions as records
from waypost.records import queries as records_queries

ORGANIZATION = queries.Organization("Riverside Community Health", "2025550100", "America/New_York")
EMAIL = {"system": "email", "value": "marisol@home.example",
         "extension": [{"url": "urn:waypost:extension:email-ok", "valueBoolean": True}]}  # fmt: skip


def patient_of(**changes):
    return {
        "resourceType": "Patient", "id": "p1", "name": [{"use": "official", "family": "Castillo", "given": ["Marisol"]}],
        "birthDate": "1957-03-12", "telecom": [EMAIL],
        "communication": [{"language": {"coding": [{"system": "urn:ietf:bcp:47", "code": "es"}]}, "preferred": True}],
        **changes,
    }  # fmt: skip


def appointment_of(start="2026-11-25T13:30:00Z", end="2026-11-25T14:40:00Z", status="booked"):
    return {
        "resourceType": "Appointment", "id": "a1", "status": status, "start": start, "end": end,
        "extension": [{"url": "urn:waypost:extension:arrive-at", "valueInstant": start},
                      {"url": "urn:waypost:extension:site", "valueReference": {"reference": "Location/riverside"}}],
        "participant": [{"actor": {"reference": "Patient/p1"}, "status": "accepted"}],
    }  # fmt: skip


SITE = {"resourceType": "Location", "id": "riverside", "status": "active", "name": "Riverside",
        "telecom": [{"system": "phone", "value": "2025550100"}],
        "address": {"line": ["1200 River Street"], "city": "Springfield", "state": "MA", "postalCode": "01103"}}  # fmt: skip


class Server:
    """A mail server as the gateway shows it, in any mood."""

    sender = "visits@clinic.example"

    def __init__(self):
        self.mails, self.mood = [], None

    def send(self, mail):
        if self.mood:
            raise self.mood
        self.mails.append(mail)
        return "kept as 77"


@pytest.fixture
def server():
    server = Server()
    gateways.plug_mail(server)
    yield server
    gateways.plug_mail(gateways.NullMail())


@action(Permission.RECORD_FILE)
def _file(ctx, resource):
    return records.file(ctx, resource)


@action(Permission.APPOINTMENT_BOOK)
def _book(ctx, patient, appointment, kind="booked", *, fail=False):
    version = records.file(ctx, appointment)
    made = messaging.announce(ctx, version, [patient], kind=kind)
    if fail:
        raise RuntimeError
    return version, made


@pytest.fixture
def clinic(context):
    ctx = context()
    _file(ctx, SITE)
    _file(ctx, patient_of())
    return ctx


def state(ctx, id_):
    return queries.delivery(scopes.everything(ctx), id_)


def jobs_of(id_):
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM procrastinate_jobs WHERE args->>'delivery' = %s", [str(id_)])
        return cursor.fetchone()[0]


def test_a_booking_goes_out_once_after_the_undo_window(clinic, clock, server):
    _, [id_] = _book(clinic, patient_of(), appointment_of())
    assert carrying.carry(clinic, id_, ORGANIZATION) == "waiting"
    clock.advance(timedelta(seconds=12))
    assert carrying.carry(clinic, id_, ORGANIZATION) == "sent"
    assert carrying.carry(clinic, id_, ORGANIZATION) == "sent"
    [mail] = server.mails
    assert mail.to == "marisol@home.example"
    assert "8:30 a. m." in mail.text
    assert "1200 River Street" in mail.text
    assert b"METHOD:PUBLISH" in mail.calendar
    [attempt] = queries.attempts(scopes.everything(clinic), id_)
    assert (attempt.outcome, attempt.detail) == ("sent", "kept as 77")


def test_the_job_commits_with_the_act_or_not_at_all(clinic):
    version, [id_] = _book(clinic, patient_of(), appointment_of())
    assert jobs_of(id_) == 1
    with pytest.raises(RuntimeError):
        _book(
            clinic,
            patient_of(),
            appointment_of(start="2026-11-25T15:00:00Z", end="2026-11-25T16:00:00Z"),
            "moved",
            fail=True,
        )
    assert [d.id for d in queries.about_appointment(scopes.everything(clinic), version.id)] == [id_]


def test_the_same_news_twice_is_one_delivery(clinic):
    @action(Permission.APPOINTMENT_BOOK)
    def twice(ctx):
        version = records.file(ctx, appointment_of())
        return [messaging.announce(ctx, version, [patient_of()], kind="booked") for _ in range(2)]

    first, second = twice(clinic)
    assert len(first) == 1
    assert second == []
    assert jobs_of(first[0]) == 1


def test_what_was_undone_is_withdrawn(clinic, clock, server):
    @action(Permission.UNDO)
    def undo(ctx, act):
        return records.restore(ctx, act)

    version, [id_] = _book(clinic, patient_of(), appointment_of())
    undo(clinic, version.act)
    clock.advance(timedelta(seconds=12))
    assert carrying.carry(clinic, id_, ORGANIZATION) == "withdrawn"
    assert server.mails == []


def test_a_move_within_the_window_makes_the_first_news_old(clinic, clock, server):
    _, [first] = _book(clinic, patient_of(), appointment_of())
    clock.advance(timedelta(seconds=5))
    _, [second] = _book(
        clinic, patient_of(), appointment_of("2026-11-30T13:30:00Z", "2026-11-30T14:40:00Z"), "moved"
    )
    clock.advance(timedelta(seconds=12))
    assert carrying.carry(clinic, first, ORGANIZATION) == "withdrawn"
    assert carrying.carry(clinic, second, ORGANIZATION) == "sent"
    assert "nueva hora" in server.mails[0].text


def test_a_cancellation_sends_a_calendar_file_that_removes_it(clinic, clock, server):
    _book(clinic, patient_of(), appointment_of())
    clock.advance(timedelta(minutes=1))
    _, [id_] = _book(clinic, patient_of(), appointment_of(status="cancelled"), "cancelled")
    clock.advance(timedelta(seconds=12))
    assert carrying.carry(clinic, id_, ORGANIZATION) == "sent"
    assert b"METHOD:CANCEL" in server.mails[0].calendar
    assert server.mails[0].calendar_method == "CANCEL"


def test_without_leave_nothing_is_written_down(clinic):
    silent = patient_of(telecom=[{"system": "email", "value": "marisol@home.example"}])
    assert _book(clinic, silent, appointment_of())[1] == []


def test_leave_taken_back_before_it_goes_is_honored(clinic, clock, server):
    _, [id_] = _book(clinic, patient_of(), appointment_of())
    _file(clinic, patient_of(telecom=[{"system": "email", "value": "marisol@home.example"}]))
    clock.advance(timedelta(seconds=12))
    assert carrying.carry(clinic, id_, ORGANIZATION) == "withdrawn"
    assert server.mails == []


def test_without_a_mail_server_the_words_are_kept(clinic, clock):
    _, [id_] = _book(clinic, patient_of(), appointment_of())
    clock.advance(timedelta(seconds=12))
    assert carrying.carry(clinic, id_, ORGANIZATION) == "kept"
    kept = state(clinic, id_)
    assert "Riverside" in kept.body
    assert kept.address == "marisol@home.example"


def test_a_server_that_cannot_be_reached_is_asked_again_later(clinic, clock, server):
    _, [id_] = _book(clinic, patient_of(), appointment_of())
    clock.advance(timedelta(seconds=12))
    server.mood = gateways.NotSent("no", again=True)
    assert carrying.carry(clinic, id_, ORGANIZATION) == "waiting"
    assert jobs_of(id_) == 2
    server.mood = None
    clock.advance(timedelta(minutes=2))
    assert carrying.carry(clinic, id_, ORGANIZATION) == "sent"
    assert state(clinic, id_).tries == 2


def test_a_refusal_is_final_until_a_person_sends_again(clinic, clock, server):
    _, [id_] = _book(clinic, patient_of(), appointment_of())
    clock.advance(timedelta(seconds=12))
    server.mood = gateways.NotSent("550 no such user", again=False)
    assert carrying.carry(clinic, id_, ORGANIZATION) == "refused"
    server.mood = None
    messaging.send_again(clinic, id_)
    assert carrying.carry(clinic, id_, ORGANIZATION) == "sent"
    with pytest.raises(NothingToSend):
        messaging.send_again(clinic, id_)


def test_what_nobody_can_know_says_so_and_is_not_repeated(clinic, clock, server):
    _, [id_] = _book(clinic, patient_of(), appointment_of())
    clock.advance(timedelta(seconds=12))
    server.mood = gateways.Uncertain("broke off after the text")
    assert carrying.carry(clinic, id_, ORGANIZATION) == "unknown"
    server.mood = None
    assert carrying.carry(clinic, id_, ORGANIZATION) == "unknown"
    assert server.mails == []


def test_a_worker_killed_in_the_middle_leaves_unknown(clinic, clock, server):
    _, [id_] = _book(clinic, patient_of(), appointment_of())
    clock.advance(timedelta(seconds=12))
    server.mood = KeyboardInterrupt()
    with pytest.raises(KeyboardInterrupt):
        carrying.carry(clinic, id_, ORGANIZATION)
    assert state(clinic, id_).state == "sending"
    assert carrying.sweep(clinic) == (0, 0)
    clock.advance(timedelta(minutes=6))
    assert carrying.sweep(clinic) == (1, 0)
    assert state(clinic, id_).state == "unknown"


def test_a_job_that_was_lost_is_deferred_again(clinic, clock):
    _, [id_] = _book(clinic, patient_of(), appointment_of())
    clock.advance(timedelta(minutes=10))
    assert carrying.sweep(clinic) == (0, 1)
    assert jobs_of(id_) == 2


def test_another_tenant_sees_nothing_of_it(clinic, new_tenant, context):
    _, [id_] = _book(clinic, patient_of(), appointment_of())
    other = context(at=new_tenant("Elsewhere"))
    assert queries.delivery(scopes.everything(other), id_) is None
    assert queries.outbox(scopes.everything(other)) == []


def test_a_mail_goes_by_a_real_server(clinic, clock):
    """The whole way: act, outbox, gateway, SMTP."""
    from tests.smtp_server import Box, serving

    from waypost.interfaces.smtp import SmtpGateway, read

    box = Box()
    _, [id_] = _book(clinic, patient_of(), appointment_of())
    clock.advance(timedelta(seconds=12))
    with serving(box) as port:
        gateways.plug_mail(SmtpGateway(read(f"smtp://127.0.0.1:{port}/?from=visits@clinic.example"), seconds=5))
        try:
            assert carrying.carry(clinic, id_, ORGANIZATION) == "sent"
        finally:
            gateways.plug_mail(gateways.NullMail())
    assert box.mails[0].rcpt_tos == ["marisol@home.example"]
    assert b"text/calendar" in box.mails[0].content
    assert b"Castillo" not in box.mails[0].content


def contacts(ctx):
    found = records_queries.about(scopes.everything(ctx), "p1", ["Communication"])
    return [(v.resource["status"], v.version, [p["contentString"] for p in v.resource["payload"]]) for v in found]


def test_what_went_out_is_a_contact_in_the_record_once_and_says_no_more(clinic, clock, server):
    _, [id_] = _book(clinic, patient_of(), appointment_of())
    assert contacts(clinic) == []
    clock.advance(timedelta(seconds=12))
    for _ in range(3):
        carrying.carry(clinic, id_, ORGANIZATION)
    [(status, version, words)] = contacts(clinic)
    assert (status, version) == ("completed", 1)
    [mail] = server.mails
    assert words == [mail.subject, mail.text]
    made = records_queries.read(scopes.everything(clinic), "Communication", str(id_)).resource
    assert made["about"] == [{"reference": "Appointment/a1"}]
    assert "marisol@home.example" not in str(made)


def test_a_refusal_and_what_nobody_can_know_are_contacts_too_and_end_well_when_sent_again(clinic, clock, server):
    _, [id_] = _book(clinic, patient_of(), appointment_of())
    clock.advance(timedelta(seconds=12))
    server.mood = gateways.NotSent("550 no such user", again=False)
    carrying.carry(clinic, id_, ORGANIZATION)
    assert [c[:2] for c in contacts(clinic)] == [("not-done", 1)]
    messaging.send_again(clinic, id_)
    server.mood = gateways.Uncertain("broke off after the text")
    carrying.carry(clinic, id_, ORGANIZATION)
    assert [c[:2] for c in contacts(clinic)] == [("unknown", 2)]
    messaging.send_again(clinic, id_)
    server.mood = None
    carrying.carry(clinic, id_, ORGANIZATION)
    assert [c[:2] for c in contacts(clinic)] == [("completed", 3)]


def test_what_waits_is_kept_or_withdrawn_is_no_contact(clinic, clock, server):
    _, [id_] = _book(clinic, patient_of(), appointment_of())
    clock.advance(timedelta(seconds=12))
    server.mood = gateways.NotSent("no", again=True)
    assert carrying.carry(clinic, id_, ORGANIZATION) == "waiting"
    _file(clinic, patient_of(telecom=[{"system": "email", "value": "marisol@home.example"}]))
    clock.advance(timedelta(minutes=2))
    assert carrying.carry(clinic, id_, ORGANIZATION) == "withdrawn"
    gateways.plug_mail(gateways.NullMail())
    _, [kept] = _book(clinic, patient_of(), appointment_of("2026-11-30T13:30:00Z", "2026-11-30T14:40:00Z"), "moved")
    _file(clinic, patient_of())
    clock.advance(timedelta(seconds=12))
    assert carrying.carry(clinic, kept, ORGANIZATION) == "kept"
    assert contacts(clinic) == []


def test_an_outcome_and_its_contact_are_written_together_or_not_at_all(clinic, clock, server, monkeypatch):
    from waypost.messaging import contacts as filing

    _, [id_] = _book(clinic, patient_of(), appointment_of())
    clock.advance(timedelta(seconds=12))
    monkeypatch.setattr(filing, "file_email", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        carrying.carry(clinic, id_, ORGANIZATION)
    assert state(clinic, id_).state == "sending"
    monkeypatch.undo()
    clock.advance(timedelta(minutes=6))
    assert carrying.sweep(clinic) == (1, 0)
    assert [c[:2] for c in contacts(clinic)] == [("unknown", 1)]
