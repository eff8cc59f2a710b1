"""The outside, as this room sees it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Mail:
    """One e-mail on its way. `key` stands in Message-ID, so that a mail server can see a repeat."""

    key: str
    to: str
    subject: str
    text: str
    language: str
    at: datetime
    calendar: bytes = b""
    calendar_method: str = "PUBLISH"
    sender_name: str = ""


class NotSent(Exception):
    """It certainly did not go. `again` says whether trying later may help."""

    def __init__(self, detail: str, *, again: bool) -> None:
        super().__init__(detail)
        self.detail, self.again = detail, again


class Uncertain(Exception):
    """It may have gone: the conversation broke after the text was handed over."""

    def __init__(self, detail: str) -> None:
        super().__init__(detail)
        self.detail = detail


class MailGateway(Protocol):
    sender: str  # the address mail comes from; '' where none is set

    def send(self, mail: Mail) -> str:
        """Hand the mail over and return the server's receipt. Raises NotSent or Uncertain."""
        ...


class NullMail:
    """No mail server is set: what would go out is kept in the outbox, where a page shows it."""

    sender = ""

    def send(self, mail: Mail) -> str:
        raise NotSent("no mail server is set", again=False)


_plugged: list[MailGateway] = [NullMail()]


def plug_mail(gateway: MailGateway) -> None:
    """Take `gateway` from now on; called by config at start."""
    _plugged[0] = gateway


def mail() -> MailGateway:
    return _plugged[0]
