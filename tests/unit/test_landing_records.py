"""The record of a landed delivery, the seal that guards it, and the swap of folders."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestration import folders
from orchestration.folders import swap_folder
from orchestration.ingestion.delivery_manifest import (
    DamagedRecordError,
    list_records,
    read_record,
    read_records,
    write_record,
)
from orchestration.ingestion.results import Ignored, LandedDelivery, LandedFile
from orchestration.sealed import BrokenSealError, seal, unseal

NOON = datetime(2026, 10, 1, 12, tzinfo=UTC)
DELIVERY = LandedDelivery(
    delivery_id="0123456789abcdef",
    authority_code="330",
    source="ssd",
    as_of=date(2026, 9, 30),
    delivered_at=NOON,
    files=(LandedFile("Réviews 1.csv", "ab" * 32, 17),),
    ignored=(Ignored("330/ssd/2026-09-30/~$x.csv", "TEMPORARY_NAME"),),
)


def test_a_record_is_read_as_it_was_written(tmp_path: Path) -> None:
    assert write_record(tmp_path, DELIVERY, "key")
    (record,) = read_records(tmp_path)
    assert (record.landed, record.key_id) == (DELIVERY, "key")
    assert list_records(tmp_path)[0].stat().st_mode & 0o777 == 0o600


def test_a_redelivery_keeps_the_first_names_and_the_newest_time(tmp_path: Path) -> None:
    renamed = replace(
        DELIVERY,
        delivered_at=NOON + timedelta(hours=1),
        files=(LandedFile("other.csv", "ab" * 32, 17),),
    )
    older = replace(DELIVERY, delivered_at=NOON - timedelta(hours=1))
    assert write_record(tmp_path, DELIVERY, "key")
    assert not write_record(tmp_path, DELIVERY, "key")
    assert write_record(tmp_path, renamed, "key")
    assert not write_record(tmp_path, older, "key")
    (record,) = read_records(tmp_path)
    assert record.landed == replace(DELIVERY, delivered_at=renamed.delivered_at)


def test_records_come_oldest_first(tmp_path: Path) -> None:
    later = replace(DELIVERY, delivery_id="0" * 16, delivered_at=NOON + timedelta(days=1))
    for delivery in (later, DELIVERY):
        write_record(tmp_path, delivery, "key")
    assert [record.landed for record in read_records(tmp_path)] == [DELIVERY, later]


def test_a_record_under_another_name_is_damaged(tmp_path: Path) -> None:
    write_record(tmp_path, DELIVERY, "key")
    (path,) = list_records(tmp_path)
    with pytest.raises(DamagedRecordError):
        read_record(path.rename(path.with_name("fedcba9876543210.json")))


@given(
    content=st.dictionaries(st.text(min_size=1), st.one_of(st.integers(), st.text())),
    chance=st.data(),
)
def test_every_changed_byte_breaks_the_seal(
    content: dict[str, object], chance: st.DataObject
) -> None:
    content.pop("check", None)
    text = seal(content).encode()
    assert unseal(text) == content
    place = chance.draw(st.integers(0, len(text) - 1))
    changed = bytearray(text)
    changed[place] ^= chance.draw(st.integers(1, 255))
    with pytest.raises(BrokenSealError):
        unseal(bytes(changed))
    with pytest.raises(BrokenSealError):
        unseal(text[:place])


@pytest.mark.parametrize("can_exchange", [True, False])
def test_a_folder_takes_the_place_of_another(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, can_exchange: bool
) -> None:
    if not can_exchange:
        monkeypatch.setattr(folders, "_exchange", lambda *_: False)
    for name in ("new", "current"):
        (tmp_path / name).mkdir()
        (tmp_path / name / name).touch()
    swap_folder(tmp_path / "new", tmp_path / "current")
    assert (tmp_path / "current" / "new").exists()
    assert (tmp_path / "new" / "current").exists()
    assert len(list(tmp_path.iterdir())) == 2
