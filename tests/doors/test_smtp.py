"""A real conversation with a real mail server, and with some that misbehave."""

import socket
import threading
from datetime import UTC, datetime
from email import message_from_bytes
from email.policy import default

import pytest
from aiosmtpd.smtp import AuthResult
from tests.smtp_server import Box, serving

from waypost.interfaces.smtp import SmtpGateway, read
from waypost.messaging.gateways import Mail, NotSent, Uncertain

AT = datetime(2026, 11, 24, 15, 22, tzinfo=UTC)
MAIL = Mail(
    "0190-key", "marisol@home.example", "Su cita del miércoles, 25 de noviembre", "Hola:\n\n.una línea con punto\nAdiós\n", "es", AT,
    b"BEGIN:VCALENDAR\r\nMETHOD:PUBLISH\r\nEND:VCALENDAR\r\n", "PUBLISH", "Riverside Community Health",
)  # fmt: skip


def gateway(port, user=""):
    return SmtpGateway(read(f"smtp://{user}127.0.0.1:{port}/?from=visits@clinic.example"), seconds=3)


def test_a_mail_arrives_whole_with_its_calendar_file():
    box = Box()
    with serving(box) as port:
        assert gateway(port).send(MAIL) == "2.0.0 kept as 77"
    envelope = box.mails[0]
    assert envelope.rcpt_tos == ["marisol@home.example"]
    message = message_from_bytes(envelope.content, policy=default)
    assert message["Message-ID"] == "<0190-key@clinic.example>"
    assert message["Subject"] == MAIL.subject
    assert message["From"] == "Riverside Community Health <visits@clinic.example>"
    assert message.get_body().get_content().replace("\r\n", "\n") == MAIL.text
    file = next(message.iter_attachments())
    assert file.get_content_type() == "text/calendar"
    assert file.get_param("method") == "PUBLISH"


@pytest.mark.parametrize(("answer", "again"), [("450 mailbox busy", True), ("550 no such user", False)])
def test_a_refused_recipient_is_certainly_not_sent(answer, again):
    box = Box(rcpt=answer)
    with serving(box) as port, pytest.raises(NotSent) as told:
        gateway(port).send(MAIL)
    assert told.value.again is again
    assert box.mails == []


def test_a_refused_text_is_certainly_not_sent():
    with serving(Box(data="554 looks like spam")) as port, pytest.raises(NotSent) as told:
        gateway(port).send(MAIL)
    assert not told.value.again


def test_signing_in():
    def check(server, session, envelope, mechanism, data):
        right = (data.login, data.password) == (b"desk", b"p@ss")
        return AuthResult(success=right, handled=right)

    box = Box()
    with serving(box, authenticator=check, auth_require_tls=False) as port:
        gateway(port, "desk:p%40ss@").send(MAIL)
        with pytest.raises(NotSent) as told:
            gateway(port, "desk:wrong@").send(MAIL)
    assert len(box.mails) == 1
    assert not told.value.again


def test_nobody_there_is_tried_again():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        with pytest.raises(NotSent) as told:
            gateway(taken.getsockname()[1]).send(MAIL)
    assert told.value.again


@pytest.mark.parametrize(("hang_up_at", "outcome"), [("RCPT", NotSent), (".", Uncertain)])
def test_a_server_that_hangs_up(hang_up_at, outcome):
    """Before the text it is certain that nothing went; after the text it is not."""
    listener = socket.create_server(("127.0.0.1", 0))

    def talk():
        connection, _ = listener.accept()
        with connection, connection.makefile("rwb", buffering=0) as lines:
            lines.write(b"220 here\r\n")
            in_text = False
            for line in lines:
                word = line.decode().strip()
                if word.upper().startswith(hang_up_at):
                    return
                if in_text:
                    continue
                in_text = word.lower() == "data"
                lines.write(b"354 go on\r\n" if in_text else b"250 yes\r\n")

    thread = threading.Thread(target=talk, daemon=True)
    thread.start()
    plain = Mail("k", "a@home.example", "Hello", "Hello\n", "en", AT)
    with pytest.raises(outcome):
        gateway(listener.getsockname()[1]).send(plain)
    thread.join(5)
    listener.close()


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("http://mail", "begins with"),
        ("smtp://", "no host"),
        ("smtp://mail:x/?from=a@b.example", "not a number"),
        ("smtp://mail", "no sender"),
        ("smtp://desk:secret@mail", "no sender"),
    ],
)
def test_what_is_wrong_with_the_setting_is_said(url, words):
    with pytest.raises(ValueError, match=words) as told:
        read(url)
    assert "secret" not in str(told.value)


def test_defaults_of_the_setting():
    server = read("smtp+tls://visits%40clinic.example:p%40ss@mail.clinic.example")
    assert (server.port, server.sender, server.password) == (587, "visits@clinic.example", "p@ss")
    assert "p@ss" not in repr(server)
    assert read("smtps://mail/?from=a@b.example").port == 465
