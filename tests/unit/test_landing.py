"""Landing: the copy is safe, named by its hash, and the only thing read afterwards."""

import hashlib
import os
import stat
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from orchestration.contracts import load_contracts
from orchestration.ingestion.inbox import find_deliveries
from orchestration.ingestion.landing import (
    FileChangedError,
    UnsafeFileError,
    land_delivery,
    landed_path,
)
from orchestration.ingestion.results import Delivery, LandedDelivery

CONTRACTS = load_contracts()
CONTENT = b"pers_person_id,pers_sex\nC1,F\n"
DELIVERED = datetime(2026, 10, 1, 9, 30, 0, 123456, tzinfo=UTC)


def deliver(
    inbox: Path, label: str = "330/ssd/2026-09-30", name: str = "ssd_person.csv"
) -> Delivery:
    folder = inbox / label
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_bytes(CONTENT)
    moment = int(DELIVERED.timestamp()) * 1_000_000_000 + DELIVERED.microsecond * 1_000
    os.utime(folder / name, ns=(moment, moment))
    found = find_deliveries(inbox, CONTRACTS, 0).deliveries
    return next(each for each in found if each.label == label)


def land(home: Path, delivery: Delivery) -> LandedDelivery:
    return land_delivery(home, delivery, CONTRACTS[delivery.source])


def test_a_landed_file_is_named_by_the_hash_of_its_bytes(tmp_path: Path) -> None:
    landed = land(tmp_path / "home", deliver(tmp_path / "inbox"))
    expected = hashlib.sha256(CONTENT).hexdigest()
    path = tmp_path / "home" / "landing" / expected
    assert [file.sha256 for file in landed.files] == [expected]
    assert path.read_bytes() == CONTENT
    assert stat.S_IMODE(path.stat().st_mode) == 0o400
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_landing_again_changes_nothing(tmp_path: Path) -> None:
    delivery = deliver(tmp_path / "inbox")
    first = land(tmp_path / "home", delivery)
    path = landed_path(tmp_path / "home", first.files[0].sha256)
    before = path.stat()
    assert land(tmp_path / "home", delivery) == first
    after = path.stat()
    assert (after.st_ino, after.st_mtime_ns) == (before.st_ino, before.st_mtime_ns)
    assert sorted(os.listdir(path.parent)) == [path.name]  # noqa: PTH208


def test_a_delivery_has_the_time_of_its_newest_file(tmp_path: Path) -> None:
    delivery = deliver(tmp_path / "inbox")
    assert land(tmp_path / "home", delivery).delivered_at == DELIVERED


def test_a_delivery_is_known_by_its_bytes_and_not_by_its_time(tmp_path: Path) -> None:
    delivery = deliver(tmp_path / "inbox")
    first = land(tmp_path / "home", delivery)
    path = delivery.files[0].path
    os.utime(path, (0, 0))
    again = land(tmp_path / "home", find_deliveries(tmp_path / "inbox", CONTRACTS, 0).deliveries[0])
    assert again.delivery_id == first.delivery_id
    path.write_bytes(CONTENT + b"C2,M\n")
    other = land(tmp_path / "home", find_deliveries(tmp_path / "inbox", CONTRACTS, 0).deliveries[0])
    assert other.delivery_id != first.delivery_id


@pytest.mark.parametrize(
    "label", ["331/ssd/2026-09-30", "330/voice_extension/2026-09-30", "330/ssd/2026-10-31"]
)
def test_the_same_bytes_elsewhere_are_another_delivery(tmp_path: Path, label: str) -> None:
    home = tmp_path / "home"
    first = land(home, deliver(tmp_path / "inbox"))
    assert land(home, deliver(tmp_path / "inbox", label)).delivery_id != first.delivery_id


def test_a_return_is_the_same_under_another_file_name(tmp_path: Path) -> None:
    first = deliver(tmp_path / "a", "330/ssda903/2020-03-31", "header.csv")
    second = deliver(tmp_path / "b", "330/ssda903/2020-03-31", "Header (1).csv")
    home = tmp_path / "home"
    assert land(home, first).delivery_id == land(home, second).delivery_id


def test_a_file_that_changed_since_the_listing_is_not_landed_as_complete(tmp_path: Path) -> None:
    delivery = deliver(tmp_path / "inbox")
    delivery.files[0].path.write_bytes(CONTENT + b"C2,M\n")
    with pytest.raises(FileChangedError):
        land(tmp_path / "home", delivery)


def test_a_file_that_went_away_is_not_landed(tmp_path: Path) -> None:
    delivery = deliver(tmp_path / "inbox")
    delivery.files[0].path.unlink()
    with pytest.raises(FileChangedError):
        land(tmp_path / "home", delivery)


def test_a_link_put_in_a_files_place_is_not_followed(tmp_path: Path) -> None:
    delivery = deliver(tmp_path / "inbox")
    secret = tmp_path / "secret.csv"
    secret.write_bytes(CONTENT)
    delivery.files[0].path.unlink()
    delivery.files[0].path.symlink_to(secret)
    with pytest.raises(UnsafeFileError):
        land(tmp_path / "home", delivery)


def test_a_pipe_put_in_a_files_place_does_not_hang(tmp_path: Path) -> None:
    delivery = deliver(tmp_path / "inbox")
    delivery.files[0].path.unlink()
    os.mkfifo(delivery.files[0].path)
    with pytest.raises(UnsafeFileError):
        land(tmp_path / "home", delivery)


def test_a_file_with_a_second_name_is_refused(tmp_path: Path) -> None:
    delivery = deliver(tmp_path / "inbox")
    os.link(delivery.files[0].path, tmp_path / "second.csv")
    with pytest.raises(UnsafeFileError):
        land(tmp_path / "home", delivery)


def test_a_landed_delivery_says_what_it_is(tmp_path: Path) -> None:
    landed = land(tmp_path / "home", deliver(tmp_path / "inbox"))
    assert (landed.authority_code, landed.source, landed.as_of) == (
        "330",
        "ssd",
        date(2026, 9, 30),
    )
    assert replace(landed, delivery_id="").label == "330/ssd/2026-09-30"
