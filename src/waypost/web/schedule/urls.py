"""The addresses of the schedule. Ids are opaque: nothing a patient could be known by stands in one."""

from django.urls import path

from waypost.web.schedule import (
    boards,
    booking,
    outbox,
    outside,
    printing,
    times,
    visit_acts,
    visits,
    waiting,
    whom,
)

urlpatterns = [
    path("schedule", boards.schedule, name="schedule"),
    path("schedule/times", times.find, name="find-times"),
    path("schedule/for", whom.whom, name="book-for"),
    path("schedule/book", booking.book, name="book"),
    path("schedule/outside", outside.outside, name="visit-outside"),
    path("schedule/outbox", outbox.outbox, name="outbox"),
    path("schedule/outbox/<str:id>/again", outbox.send_again, name="outbox-again"),
    path("schedule/shift", visit_acts.shift, name="visit-shift"),
    path("schedule/wait", waiting.put, name="wait"),
    path("visits/<str:id>", visits.visit, name="visit"),
    path("visits/<str:id>/times", waiting.times_for, name="visit-times"),
    path("visits/<str:id>/arrive", visit_acts.arrive, name="visit-arrive"),
    path("visits/<str:id>/with-provider", visit_acts.check_in, name="visit-check-in"),
    path("visits/<str:id>/done", visit_acts.finish, name="visit-done"),
    path("visits/<str:id>/elsewhere", outside.change, name="visit-elsewhere"),
    path("visits/<str:id>/cancel", visit_acts.cancel, name="visit-cancel"),
    path("visits/<str:id>/no-show", visit_acts.no_show, name="visit-noshow"),
    path("visits/<str:id>/confirm", visit_acts.confirm, name="visit-confirm"),
    path("visits/<str:id>/join", visit_acts.join, name="visit-join"),
    path("visits/<str:id>/leave", visit_acts.leave, name="visit-leave"),
    path("visits/<str:id>/letter", printing.letter, name="visit-letter"),
    path("visits/<str:id>/letter/print", printing.print_letter, name="visit-letter-print"),
    path("visits/<str:id>/calendar", printing.calendar_file, name="visit-ics"),
]
