"""People who have a live page open: their session, their connection, what they are told."""

import json
import selectors
import socket
import time

from tests.running import run_python

SECONDS_MAX = 30  # generous: nothing here is about speed

# Two clinics with a board each; accounts with sessions, made as a sign-in makes them. Prints ids and session keys.
FURNISH = """
import json, sys
from datetime import timedelta
from pathlib import Path
from waypost.ops import database
with database.opened(Path(sys.argv[1])):
    database.set_up_django()
    from django.conf import settings
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
    from django.contrib.auth.hashers import make_password
    from django.contrib.sessions.backends.db import SessionStore
    from tests import small_clinic
    from waypost.access import accounts
    from waypost.kernel.clock import SystemClock
    hashed = make_password("a long enough passphrase")
    def furnish(tenant, prefix, people):
        clinic = small_clinic.make(accounts.context_of(tenant, "test"), patients=40)
        keys = []
        for n in range(people):
            account = accounts.make_account(tenant, f"{prefix}{n}", "a long enough passphrase", ["scheduler"], hashed=hashed)
            session = SessionStore()
            session[SESSION_KEY], session[BACKEND_SESSION_KEY] = str(account.pk), settings.AUTHENTICATION_BACKENDS[0]
            session[HASH_SESSION_KEY] = account.get_session_auth_hash()
            session.create()
            keys.append(session.session_key)
        return {"patients": clinic.patients, "sessions": keys}
    here = furnish(accounts.tenant_named(None), "watcher", int(sys.argv[2]))
    elsewhere = accounts.make_tenant("Elsewhere", "America/New_York", slug="elsewhere")
    print(json.dumps({"here": here, "elsewhere": furnish(elsewhere, "stranger", 1)}))
"""


def furnish(folder, people):
    return json.loads(run_python(FURNISH, folder, str(people)))


class Watcher:
    """One stream; `events` are those that have come, as (event, data, id)."""

    def __init__(self, port, session, path, *, has="", receive_bytes=None):
        self.line = socket.socket()
        if receive_bytes:
            self.line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_bytes)
        self.line.settimeout(SECONDS_MAX)
        self.line.connect(("127.0.0.1", port))
        head = [f"GET {path} HTTP/1.1", "host: 127.0.0.1", f"cookie: waypost_session={session}"]
        self.line.sendall("\r\n".join([*head, *([f"last-event-id: {has}"] if has else []), "", ""]).encode())
        self.raw = b""
        self.status = 0
        self.events = []
        self.over = False

    def hear(self):
        """Take in what is there; chunked lines are left where they are, between the events."""
        part = self.line.recv(1 << 18)
        self.over = not part
        self.raw += part
        if not self.status and b"\r\n\r\n" in self.raw:
            head, _, self.raw = self.raw.partition(b"\r\n\r\n")
            self.status = int(head[9:12])
        while self.status == 200 and b"\n\n" in self.raw:
            event, _, self.raw = self.raw.partition(b"\n\n")
            fields = dict(line.split(": ", 1) for line in event.decode().split("\n") if ": " in line)
            if "event" in fields:
                self.events.append(
                    (fields["event"].strip(), json.loads(fields["data"]), fields.get("id", "").strip())
                )

    def until(self, wanted, seconds=SECONDS_MAX):
        """Hear until an event is wanted; return its data."""
        end = time.monotonic() + seconds
        while not (found := next((e for e in self.events if wanted(e)), None)):
            assert not self.over, f"closed after {[e[0] for e in self.events]}"
            assert time.monotonic() < end, f"only {[e[0] for e in self.events]}"
            self.hear()
        return found

    def next_show(self):
        """Return the next view that comes, as data."""
        count = len(shows(self))
        self.until(lambda _: len(shows(self)) > count)
        return shows(self)[count]

    @property
    def tag(self):
        return next(e[2] for e in reversed(self.events) if e[2])

    def close(self):
        self.line.close()


def shows(watcher):
    return [data for event, data, _ in watcher.events if event == "show"]


def hear_all(watchers, done, seconds=SECONDS_MAX):
    """Hear on all at once until each is `done`; return the seconds that each took."""
    selector = selectors.DefaultSelector()
    began = time.monotonic()
    took = {}
    for one in watchers:
        if not done(one):
            selector.register(one.line, selectors.EVENT_READ, one)
    while selector.get_map():
        left = seconds - (time.monotonic() - began)
        assert left > 0, f"{len(selector.get_map())} of {len(watchers)} heard nothing"
        for key, _ in selector.select(left):
            key.data.hear()
            if done(key.data) or key.data.over:
                took[key.data] = time.monotonic() - began
                selector.unregister(key.fileobj)
    return took
