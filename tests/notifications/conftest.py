"""A mail server of the tests' own, which behaves as it is told."""

import asyncio
import email
import email.policy

import pytest
from aiosmtpd.controller import Controller

from applications.notifications.models import Letter
from tests.lanes import free_port


class MailServer:
    """Takes letters, or refuses, drops and dawdles; box holds what it took."""

    def __init__(self):
        self.port = free_port()
        self.controller = Controller(self, hostname="127.0.0.1", port=self.port)
        self.reset()

    def reset(self):
        self.mode, self.box, self.envelopes = "takes", [], []

    async def handle_RCPT(self, server, session, envelope, address, options):
        if self.mode == "knows nobody":
            return "550 no such mailbox"
        if self.mode == "greylists":
            return "451 come again later"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        self.box.append(email.message_from_bytes(envelope.content, policy=email.policy.default))
        self.envelopes.append((envelope.mail_from, envelope.rcpt_tos))
        if self.mode == "drops":
            server.transport.abort()
        if self.mode == "dawdles":
            await asyncio.sleep(1)
        while self.mode == "never answers":
            await asyncio.sleep(0.05)
        return "250 OK"


@pytest.fixture(scope="session")
def running_mail_server():
    server = MailServer()
    server.controller.start()
    yield server
    server.controller.stop()


@pytest.fixture
def mail_server(running_mail_server, settings):
    """The server, and our letters go to it."""
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", running_mail_server.port
    running_mail_server.reset()
    yield running_mail_server
    running_mail_server.mode = "takes"


@pytest.fixture
def letter(db):
    """A letter that waits."""
    return Letter.objects.create(
        kind="result_published", event="result:1", address="ceo@firm.example", subject="[평가결과 통보] 결과 안내",
        body="안녕하세요.\n", html="<p>안녕하세요.</p>",
    )  # fmt: skip
