"""The addresses of the clinic's flow. Links without sign-in are signed and hold ids alone."""

from django.urls import path

from waypost.web.chart import ids
from waypost.web.flow import acts, another, board, checkin, checkout, close, own, printing, walkin, wall

ids.register()

urlpatterns = [
    path("flow", board.board, name="flow"),
    path("flow/step", acts.step, name="flow-step"),
    path("flow/close", close.close, name="flow-close"),
    path("flow/walk-in", walkin.walk_in, name="walk-in"),
    path("flow/told", acts.told, name="flow-told"),
    path("flow/wall", wall.wall_link, name="wall-link"),
    path("visits/<id:id>/check-in", checkin.check_in, name="check-in"),
    path("visits/<id:id>/checkout", checkout.checkout, name="checkout"),
    path("visits/<id:id>/another-way", another.another, name="another-way"),
    path("visits/<id:id>/receipt", printing.receipt, name="receipt"),
    path("visits/<id:id>/own-part", own.link, name="kiosk-link"),
    path("here/<str:token>", own.here, name="here"),
    path("wall/<str:token>", wall.wall, name="wall"),
]
