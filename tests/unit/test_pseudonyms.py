"""Keys and pseudonyms, against the standard library's HMAC."""

import hmac
from pathlib import Path

import pytest

from orchestration.privacy.keys import MissingKeyError, WeakKeyError, derive_key, master_key
from orchestration.privacy.pseudonyms import pseudonym, pseudonyms

MASTER = bytes(range(32))


@pytest.fixture(autouse=True)
def _no_env_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("HEARD_PSEUDONYM_KEY", raising=False)


def test_a_pseudonym_is_the_keyed_hash_of_the_id() -> None:
    derived = hmac.new(MASTER, b"heard/person/330", "sha256").digest()
    expected = hmac.new(derived, b"C1001", "sha256").hexdigest()[:32]
    assert pseudonym("C1001", derive_key(MASTER, "person", "330")) == expected


def test_blanks_around_an_id_do_not_count() -> None:
    key = derive_key(MASTER, "person", "330")
    assert pseudonym(" C1001\t", key) == pseudonym("C1001", key)


def test_ids_keep_their_order_and_repeats() -> None:
    key = derive_key(MASTER, "person", "330")
    first, second, third = pseudonyms(["a", "b", "a"], key)
    assert first == third != second


def test_keys_differ_by_purpose_and_authority() -> None:
    pairs = [("person", "330"), ("person", "331"), ("professional", "330"), ("disclosure", "330")]
    assert len({derive_key(MASTER, *pair) for pair in pairs}) == 4


def test_the_key_is_read_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HEARD_PSEUDONYM_KEY", MASTER.hex())
    assert master_key() == MASTER


def test_the_key_is_read_from_the_env_file(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text(f"HEARD_PSEUDONYM_KEY={MASTER.hex()}\n")
    (tmp_path / ".env").chmod(0o644)
    with pytest.raises(WeakKeyError, match=r"chmod 600 \.env"):
        master_key()
    (tmp_path / ".env").chmod(0o600)
    assert master_key() == MASTER


def test_a_missing_key_says_how_to_make_one() -> None:
    with pytest.raises(MissingKeyError, match="token_hex"):
        master_key()


@pytest.mark.parametrize("text", ["ab" * 31, "not hexadecimal at all, though long enough " * 3])
def test_a_weak_key_is_refused_without_being_shown(
    text: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HEARD_PSEUDONYM_KEY", text)
    with pytest.raises(WeakKeyError) as caught:
        master_key()
    assert text not in str(caught.value)
    assert caught.value.__cause__ is None
