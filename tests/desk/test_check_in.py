"""Check-in is one list; the patient may do their part; money is noted, counted, and the day closed."""

import re
from datetime import timedelta
from decimal import Decimal
from urllib.parse import urlsplit

import pytest
from django.core.cache import cache
from django.test import Client

from tests.desk.conftest import file
from tests.desk.test_schedule import booked, words
from tests.paper_cases import pdf, picture
from tests.small_clinic import at
from waypost.access import scopes
from waypost.chart.documents.reading import is_unfiled
from waypost.coordination.flow.checkin import msp
from waypost.records import queries

PHOTO = picture("JPEG") + b"0" * 1_500_000  # what a phone sends is larger than what stands inside a resource


@pytest.fixture
def client(desk, clinic):
    cache.clear()
    return desk("scheduler")


@pytest.fixture
def visit(clinic):
    file(clinic.ctx, {"resourceType": "Organization", "id": "cms", "name": "Medicare"})
    file(clinic.ctx, {
        "resourceType": "Coverage", "id": "part-b", "status": "active", "beneficiary": {"reference": f"Patient/{clinic.patients[0]}"},
        "subscriberId": "1EG4", "type": {"text": "Medicare Part B"}, "payor": [{"reference": "Organization/cms", "display": "Medicare"}],
    })  # fmt: skip
    file(clinic.ctx, {"resourceType": "Task", "id": "due", "status": "requested", "intent": "order", "description": "Ask about the lab",
                      "for": {"reference": f"Patient/{clinic.patients[0]}"}})  # fmt: skip
    return booked(clinic, start=at(11, day=24))


def url(clinic, visit, page="check-in"):
    return f"/visits/{visit.id}/{page}?patient={clinic.patients[0]}"


def press(client, clinic, visit, **form):
    return client.post(f"/visits/{visit.id}/check-in", {"patient": clinic.patients[0], **form}, follow=True)


def test_the_list_says_what_is_to_do_and_what_is_open_for_the_patient(client, clinic, visit):
    said = words(client.get(url(clinic, visit)))
    assert "7 to do" in said
    assert "Care is never refused for lack of ID." in said
    assert "Ask about the lab" in said
    assert "Who pays before Medicare" in said


def test_without_medicare_nobody_asks_who_pays_before_it(client, clinic):
    other = booked(clinic, start=at(13, day=24), patient=1)
    assert "Who pays before Medicare" not in words(client.get(f"/visits/{other.id}/check-in"))


def test_line_by_line_to_the_end(client, clinic, visit):
    assert "No ID today, care goes on, 10:22 AM" in words(press(client, clinic, visit, do="identity:none"))
    assert "Read back, all right, 10:22 AM" in words(press(client, clinic, visit, do="demographics"))
    with_picture = client.post(f"/visits/{visit.id}/check-in", {
        "patient": clinic.patients[0], "do": "photo", "coverage": "part-b", "side": "front", "picture": upload(PHOTO)}, follow=True)  # fmt: skip
    assert "front Nov 24" in words(with_picture)
    for kind in ("treatment", "privacy", "billing"):
        press(client, clinic, visit, do=f"consent:{kind}", **{"consent-until": "12/1/2027" if kind == "privacy" else ""})
    said = words(client.get(url(clinic, visit)))
    assert "Signed holds until Dec 1, 2027" in said
    assert "Signed holds until Nov 24, 2027" in said
    answers = {f"medicare-{q.code}": "no" for q in msp.QUESTIONS if not q.of} | {"medicare-group-plan": "yes", "medicare-employer": "20-99"}
    assert "The employer’s plan may pay before Medicare: of 20 or more" in words(press(client, clinic, visit, do="medicare", **answers))
    assert "$25.00 Card, Copay" in words(press(client, clinic, visit, do="pay", **{"pay-amount": "25", "pay-what": "copay", "pay-method": "card", "pay-key": "k"}))
    press(client, clinic, visit, do="printed")
    assert "Everything is done." in words(client.get(url(clinic, visit)))
    assert "Checked in" in words(press(client, clinic, visit, do="finish"))


def upload(data):
    from django.core.files.uploadedfile import SimpleUploadedFile

    return SimpleUploadedFile("card.png", data, "image/png")


def test_the_photographed_card_is_a_document_of_the_chart(client, desk, clinic, visit):
    for photo in (picture("PNG"), PHOTO):
        client.post(f"/visits/{visit.id}/check-in", {
            "patient": clinic.patients[0], "do": "photo", "coverage": "part-b", "side": "back", "picture": upload(photo)})  # fmt: skip
    (card,) = queries.about(scopes.everything(clinic.ctx), clinic.patients[0], ["DocumentReference"])
    assert (card.version, card.resource["context"]["related"]) == (2, [{"reference": "Coverage/part-b"}])
    nurse = desk("nurse")
    nurse.post(f"/patients/{clinic.patients[0]}/open", {"reason": "caller"})
    assert "Insurance card, back" in words(nurse.get(f"/patients/{clinic.patients[0]}/documents/{card.id}"))
    assert nurse.get(f"/documents/{card.id}/original").content == PHOTO
    assert not is_unfiled(card.resource)


@pytest.mark.parametrize(("data", "why"), [
    (b"<html>", "Web pages and SVG drawings are not taken in"), (b"", "file is empty"), (pdf("Card"), "That file is no picture."),
    (b"\x89PNG\r\n\x1a\n" + b"0" * 200, "The file is damaged"), (PHOTO + b"0" * 11_000_000, "larger than 11 MB"),
])  # fmt: skip
def test_what_is_no_picture_is_refused(client, clinic, visit, data, why):
    answer = client.post(f"/visits/{visit.id}/check-in", {
        "patient": clinic.patients[0], "do": "photo", "coverage": "part-b", "side": "front", "picture": upload(data)}, follow=True)  # fmt: skip
    assert why in words(answer)


def test_money_is_noted_once_however_often_it_is_sent(client, clinic, visit):
    for _ in range(2):
        said = words(press(client, clinic, visit, do="pay", **{"pay-amount": "$1,250.5", "pay-what": "copay", "pay-method": "cash", "pay-key": "same"}))
    assert said.count("$1,250.50") == 1
    assert "Write an amount above 0" in words(press(client, clinic, visit, do="pay", **{"pay-amount": "-3", "pay-what": "copay", "pay-method": "cash"}))


def test_an_unanswered_question_is_named(client, clinic, visit):
    answer = client.post(f"/visits/{visit.id}/check-in", {"patient": clinic.patients[0], "do": "medicare", "medicare-accident": "no"})
    assert answer.status_code == 422
    assert "Not sure” is an answer too" in words(answer)


def test_the_receipt_has_its_number_and_slip_and_labels_are_at_hand(client, clinic, visit):
    press(client, clinic, visit, do="pay", **{"pay-amount": "25", "pay-what": "copay", "pay-method": "card", "pay-key": "k"})
    page = client.get(url(clinic, visit)).content.decode()
    for paper in (url(clinic, visit, "slip"), f"/patients/{clinic.patients[0]}/labels"):
        assert paper in page
        assert client.get(paper)["Content-Type"] == "application/pdf"
    receipt = words(client.get(re.search(r'href="(/visits/[^"]+/receipt[^"]+)"', page)[1].replace("&amp;", "&")))
    assert re.search(r"261124-[0-9A-F]{2}-001", receipt)
    assert "$25.00" in receipt


def test_another_patients_payment_and_visit_are_not_shown(client, clinic, visit):
    other = booked(clinic, start=at(13, day=24), patient=1)
    press(client, clinic, visit, do="pay", **{"pay-amount": "25", "pay-what": "copay", "pay-method": "card", "pay-key": "k"})
    page = client.get(url(clinic, visit)).content.decode()
    payment = re.search(r"payment=([^\"&]+)", page)[1]
    assert client.get(f"/visits/{other.id}/receipt?payment={payment}").status_code == 404
    assert client.get(f"/visits/{other.id}/check-in?patient={clinic.patients[0]}").status_code == 404


def test_details_are_edited_from_the_list_and_lead_back_to_it(client, clinic, visit):
    page = client.get(url(clinic, visit)).content.decode()
    assert f"back=/visits/{visit.id}" in page.replace("%2F", "/")
    answer = client.post(f"/patients/{clinic.patients[0]}/edit/phone", {"version": "2", "number": "(202) 555-0111", "use": "mobile", "back": url(clinic, visit)})
    assert answer.status_code == 303, words(answer)
    assert answer["Location"] == url(clinic, visit)
    answer = client.post(f"/patients/{clinic.patients[0]}/edit/phone", {"version": "3", "number": "(202) 555-0112", "use": "mobile", "back": "//evil.example/visits/"})
    assert answer["Location"].startswith("/patients/")


# ---------------------------------------------------------------- the patient's own part


def link_of(client, clinic, visit):
    page = client.get(url(clinic, visit, "own-part")).content.decode()
    return urlsplit(re.search(r'value="(http[^"]+/here/[^"]+)"', page)[1]).path


def test_the_patient_does_their_part_in_their_language(client, clinic, visit):
    link, phone = link_of(client, clinic, visit), Client(SERVER_NAME="localhost")
    page = words(phone.get(link))
    assert "Su fecha de nacimiento" in page
    assert "Castillo" not in page
    assert "Esa no es la fecha" in words(phone.post(link, {"birth": "1/1/1990"}))
    page = phone.post(link, {"birth": "3/12/1957"}, follow=True)
    assert "¿Este sigue siendo su teléfono?" in words(page)
    for _ in range(40):
        question = re.search(r'name="question" value="([^"]+)"', page.content.decode())
        if question is None:
            break
        said = {"phone": {"said": "change", "new": "202 555 0199"}, "group-plan": {"said": "yes"}, "employer": {"said": "100"}, "note": {"said": "said", "new": "Uso bastón"}}
        page = phone.post(link, {"question": question[1], **said.get(question[1], {"said": "no" if "-" in question[1] else "right"})}, follow=True)
    assert "Gracias. Ya terminó." in words(page)
    seen = words(client.get(url(clinic, visit)))
    assert "202 555 0199" in seen
    assert "Uso bastón" in seen
    person = queries.read(scopes.everything(clinic.ctx), "Patient", clinic.patients[0]).resource
    assert "0199" not in str(person.get("telecom"))  # the desk makes the change


def test_a_wrong_birth_date_is_typed_five_times_at_most(client, clinic, visit):
    link, phone = link_of(client, clinic, visit), Client(SERVER_NAME="localhost")
    for _ in range(5):
        phone.post(link, {"birth": "1/1/1990"})
    assert "Demasiados intentos" in words(phone.post(link, {"birth": "3/12/1957"}))


def test_a_link_ends_is_no_other_and_opens_nothing_else(client, clinic, visit, clock):
    link, phone = link_of(client, clinic, visit), Client(SERVER_NAME="localhost")
    assert phone.get(link[:-2] + "xx").status_code == 404
    phone.post(link, {"birth": "3/12/1957"})
    assert phone.get(url(clinic, visit)).status_code == 302
    other = booked(clinic, start=at(13, day=24), patient=1)
    page = client.get(f"/visits/{other.id}/own-part").content.decode()
    elsewhere = urlsplit(re.search(r'value="(http[^"]+/here/[^"]+)"', page)[1]).path
    assert "birth date" in words(phone.get(elsewhere)).lower() or "fecha" in words(phone.get(elsewhere))
    clock.advance(timedelta(hours=13))
    assert phone.get(link).status_code == 404


# ---------------------------------------------------------------- the wall


def test_the_wall_names_nobody(client, clinic, visit):
    client.post("/flow/step", {"do": f"arrived:{visit.id}:{clinic.patients[0]}:0:"})
    wall = client.get("/flow/wall?site=riverside")["Location"]
    screen = Client(SERVER_NAME="localhost")
    assert "Waiting · En espera M 1" in words(screen.get(wall))
    client.post("/flow/step", {"do": f"roomed:{visit.id}:{clinic.patients[0]}:1:Location/room2"})
    page = screen.get(wall)
    assert "M 1 Room 2" in words(page)
    for secret in ("Castillo", "Marisol", "1957", "000001", "Follow-up", clinic.patients[0]):
        assert secret not in page.content.decode()
    assert screen.get(wall[:-3] + "abc").status_code == 404


def test_the_wall_follows_the_clinic_by_its_link_alone(client, clinic, visit, clock):
    from waypost.web.flow.wall import WALL, WallEnded
    from waypost.web.live import hub, viewers
    from waypost.web.live.viewers import SignedOut

    page = Client(SERVER_NAME="localhost").get(client.get("/flow/wall?site=riverside")["Location"]).content.decode()
    token = re.search(r'data-live="/live/wall\?wall=([^"]+)"', page)[1].replace("%3A", ":")
    viewer, wanted = hub._asked_for("", ["wall"], {"wall": token})
    ((_, name, site),) = wanted
    assert (name, site, viewer.ctx.actor.name) == ("wall", "Location/riverside", "wall:riverside")
    before = WALL.render(viewer.ctx, site)
    client.post("/flow/step", {"do": f"arrived:{visit.id}:{clinic.patients[0]}:0:"})
    after = WALL.render(viewer.ctx, site)
    assert set(after.since(before)) == {"wall-waiting"}
    assert after.patients == {"wall-called": [clinic.patients[0]]}
    assert viewers.same(viewers.still_here([viewer])[viewer], viewer.ctx)
    for names, given in ((["wall"], {"wall": "made-up"}), (["wall"], {})):
        with pytest.raises(WallEnded):
            hub._asked_for("", names, given)
    for names in (["flow"], ["wall", "flow"]):
        with pytest.raises(SignedOut):
            hub._asked_for("", names, {"wall": token})
    clock.advance(timedelta(days=32))
    assert viewers.still_here([viewer]) == {}


# ---------------------------------------------------------------- the end of the day


def close(client, **form):
    return client.post("/flow/close", {"site": "riverside", "day": "2026-11-24", "do": "close", **form}, follow=True)


def test_the_day_closes_when_every_visit_has_an_end_and_what_was_taken_is_counted(client, clinic, visit):
    press(client, clinic, visit, do="pay", **{"pay-amount": "25", "pay-what": "copay", "pay-method": "cash", "pay-key": "k"})
    assert "1 without an end" in words(client.get("/flow/close?site=riverside"))
    assert "does not close with a visit unresolved" in words(close(client, **{"count-cash": "25"}))
    for step, seen in (("arrived", 0), ("with-provider", 1), ("done", 2)):
        client.post("/flow/step", {"do": f"{step}:{visit.id}:{clinic.patients[0]}:{seen}:"})
    assert "1 done" in words(client.get("/flow/close?site=riverside"))
    assert "This is needed" in words(close(client))
    assert "Say why" in words(close(client, **{"count-cash": "20"}))
    said = words(close(client, **{"count-cash": "20", "note": "Five in the other drawer"}))
    assert "The day is closed." in said
    assert "Cash $25.00 $20.00 −$5.00" in said
    assert "by Scheduler" in said or "by scheduler" in said
    assert "has been closed" in words(press(client, clinic, visit, do="pay", **{"pay-amount": "5", "pay-what": "copay", "pay-method": "cash", "pay-key": "late"}))
    assert "has been closed" in words(close(client, **{"count-cash": "20"}))


@pytest.mark.parametrize("typed", ["NaN", "-1", "ten", "0.001"])
def test_what_is_no_amount_is_not_counted(client, clinic, visit, typed):
    press(client, clinic, visit, do="pay", **{"pay-amount": "25", "pay-what": "copay", "pay-method": "cash", "pay-key": "k"})
    for step, seen in (("arrived", 0), ("with-provider", 1), ("done", 2)):
        client.post("/flow/step", {"do": f"{step}:{visit.id}:{clinic.patients[0]}:{seen}:"})
    answer = close(client, **{"count-cash": typed, "note": "Counted"})
    assert (answer.status_code, "Write an amount as 120" in words(answer)) == (422, True)
    assert "The day is closed." in words(close(client, **{"count-cash": "0", "note": "Counted"}))


def test_a_closed_day_is_opened_again_with_a_reason(client, clinic):
    assert "The day is closed." in words(close(client))
    late = booked(clinic, start=at(11, day=24), patient=2)
    answer = client.post("/flow/step", {"do": f"arrived:{late.id}:{clinic.patients[2]}:0:"}, follow=True)
    assert "has been closed" in words(answer)
    assert "This is needed" in words(close(client, do="reopen"))
    assert "Opened again Tue, Nov 24" in words(close(client, do="reopen", reason="A late visit"))
    answer = client.post("/flow/step", {"do": f"arrived:{late.id}:{clinic.patients[2]}:0:"}, follow=True)
    assert "has been closed" not in words(answer)


def test_a_day_opened_again_meanwhile_is_not_closed_from_an_older_page(client, clinic):
    close(client)
    close(client, do="reopen", reason="A late visit")
    assert "Someone else changed this while it was open." in words(close(client))
    page = client.get("/flow/close?site=riverside&day=2026-11-24").content.decode()
    seen = re.search(r'name="version"[^>]*value="(\d+)"', page)[1]
    assert "The day is closed." in words(close(client, version=seen))


def test_an_amount_is_exact():
    from waypost.coordination.flow.checkin import payments

    read = [payments.read_amount(text) for text in ("25", "$25.10", "1,250.5", "0", "-1", "1e3", "0.001", "ten", "NaN", "999999")]
    assert read == [Decimal(25), Decimal("25.10"), Decimal("1250.5"), None, None, Decimal(1000), None, None, None, None]


# ---------------------------------------------------------------- money taken back, and given back later


def pay(client, clinic, visit, amount="25", key="k", method="cash"):
    return press(client, clinic, visit, do="pay", **{"pay-amount": amount, "pay-what": "copay", "pay-method": method, "pay-key": key})


def receipts(client, clinic, visit):
    """Return the receipts of a visit, in order."""
    return re.findall(r'href="(/visits/[^"]+/receipt\?payment=[^"]+)"', client.get(url(clinic, visit)).content.decode())


def back(client, address, **form):
    return client.post(address.partition("?")[0], {"payment": address.partition("=")[2], **form}, follow=True)


def done_with(client, clinic, visit):
    for step, seen in (("arrived", 0), ("with-provider", 1), ("done", 2)):
        client.post("/flow/step", {"do": f"{step}:{visit.id}:{clinic.patients[0]}:{seen}:"})


def the_next_day(client, clock):
    clock.advance(timedelta(days=1))
    client.logout()
    client.force_login(client.account)


def test_a_payment_is_taken_back_with_a_reason_while_its_day_is_open(client, clinic, visit):
    pay(client, clinic, visit)
    (one,) = receipts(client, clinic, visit)
    assert "This is needed" in words(back(client, one))
    said = words(back(client, one, reason="Typed wrong"))
    assert "Taken back by scheduler" in said.replace("Scheduler", "scheduler")
    assert "Typed wrong. This receipt no longer stands" in said
    assert "Take it back" not in words(client.get(one))
    pay(client, clinic, visit, "20", "again")
    numbers = [words(client.get(each)).partition("Receipt 26")[2][:11] for each in receipts(client, clinic, visit)]
    assert len(set(numbers)) == 2, "a receipt's number is used once"
    done_with(client, clinic, visit)
    page = words(client.get("/flow/close?site=riverside"))
    assert "Recorded: $20.00" in page
    assert "Typed wrong" in page


def test_what_was_taken_is_not_undone(client, clinic, visit):
    page = pay(client, clinic, visit)
    assert 'name="act"' not in page.content.decode()
    scope = scopes.everything(clinic.ctx)
    notice = queries.read(scope, "PaymentNotice", receipts(client, clinic, visit)[0].partition("=")[2])
    answer = client.post("/undo", {"act": str(notice.act), "back": "/flow"}, follow=True)
    assert "not undone" in words(answer)
    assert queries.read(scope, "PaymentNotice", notice.id).version == 1


def test_on_a_later_day_it_is_given_back_and_stands_in_that_days_balance(client, clinic, visit, clock):
    pay(client, clinic, visit)
    (one,) = receipts(client, clinic, visit)
    done_with(client, clinic, visit)
    close(client, **{"count-cash": "25"})
    assert "Give it back" in words(client.get(one))
    answer = back(client, one, amount="25", reason="Insurance paid", key="g")
    assert "The day has been closed" in words(answer), "of today nothing changes any more"
    the_next_day(client, clock)
    assert "above 0" in words(back(client, one, amount="-5", reason="x"))
    assert "more than is left" in words(back(client, one, amount="30", reason="Insurance paid"))
    for _ in range(2):
        answer = back(client, one, amount="10", reason="Insurance paid", key="g")
        assert "Given back to" in words(answer)
        assert "−$10.00" in words(answer)
        assert "Because Insurance paid" in words(answer)
    assert "more than is left" in words(back(client, one, amount="20", reason="Insurance paid", key="h"))
    assert "Given back of it $10.00" in words(client.get(one))
    page = words(client.get("/flow/close?site=riverside&day=2026-11-25"))
    assert "Recorded: −$10.00" in page
    assert "given back of 261124" in page
    assert "Cash $25.00 $25.00" in words(client.get("/flow/close?site=riverside&day=2026-11-24"))
    answer = client.post("/flow/close", {"site": "riverside", "day": "2026-11-25", "do": "close", "count-cash": "-10"}, follow=True)
    assert "The day is closed." in words(answer)


def test_a_payment_of_a_closed_day_is_not_taken_back(context, client, clinic, visit):
    from waypost.coordination.flow.checkin import money
    from waypost.coordination.flow.problems import PaymentDayClosed, PaymentDayOpen, PaymentSettled

    pay(client, clinic, visit)
    id_ = receipts(client, clinic, visit)[0].partition("=")[2]
    ctx = context("scheduler", door="web")
    with pytest.raises(PaymentDayOpen):
        money.give_back(ctx, id_, money.GivenBack(amount=Decimal(5), reason="x"))
    done_with(client, clinic, visit)
    close(client, **{"count-cash": "25"})
    with pytest.raises(PaymentDayClosed):
        money.void(ctx, id_, "Typed wrong")
    close(client, do="reopen", reason="Typed wrong")
    money.void(ctx, id_, "Typed wrong")
    with pytest.raises(PaymentSettled):
        money.void(ctx, id_, "Again")
