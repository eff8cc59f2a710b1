"""The addresses of the schedule. Ids are opaque: nothing a patient could be known by stands in one."""

from django.urls import path

from waypost.web.schedule import boards, booking, outbox, outside, printing, times, visits

urlpatterns = [
    path("schedule", boards.schedule, name="schedule"),
    path("schedule/times", times.find, name="find-times"),
    path("schedule/book", booking.book, name="book"),
    path("schedule/outside", outside.outside, name="visit-outside"),
    path("schedule/outbox", outbox.outbox, name="outbox"),
    path("schedule/outbox/<str:id>/again", outbox.send_again, name="outbox-again"),
    path("schedule/shift", visits.shift, name="visit-shift"),
    path("visits/<str:id>", visits.visit, name="visit"),
    path("visits/<str:id>/arrive", visits.arrive, name="visit-arrive"),
    path("visits/<str:id>/with-provider", visits.check_in, name="visit-check-in"),
    path("visits/<str:id>/done", visits.finish, name="visit-done"),
    path("visits/<str:id>/cancel", visits.cancel, name="visit-cancel"),
    path("visits/<str:id>/no-show", visits.no_show, name="visit-noshow"),
    path("visits/<str:id>/confirm", visits.confirm, name="visit-confirm"),
    path("visits/<str:id>/join", visits.join, name="visit-join"),
    path("visits/<str:id>/leave", visits.leave, name="visit-leave"),
    path("visits/<str:id>/letter", printing.letter, name="visit-letter"),
    path("visits/<str:id>/calendar", printing.calendar_file, name="visit-ics"),
]
