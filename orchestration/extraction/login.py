"""Ask a PostgreSQL server whether it takes the login, before the driver asks for half a minute.

The driver keeps a pool of connections. To it a refused password is a connection that failed, so it
tries again until its pool gives up after 30 seconds, and no setting of its address changes that.

Belongs here: one login by SCRAM, which tells the server nothing that it could use elsewhere.
Does not belong here: any other way to log in, or any doubt: then the driver decides.
"""

import base64
import hashlib
import hmac
import os
import socket
import ssl
import struct
from collections.abc import Iterator
from contextlib import closing
from urllib.parse import parse_qs, unquote, urlsplit

from orchestration.extraction.connection import Connection, DatabaseUnreachableError

_SECONDS_TO_ANSWER = 10.0
_TLS_REQUEST = struct.pack("!II", 8, 80877103)
_VERSION = 196608
_SCRAM = b"SCRAM-SHA-256"
_START, _CONTINUE, _END = 10, 11, 12
# A server that asks for more makes us work instead of answering.
_MOST_ITERATIONS = 1_000_000
_LONGEST_ANSWER = 1 << 16
# What a server says to a wrong name or password, and to the name of no database.
_REFUSED = (b"C28P01", b"C3D000")


def require_login(connection: Connection) -> None:
    """Fail at once where the server refuses the user, the password or the database.

    Raises:
        DatabaseUnreachableError: It says so itself; whatever else happens is left to the driver.
    """
    if connection.product != "postgresql" or not connection.host:
        return
    parts = urlsplit(connection.url)
    user, password = unquote(parts.username or ""), unquote(parts.password or "")
    database = unquote(parts.path.lstrip("/")) or user
    if not user or not password.isascii():
        return
    mode = parse_qs(parts.query).get("sslmode", ["prefer"])[0]
    try:
        address = (connection.host, connection.port)
        with closing(_opened(address, mode)) as stream:
            is_refused = _is_refused(stream, user, password.encode(), database)
    except (OSError, ValueError, LookupError, struct.error):
        return
    if is_refused:
        raise DatabaseUnreachableError(
            f"{connection.place} answers but lets us not in; check the user, the password and the "
            "name of the database"
        )


def _opened(address: tuple[str, int], mode: str) -> socket.socket:
    stream = socket.create_connection(address, timeout=_SECONDS_TO_ANSWER)
    if mode == "disable":
        return stream
    stream.sendall(_TLS_REQUEST)
    if stream.recv(1) != b"S":
        return stream
    # As the driver does by default: SCRAM gives the password to nobody, whoever answers.
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context.wrap_socket(stream)


def _is_refused(stream: socket.socket, user: str, password: bytes, database: str) -> bool:
    """Log in as far as the server lets us; whether it said no."""
    settings = f"user\0{user}\0database\0{database}\0\0".encode()
    stream.sendall(struct.pack("!II", len(settings) + 8, _VERSION) + settings)
    nonce = base64.b64encode(os.urandom(18))
    first = b"n=,r=" + nonce
    for kind, body in _answers(stream):
        if kind == b"E":
            return any(field in _REFUSED for field in body.split(b"\0"))
        if kind == b"Z":
            # Ready for a query: it let us in.
            stream.sendall(b"X" + struct.pack("!I", 4))
            return False
        if kind != b"R":
            continue
        step = struct.unpack("!I", body[:4])[0]
        if step == _START and _SCRAM in body[4:].split(b"\0"):
            hello = _SCRAM + b"\0" + struct.pack("!I", len(first) + 3) + b"n,," + first
            _send(stream, hello)
        elif step == _CONTINUE:
            _send(stream, _proof(password, first, body[4:]))
        elif step not in (0, _END):
            # Another way to log in, which might tell the server more.
            return False
    return False


def _send(stream: socket.socket, body: bytes) -> None:
    stream.sendall(b"p" + struct.pack("!I", len(body) + 4) + body)


def _answers(stream: socket.socket) -> Iterator[tuple[bytes, bytes]]:
    while len(head := _read(stream, 5)) == 5:
        size = struct.unpack("!I", head[1:])[0] - 4
        if not 0 <= size <= _LONGEST_ANSWER:
            return
        yield head[:1], _read(stream, size)


def _read(stream: socket.socket, size: int) -> bytes:
    data = b""
    while len(data) < size and (more := stream.recv(size - len(data))):
        data += more
    return data


def _proof(password: bytes, first: bytes, challenge: bytes) -> bytes:
    """The last message of SCRAM (RFC 5802): we know the password, and here it is not."""
    fields = dict(field.split(b"=", 1) for field in challenge.split(b","))
    rounds = int(fields[b"i"])
    if rounds > _MOST_ITERATIONS:
        raise ValueError("too many rounds")
    salted = hashlib.pbkdf2_hmac("sha256", password, base64.b64decode(fields[b"s"]), rounds)
    key = hmac.digest(salted, b"Client Key", "sha256")
    last = b"c=biws,r=" + fields[b"r"]
    signed = b",".join((first, challenge, last))
    signature = hmac.digest(hashlib.sha256(key).digest(), signed, "sha256")
    proof = bytes(one ^ other for one, other in zip(key, signature, strict=True))
    return last + b",p=" + base64.b64encode(proof)
