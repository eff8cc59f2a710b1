"""The addresses of the clinic's flow."""

from django.urls import path

from waypost.web.chart import ids
from waypost.web.flow import acts, board

ids.register()

urlpatterns = [
    path("flow", board.board, name="flow"),
    path("flow/step", acts.step, name="flow-step"),
]
