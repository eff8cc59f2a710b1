"""The database goes away under the door and comes back: a look is answered, on a new connection."""

import psycopg
from django.db import OperationalError

from waypost.api import door
from waypost.api.http import Request, Response


def asked(method):
    return Request(method, "/Patient/1", "", {}, b"", "http://here/fhir")


def losing(times, monkeypatch):
    calls = []

    def fail(request, clock):
        calls.append(request.method)
        if len(calls) <= times:
            raise OperationalError("terminating connection") from psycopg.errors.AdminShutdown("terminating connection")
        return Response(200, "{}")

    monkeypatch.setattr(door, "_answer", fail)
    return calls


def test_a_look_is_repeated_once_on_a_new_connection(database, monkeypatch):
    calls = losing(1, monkeypatch)
    assert door.answer(asked("GET")).status == 200
    assert len(calls) == 2


def test_an_act_is_not_repeated_and_a_lasting_loss_is_said(database, monkeypatch):
    calls = losing(9, monkeypatch)
    assert door.answer(asked("POST")).status == 503
    assert len(calls) == 1
    assert door.answer(asked("GET")).status == 503
    assert len(calls) == 3
