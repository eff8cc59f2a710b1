"""A mail server for tests, in this process."""

import socket
from contextlib import contextmanager

from aiosmtpd.controller import Controller


class Box:
    def __init__(self, *, rcpt="250 OK", data="250 2.0.0 kept as 77"):
        self.mails, self.rcpt, self.data = [], rcpt, data

    async def handle_RCPT(self, server, session, envelope, address, options):
        if self.rcpt.startswith("2"):
            envelope.rcpt_tos.append(address)
        return self.rcpt

    async def handle_DATA(self, server, session, envelope):
        self.mails.append(envelope)
        return self.data


@contextmanager
def serving(box, **kwargs):
    controller = Controller(box, hostname="127.0.0.1", port=0, **kwargs)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        controller.port = free.getsockname()[1]
    controller.start()
    try:
        yield controller.port
    finally:
        controller.stop()
