"""Find times, book, the visit page, boards, letters: through the web door, with their query counts."""

import re
from html import unescape

import pytest
from django.test.utils import CaptureQueriesContext

from tests.small_clinic import at
from waypost.access import scopes
from waypost.coordination import actions as coordination
from waypost.coordination.wishes import BookingWish
from waypost.records import queries

QUERIES_MAX = {"board": 10, "times": 20, "card": 22, "visit": 30}  # sign-in, audit and the reads themselves


@pytest.fixture
def client(desk, clinic):
    return desk("scheduler")


def words(answer):
    text = re.sub(r"<(script|style).*?</\1>", " ", answer.content.decode(), flags=re.DOTALL)
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", text)).split())


def links(answer, part):
    return [
        unescape(u) for u in re.findall(r'href="([^"]*)"', answer.content.decode()) if part in unescape(u)
    ]


def hidden(answer, form_id="book"):
    page = answer.content.decode()
    form = page[page.index(f'id="{form_id}"') :]
    form = form[: form.index("</form>")]
    return {
        n: unescape(v)
        for n, v in re.findall(r'type="hidden" name="([^"]+)" value="([^"]*)"', form)
        if n != "csrfmiddlewaretoken"
    }


def choose(client, clinic, visit="talk", n=0, patient=0):
    page = client.get(f"/schedule/times?patient={clinic.patients[patient]}&visit={visit}")
    return client.get(links(page, "chosen=")[n])


def booked(clinic, visit="talk", start=None, patient=0, **more):
    wish = BookingWish(clinic.patients[patient], visit, start or at(9), **more)
    return coordination.book_visit(clinic.ctx, wish)


def test_times_that_suit_all_are_listed_best_first(client, clinic):
    answer = client.get(f"/schedule/times?patient={clinic.patients[0]}&visit=foll")
    said = words(answer)
    assert answer.status_code == 200
    assert "Castillo0, Marisol" in said
    assert "Takes 20 min: provider 20, room 20." in said
    assert "closed Thu, Nov 26 (Thanksgiving)" in said
    assert 'role="img" aria-label="Dr' in answer.content.decode()


def test_several_kinds_of_visit_are_asked_back(client, clinic):
    assert "No visit is called" in words(client.get("/schedule/times?visit=zzz"))
    answer = client.get(f"/schedule/times?patient={clinic.patients[0]}&visit=c")
    assert "Which one? Echocardiogram and consult Heart class" in words(answer)


def test_a_chip_narrows_and_what_to_relax_is_said(client, clinic):
    address = f"/schedule/times?patient={clinic.patients[0]}&visit=talk&gender=male&within=3&part=am&days=5"
    said = words(client.get(address))
    assert "No time fits all of that by then." in said
    assert "Without the weekdays" in said


def test_no_address_tells_who_a_patient_is(client, clinic):
    page = choose(client, clinic).content.decode()
    found = [unescape(u) for u in re.findall(r'(?:href|action)="([^"#]*)"', page) if not u.startswith("tel:")]
    assert not [u for u in found if any(w in u for w in ("Castillo", "Marisol", "000001", "1957"))]


def test_the_booking_card_knows_what_is_known(client, clinic):
    said = words(choose(client, clinic))
    assert "Say: Tuesday, November 24th. Please arrive at" in said
    assert "In Spanish" in said
    assert "Ask for a Spanish interpreter" in said
    assert "Coverage Unknown None on file: ask who pays" in said
    assert "Letter in Spanish to print, e-mail with day, time, place and phone" in said


def test_booking_books_asks_and_tells(client, clinic):
    card = choose(client, clinic)
    answer = client.post(
        "/schedule/book",
        {**hidden(card), "reason": "Cough", "interpreter": "on", "note_patient": "Come early.", "do": "book"},
    )
    assert answer.status_code == 303
    said = words(client.get(answer["Location"]))
    assert "Booked" in said
    assert "Interpreter Asked for Spanish" in said
    assert "E-mail: visit booked" in said
    assert "Undo" in said


def test_undo_gives_the_time_back(client, clinic):
    card = choose(client, clinic)
    place = client.post("/schedule/book", {**hidden(card), "reason": "Cough", "do": "book"})["Location"]
    page = client.get(place).content.decode()
    act = re.search(r'name="act" value="([^"]+)"', page)[1]
    assert client.post("/undo", {"act": act, "back": "/schedule"}).status_code == 303
    assert client.get(place).status_code in {404, 410}


def test_what_was_not_said_is_asked_for_and_what_was_typed_is_kept(client, clinic):
    card = choose(client, clinic)
    answer = client.post(
        "/schedule/book", {**hidden(card), "reason": "", "note_staff": "Weigh on arrival", "do": "book"}
    )
    assert answer.status_code == 422
    assert "One thing to fix" in words(answer)
    assert 'value="Weigh on arrival"' in answer.content.decode()


def test_out_12_a_hard_note_goes_out_only_knowingly(client, clinic):
    hard = (
        "Discontinue anticoagulant administration approximately forty-eight hours preceding echocardiography."
    )
    card = choose(client, clinic, patient=1)
    sent = {**hidden(card), "reason": "Cough", "note_patient": hard, "do": "book"}
    answer = client.post("/schedule/book", sent)
    assert answer.status_code == 422
    assert "most patients need grade 6" in words(answer)
    assert client.post("/schedule/book", {**sent, "hard_ok": "on"}).status_code == 303


def test_a_visit_that_needs_an_order_asks_for_one(client, clinic):
    card = choose(client, clinic, "echo")
    sent = {**hidden(card), "reason": "Short of breath", "do": "book"}
    assert client.post("/schedule/book", sent).status_code == 422
    answer = client.post("/schedule/book", {**sent, "order_told": "Dr Osei, Nov 20"})
    assert answer.status_code == 303
    assert "Order On record" in words(client.get(answer["Location"]))


def test_just_taken_comes_with_the_next_best_and_what_was_typed(client, clinic):
    card = choose(client, clinic, "echo")
    sent = {**hidden(card), "reason": "Short of breath", "order_told": "Dr Osei, Nov 20", "do": "book"}
    other = choose(client, clinic, "echo", patient=1)
    assert (
        client.post(
            "/schedule/book", {**hidden(other), "reason": "Murmur", "order_told": "Dr Osei", "do": "book"}
        ).status_code
        == 303
    )
    answer = client.post("/schedule/book", sent)
    assert answer.status_code == 409
    page = answer.content.decode()
    assert "What you typed is kept" in words(answer)
    assert 'value="Short of breath"' in page
    instead = unescape(re.search(r'name="take_instead" value="([^"]+)"', page)[1])
    again = client.post(
        "/schedule/book",
        {
            **hidden(answer),
            "reason": "Short of breath",
            "order_told": "Dr Osei, Nov 20",
            "take_instead": instead,
        },
    )
    assert again.status_code == 303


def test_a_double_click_two_tabs_and_the_back_button_book_once(client, clinic):
    card = choose(client, clinic)
    sent = {**hidden(card), "reason": "Cough", "do": "book"}
    places = {client.post("/schedule/book", sent)["Location"] for _ in range(3)}
    assert len(places) == 1


def test_an_expired_session_keeps_what_was_typed(client, clinic):
    card = choose(client, clinic)
    client.logout()
    answer = client.post("/schedule/book", {**hidden(card), "reason": "Cough", "do": "book"}, follow=True)
    assert answer.status_code in {200, 401}
    assert "Sign in" in words(answer)


def test_a_hold_can_be_booked_later(client, clinic):
    card = choose(client, clinic)
    place = client.post("/schedule/book", {**hidden(card), "reason": "Cough", "do": "hold"})["Location"]
    page = client.get(place)
    assert "Held" in words(page)
    assert client.post(f"{place}/confirm", hidden_of_act(page)).status_code == 303
    assert "Booked" in words(client.get(place))


def hidden_of_act(answer):
    page = answer.content.decode()
    return {
        "expect": re.search(r'name="expect" value="(\d+)"', page)[1],
        "key": re.search(r'name="key" value="([^"]+)"', page)[1],
    }


def test_move_keeps_the_visit_and_says_so(client, clinic):
    visit = booked(clinic)
    page = client.get(f"/schedule/times?move={visit.id}&patient={clinic.patients[0]}&visit=talk")
    assert "Move the visit" in words(page)
    card = client.get(links(page, "chosen=")[1])
    answer = client.post("/schedule/book", hidden(card))
    assert answer.status_code == 422
    assert "Say who or what asks for another time." in words(answer)
    sent = {**hidden(answer), "moved_for": "provider", "moved_why": "On leave"}
    answer = client.post("/schedule/book", sent)
    assert answer.status_code == 303
    assert answer["Location"] == f"/visits/{visit.id}"
    assert re.search(r"Moved from .* \(The provider · On leave\)", words(client.get(answer["Location"])))


def test_cancel_asks_why(client, clinic):
    visit = booked(clinic)
    form = client.get(f"/visits/{visit.id}?do=cancel")
    assert "Why" in words(form)
    assert client.post(f"/visits/{visit.id}/cancel", {}).status_code == 422
    answer = client.post(
        f"/visits/{visit.id}/cancel", {"code": "ride", "reason": "Bus strike", "key": "k", "expect": "1"}
    )
    assert answer.status_code == 303
    said = words(client.get(f"/visits/{visit.id}"))
    assert "Canceled" in said
    assert "No ride · Bus strike" in said


def test_a_stale_tab_is_told(client, clinic):
    visit = booked(clinic)
    coordination.cancel_visit(clinic.ctx, coordination.CancelWish(visit.id, "patient"))
    answer = client.post(f"/visits/{visit.id}/cancel", {"code": "ride", "key": "k2", "expect": "1"})
    assert answer.status_code in {409, 412}
    assert "Something broke" not in words(answer)


def test_arrive_and_no_show(client, clinic, clock):
    visit = booked(clinic, start=at(11, day=24))
    assert client.post(f"/visits/{visit.id}/arrive", {"expect": "1"}).status_code == 303
    assert "Here" in words(client.get(f"/visits/{visit.id}"))
    missed = booked(clinic, start=at(14, day=24), patient=1)
    clock.advance(at(14, 30, day=24) - clock.now())
    client.logout()
    client.force_login(client.account)
    assert client.post(f"/visits/{missed.id}/no-show", {"reason": "No answer"}).status_code == 303
    assert "Did not come" in words(client.get(f"/visits/{missed.id}"))


def test_a_visit_elsewhere_takes_the_patients_time(client, clinic):
    form = client.get(f"/schedule/outside?patient={clinic.patients[0]}")
    assert "Visit elsewhere" in words(form)
    sent = {
        "patient": clinic.patients[0],
        "place": "Northside Eye Center",
        "phone": "2025550177",
        "day": "11/25/2026",
        "starts": "9",
        "ends": "10:30",
    }
    answer = client.post("/schedule/outside", sent)
    assert answer.status_code == 303, words(answer)
    assert "Northside Eye Center, (202) 555-0177" in words(client.get(answer["Location"]))
    bad = client.post("/schedule/outside", {**sent, "day": "11/30/2026", "ends": "8"})
    assert bad.status_code == 422
    assert "It ends before it starts." in words(bad)


def test_a_group_has_a_roster(client, clinic):
    visit = booked(clinic, "class", start=at(10))
    page = client.get(f"/schedule/times?patient={clinic.patients[1]}&visit=class")
    assert "1 of 3 places taken" in words(page)
    answer = client.post(f"/visits/{visit.id}/join", {"patient": clinic.patients[1], "reason": "To learn", "key": "j"})
    assert answer.status_code == 303
    said = words(client.get(f"/visits/{visit.id}"))
    assert "2 of 3 places taken" in said
    assert "Castillo1, Marisol" in said


def test_the_letter_and_the_calendar_file(client, clinic):
    visit = booked(clinic)
    letter = client.get(f"/visits/{visit.id}/letter")
    assert letter.content.startswith(b"%PDF-")
    assert letter["Cache-Control"] == "no-store"
    ics = client.get(f"/visits/{visit.id}/calendar")
    assert b"BEGIN:VTIMEZONE" in ics.content
    assert b"Marisol" not in ics.content


def test_a_printed_letter_is_noted_once_as_the_visit_stands(client, clinic):
    visit = booked(clinic)
    page = client.get(f"/visits/{visit.id}").content.decode()
    assert f'action="/visits/{visit.id}/letter/print"' in page
    for _ in range(2):
        answer = client.post(f"/visits/{visit.id}/letter/print", {"patient": clinic.patients[0]})
        assert client.get(answer["Location"]).content.startswith(b"%PDF-")
    client.post(f"/patients/{clinic.patients[0]}/open", {"reason": "caller"})
    said = words(client.get(f"/patients/{clinic.patients[0]}/timeline?kind=contacts"))
    assert said.count("Letter printed") == 1
    assert re.search("by letter Letter printed ?, Letter and itinerary in Spanish for Wed, Nov 25(, 2026)?, 9:00 AM", said), said
    assert "Undo" in said


def test_a_mail_stands_in_the_timeline_with_what_became_of_it(client, clinic, clock):
    from datetime import timedelta

    from waypost.messaging import carrying, gateways
    from waypost.messaging import queries as outbox

    class Server:
        sender = "visits@clinic.example"

        def send(self, mail):
            raise gateways.Uncertain("broke off")

    visit = booked(clinic)
    clock.advance(timedelta(seconds=15))
    [one] = outbox.about_appointment(scopes.everything(clinic.ctx), visit.id)
    gateways.plug_mail(Server())
    try:
        carrying.carry(clinic.ctx, one.id, outbox.organization(clinic.ctx.tenant))
    finally:
        gateways.plug_mail(gateways.NullMail())
    client.post(f"/patients/{clinic.patients[0]}/open", {"reason": "caller"})
    said = words(client.get(f"/patients/{clinic.patients[0]}/timeline?kind=contacts"))
    assert "by e-mail May not have gone Visit booked , Su cita" in said, said


def test_the_outbox_shows_what_would_go_out(client, clinic):
    booked(clinic)
    said = words(client.get("/schedule/outbox"))
    assert "No mail server is set" in said
    assert "Visit booked, by e-mail" in said


def test_the_board_of_a_day(client, clinic):
    booked(clinic)
    answer = client.get("/schedule?day=2026-11-25")
    said = words(answer)
    for expected in (
        "Dr Abara",
        "Dr Lind",
        "Nurse Kim",
        "Lunch",
        "Castillo0, Marisol ’57",
        "Free 4 h",
        "1 visit",
    ):
        assert expected in said, expected
    assert "Infusion" in words(client.get("/schedule?day=2026-11-25&by=room"))
    assert "Ultrasound 2" in words(client.get("/schedule?day=2026-11-25&by=device"))
    assert "Closed Thu, Nov 26, 2026: Thanksgiving." in words(client.get("/schedule?day=2026-11-26"))


def test_the_board_of_a_week(client, clinic):
    booked(clinic)
    said = words(client.get("/schedule?day=2026-11-25&span=week&who=Practitioner/lind"))
    for expected in ("Dr Lind", "Mon, Nov 23", "Fri, Nov 27", "Thanksgiving"):
        assert expected in said, expected
    assert "Sat, Nov 28" not in said


def test_a_free_stretch_begins_a_booking(client, clinic):
    board = client.get("/schedule?day=2026-11-25")
    times = client.get(links(board, "/schedule/times?who=")[0])
    assert times.status_code == 200
    assert "Which visit?" in words(times)


def test_a_patient_is_chosen_without_a_name_in_the_address(client, clinic):
    answer = client.post("/schedule/for", {"q": "000003", "visit": "talk", "who": "Practitioner/lind"})
    assert answer.status_code == 200
    [link] = links(answer, f"patient={clinic.patients[2]}")
    assert "Castillo" not in link
    assert "who=Practitioner" in link


def test_a_visit_is_moved_on_the_board(client, clinic):
    visit = booked(clinic, start=at(9), named=("Practitioner/lind",))
    sent = {
        "visit": visit.id,
        "start": "60",
        "from": "Practitioner/lind",
        "to": "Practitioner/abara",
        "back": "/schedule?day=2026-11-25",
    }
    assert client.post("/schedule/shift", sent).status_code == 303
    moved = queries.read(scopes.everything(clinic.ctx), "Appointment", visit.id).resource
    assert moved["start"] == "2026-11-25T15:00:00Z"
    assert "Practitioner/abara" in str(moved["participant"])
    assert "On the board" in client.get(f"/visits/{visit.id}").content.decode()


def test_a_move_on_the_board_that_cannot_be_says_why(client, clinic):
    booked(clinic, start=at(10), named=("Practitioner/abara",), patient=1)
    visit = booked(clinic, start=at(9), named=("Practitioner/lind",))
    sent = {
        "visit": visit.id,
        "start": "60",
        "from": "Practitioner/lind",
        "to": "Practitioner/abara",
        "back": "/schedule?day=2026-11-25",
    }
    answer = client.post("/schedule/shift", sent)
    assert answer.status_code == 303
    assert "Not moved." in words(client.get(answer["Location"]))
    assert queries.read(scopes.everything(clinic.ctx), "Appointment", visit.id).version == 1


@pytest.mark.parametrize("page", ["board", "times", "card", "visit"])
def test_each_page_states_its_queries(client, clinic, page):
    from django.db import connection

    visit = booked(clinic)
    times = client.get(f"/schedule/times?patient={clinic.patients[1]}&visit=talk")
    address = {
        "board": "/schedule?day=2026-11-25", "times": f"/schedule/times?patient={clinic.patients[1]}&visit=talk",
        "card": links(times, "chosen=")[0], "visit": f"/visits/{visit.id}",
    }[page]  # fmt: skip
    client.get(address)
    with CaptureQueriesContext(connection) as few:
        assert client.get(address).status_code == 200
    assert len(few) <= QUERIES_MAX[page], "\n".join(
        f"{n} {q['sql'][:110]}" for n, q in enumerate(few.captured_queries)
    )


@pytest.mark.parametrize("address", ["/visits/nope", "/visits/nope/letter", "/visits/nope/calendar"])
def test_what_is_not_there_is_said(client, clinic, address):
    assert client.get(address).status_code == 404


@pytest.mark.parametrize(
    "sent",
    [
        {},
        {"visit": "talk"},
        {"visit": "talk", "start": "x", "take": "=,=", "patient": "<b>"},
        {"start": "\x00", "take_instead": "~~"},
    ],
)
def test_a_crooked_form_is_answered_in_words(client, clinic, sent):
    answer = client.post("/schedule/book", sent)
    assert answer.status_code == 422
    assert "Choose a patient, a visit and a time first." in words(answer)


def test_a_reader_without_leave_to_book_is_told(desk, clinic):
    client = desk("auditor")
    answer = client.post(
        "/schedule/book",
        {
            "visit": "talk",
            "patient": clinic.patients[0],
            "start": "20261125T1400Z",
            "take": "0=Practitioner/lind",
            "reason": "x",
        },
    )
    assert answer.status_code == 403
    assert "Your role may not do this." in words(answer)
