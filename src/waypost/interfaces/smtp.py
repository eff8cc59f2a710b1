"""E-mail by SMTP, where `EMAIL_URL` names a server: smtp://, smtps:// or smtp+tls://user:password@host:port/?from=ADDRESS."""

import smtplib
import ssl
from dataclasses import dataclass
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, formataddr
from urllib.parse import parse_qs, unquote, urlsplit

from waypost.messaging.gateways import Mail, NotSent, Uncertain
from waypost.messaging.limits import SEND_SECONDS_MAX

PORTS = {"smtp": 25, "smtps": 465, "smtp+tls": 587}


@dataclass(frozen=True, slots=True)
class SmtpServer:
    """Where mail is handed over. Made by `read`, which says in words what is wrong with a URL."""

    scheme: str
    host: str
    port: int
    user: str
    password: str
    sender: str

    def __repr__(self) -> str:
        return f"SmtpServer({self.scheme}://{self.host}:{self.port})"


def read(url: str) -> SmtpServer:
    """Return the server that a URL names. Raises ValueError with a sentence that names no secret."""
    parts = urlsplit(url)
    if parts.scheme not in PORTS:
        raise ValueError("EMAIL_URL begins with smtp://, smtps:// or smtp+tls://.")
    if not parts.hostname:
        raise ValueError("EMAIL_URL names no host.")
    try:
        port = parts.port or PORTS[parts.scheme]
    except ValueError:
        raise ValueError("The port in EMAIL_URL is not a number.") from None
    sender = next(iter(parse_qs(parts.query).get("from", [])), "")
    user = unquote(parts.username or "")
    sender = sender or (user if "@" in user else "")
    if "@" not in sender:
        raise ValueError("EMAIL_URL says no sender: add ?from=ADDRESS to it.")
    return SmtpServer(parts.scheme, parts.hostname, port, user, unquote(parts.password or ""), sender)


class SmtpGateway:
    """A mail server that certainly took a mail, certainly did not, or left it open."""

    def __init__(self, server: SmtpServer, *, seconds: float = SEND_SECONDS_MAX) -> None:
        self.server, self.seconds = server, seconds
        self.sender = server.sender

    def send(self, mail: Mail) -> str:
        """Hand the mail over; nothing is uncertain before its text has been handed over."""
        try:
            talk = self._connect()
        except smtplib.SMTPAuthenticationError as error:
            raise NotSent(f"the mail server does not know us ({error.smtp_code})", again=False) from error
        except (OSError, smtplib.SMTPException) as error:
            raise NotSent(
                f"the mail server could not be reached ({type(error).__name__})", again=True
            ) from error
        with talk:
            try:
                self._envelope(talk, mail)
            except (OSError, smtplib.SMTPException) as error:
                raise NotSent(f"the mail server broke off ({type(error).__name__})", again=True) from error
            return self._hand_over(talk, mail)

    def _connect(self) -> smtplib.SMTP:
        server = self.server
        if server.scheme == "smtps":
            talk: smtplib.SMTP = smtplib.SMTP_SSL(
                server.host, server.port, timeout=self.seconds, context=ssl.create_default_context()
            )
        else:
            talk = smtplib.SMTP(server.host, server.port, timeout=self.seconds)
        talk.ehlo_or_helo_if_needed()
        if server.scheme == "smtp+tls":
            talk.starttls(context=ssl.create_default_context())
            talk.ehlo()
        if server.user:
            talk.login(server.user, server.password)
        return talk

    def _envelope(self, talk: smtplib.SMTP, mail: Mail) -> None:
        for code, said in (talk.mail(self.sender), talk.rcpt(mail.to), talk.docmd("data")):
            if code not in {250, 251, 252, 354}:
                raise NotSent(f"the mail server said {code} {_first_line(said)}", again=code < 500)

    def _hand_over(self, talk: smtplib.SMTP, mail: Mail) -> str:
        data = smtplib._quote_periods(_message(mail, self.sender).as_bytes())  # type: ignore[attr-defined]
        try:
            talk.send(data if data.endswith(b"\r\n") else data + b"\r\n")
            talk.send(b".\r\n")
            code, said = talk.getreply()
        except (OSError, smtplib.SMTPException) as error:
            raise Uncertain(f"the mail server broke off after the text ({type(error).__name__})") from error
        if code == 250:
            return _first_line(said)
        raise NotSent(f"the mail server said {code} {_first_line(said)}", again=code < 500)


def _message(mail: Mail, sender: str) -> EmailMessage:
    message = EmailMessage(policy=SMTP)
    message["From"] = formataddr((mail.sender_name, sender))
    message["To"] = mail.to
    message["Subject"] = mail.subject
    message["Date"] = format_datetime(mail.at)
    message["Message-ID"] = f"<{mail.key}@{sender.rpartition('@')[2]}>"
    message["Content-Language"] = mail.language
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(mail.text)
    if mail.calendar:
        message.add_attachment(
            mail.calendar, maintype="text", subtype="calendar", filename="visit.ics",
            params={"method": mail.calendar_method, "charset": "utf-8"},
        )  # fmt: skip
    return message


def _first_line(said: bytes) -> str:
    return said.decode("utf-8", "replace").splitlines()[0][:200] if said else ""
