"""A server is reached only in a way that gives neither the password nor a row away."""

import socket
import struct
import threading

import pytest

from orchestration.server.address import open_server, parse_address
from orchestration.server.errors import ServerError
from orchestration.settings import SettingsError


@pytest.mark.parametrize("way", [3, 5])
def test_a_password_is_not_given_to_who_asks_for_it_in_an_old_way(way: int) -> None:
    heard: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as asking:
        port = asking.getsockname()[1]

        def ask() -> None:
            caller, _ = asking.accept()
            with caller:
                caller.recv(4096)
                caller.sendall(b"R" + struct.pack("!ii", 12 if way == 5 else 8, way) + b"salt")
                heard.append(caller.recv(4096))

        thread = threading.Thread(target=ask)
        thread.start()
        address = parse_address(f"postgresql://heard_pipeline:hidden@127.0.0.1:{port}/heard")
        with pytest.raises(ServerError, match="gives it away") as refused:
            open_server(address)
        thread.join()
    assert b"hidden" not in b"".join(heard)
    assert b"md5" not in b"".join(heard)
    assert "hidden" not in str(refused.value)


@pytest.mark.parametrize("mode", ["disable", "allow", "prefer"])
def test_another_machine_is_reached_with_tls_only(mode: str) -> None:
    url = "postgresql://heard_pipeline:hidden@db.example.gov.uk/heard"
    with pytest.raises(SettingsError, match="TLS only") as refused:
        parse_address(f"{url}?sslmode={mode}")
    assert "hidden" not in str(refused.value)
    assert parse_address(url).wants_tls
    assert parse_address(f"{url}?sslmode=require").wants_tls
    assert not parse_address("postgresql://u:p@127.0.0.1/heard").wants_tls
    assert parse_address("postgresql://u:p@localhost/heard?sslmode=require").wants_tls
    assert "hidden" not in repr(parse_address(url))
