"""Real receivers of messages on loopback: a webhook and a mail server.

Belongs here: taking messages and remembering them. Does not belong here: what a test expects.
"""

import json
import socket
import threading
from base64 import b64decode
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

KEY_HEADER = "X-Heard-Message-Key"


@dataclass
class Received:
    """What came in, in order: key, title, body."""

    url: str = ""
    # Where a web server sends its callers instead.
    location: str = ""
    messages: list[tuple[str, str, str]] = field(default_factory=list)
    # Names and content of what came with the messages.
    files: list[tuple[str, bytes]] = field(default_factory=list)
    # Called with each message's number before it is answered; False: the answer is an error.
    answer: Callable[[int], bool] = field(default=lambda _: True)

    @property
    def keys(self) -> list[str]:
        """The keys that came in."""
        return [key for key, _, _ in self.messages]

    @property
    def text(self) -> str:
        """All that came in."""
        return "\n".join(part for message in self.messages for part in message)

    def take(self, key: str, title: str, body: str) -> bool:
        """Remember a message; return whether to say that it was taken."""
        self.messages.append((key, title, body))
        return self.answer(len(self.messages))


@contextmanager
def webhook() -> Iterator[Received]:
    """A web server that takes JSON."""
    received = Received()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            size = int(self.headers["Content-Length"])
            told: dict[str, Any] = json.loads(self.rfile.read(size))
            received.files += [
                (each["filename"], b64decode(each["base64"]))
                for each in told.get("attachments", ())
            ]
            ok = received.take(self.headers[KEY_HEADER], told["title"], told["message"])
            self.send_response(302 if received.location else 200 if ok else 500)
            if received.location:
                self.send_header("Location", received.location)
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    received.url = f"json://127.0.0.1:{server.server_port}/hook"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield received
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@contextmanager
def mailbox() -> Iterator[Received]:
    """A mail server that takes everything."""
    received = Received()

    class Handler:
        async def handle_DATA(  # noqa: N802 (the server's name for it)
            self, server: SMTP, session: Session, envelope: Envelope
        ) -> str:
            del server, session
            mail = message_from_bytes(envelope.content or b"", policy=policy.default)  # type: ignore[arg-type]
            assert isinstance(mail, EmailMessage)
            text = mail.get_body()
            assert isinstance(text, EmailMessage)
            received.files += [
                (each.get_filename() or "", each.get_content()) for each in mail.iter_attachments()
            ]
            ok = received.take(mail[KEY_HEADER], mail["Subject"], text.get_content())
            return "250 OK" if ok else "451 try again"

    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    controller = Controller(Handler(), hostname="127.0.0.1", port=port)
    controller.start()
    received.url = (
        f"mailto://127.0.0.1:{port}/?from=heard@council.invalid&to=board@council.invalid"
        "&mode=insecure"
    )
    try:
        yield received
    finally:
        controller.stop()
