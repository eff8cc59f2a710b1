"""The addresses of the schedule. Ids are opaque: nothing a patient could be known by stands in one."""

from django.urls import path

from waypost.web.chart import ids
from waypost.web.schedule import (
    again,
    blocking,
    boards,
    booking,
    joining,
    lengths,
    outbox,
    outside,
    printing,
    times,
    visit_acts,
    visit_requests,
    visits,
    waiting,
    whom,
)

ids.register()

urlpatterns = [
    path("schedule", boards.schedule, name="schedule"),
    path("schedule/times", times.find, name="find-times"),
    path("schedule/for", whom.whom, name="book-for"),
    path("schedule/book", booking.book, name="book"),
    path("schedule/outside", outside.outside, name="visit-outside"),
    path("schedule/outbox", outbox.outbox, name="outbox"),
    path("schedule/outbox/<str:id>/again", outbox.send_again, name="outbox-again"),
    path("schedule/day-sheet", printing.day_sheet, name="day-sheet"),
    path("schedule/shift", visit_acts.shift, name="visit-shift"),
    path("schedule/door", printing.door, name="door-sheet"),
    path("schedule/resize", lengths.resize, name="visit-resize"),
    path("schedule/keep-free", blocking.keep_free, name="keep-free"),
    path("schedule/kept-free/<id:id>", blocking.block, name="block"),
    path("schedule/kept-free/<id:id>/move", blocking.move, name="block-move"),
    path("schedule/kept-free/<id:id>/work", blocking.work, name="block-work"),
    path("schedule/kept-free/<id:id>/settle", blocking.settle, name="block-settle"),
    path("schedule/kept-free/<id:id>/end", blocking.end, name="block-end"),
    path("schedule/wait", waiting.put, name="wait"),
    path("patients/<id:id>/again/<uuid:act>", again.again, name="patient-again"),
    path("visits/<id:id>", visits.visit, name="visit"),
    path("visits/<id:id>/times", waiting.times_for, name="visit-times"),
    path("visits/<id:id>/arrive", visit_acts.arrive, name="visit-arrive"),
    path("visits/<id:id>/with-provider", visit_acts.check_in, name="visit-check-in"),
    path("visits/<id:id>/done", visit_acts.finish, name="visit-done"),
    path("visits/<id:id>/length", lengths.length, name="visit-length"),
    path("visits/<id:id>/elsewhere", outside.change, name="visit-elsewhere"),
    path("visits/<id:id>/cancel", visit_acts.cancel, name="visit-cancel"),
    path("visits/<id:id>/no-show", visit_acts.no_show, name="visit-noshow"),
    path("visits/<id:id>/confirm", visit_acts.confirm, name="visit-confirm"),
    path("visits/<id:id>/request", visit_requests.answer, name="visit-request"),
    path("visits/<id:id>/join", joining.join, name="visit-join"),
    path("visits/<id:id>/leave", visit_acts.leave, name="visit-leave"),
    path("visits/<id:id>/letter", printing.letter, name="visit-letter"),
    path("visits/<id:id>/letter/print", printing.print_letter, name="visit-letter-print"),
    path("visits/<id:id>/slip", printing.slip, name="visit-slip"),
    path("patients/<id:id>/labels", printing.labels, name="patient-labels"),
    path("visits/<id:id>/calendar", printing.calendar_file, name="visit-ics"),
]
