"""The inbox: what is a delivery, what is left alone, and that nothing goes unmentioned."""

import os
from datetime import date
from pathlib import Path

import pytest

from orchestration.contracts import load_contracts
from orchestration.ingestion import inbox
from orchestration.ingestion.inbox import InboxMissingError, find_deliveries

CONTRACTS = load_contracts()


def put(folder: Path, path: str, content: str = "x") -> Path:
    file = folder / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(content)
    return file


def reasons(folder: Path) -> dict[str, str]:
    return {each.path: each.reason for each in find_deliveries(folder, CONTRACTS, 0).ignored}


def test_deliveries_come_in_an_order_of_their_own(tmp_path: Path) -> None:
    for label in ("331/ssd/2026-09-30", "330/ssda903/2020-03-31", "330/ssd/2026-09-30"):
        put(tmp_path, f"{label}/b.csv")
        put(tmp_path, f"{label}/a.csv")
    listing = find_deliveries(tmp_path, CONTRACTS, 0)
    assert [each.label for each in listing.deliveries] == [
        "330/ssd/2026-09-30",
        "330/ssda903/2020-03-31",
        "331/ssd/2026-09-30",
    ]
    assert [file.name for file in listing.deliveries[0].files] == ["a.csv", "b.csv"]
    assert listing.deliveries[0].as_of == date(2026, 9, 30)
    assert listing.ignored == ()


@pytest.mark.parametrize(
    ("path", "ignored", "reason"),
    [
        ("truth.json", "truth.json", "NOT_A_FOLDER"),
        ("33/ssd/2026-09-30/a.csv", "33", "BAD_AUTHORITY"),
        ("٣٣٠/ssd/2026-09-30/a.csv", "٣٣٠", "BAD_AUTHORITY"),
        (".cache/x.csv", ".cache", "HIDDEN"),
        ("330/mystery/2026-09-30/a.csv", "330/mystery", "UNKNOWN_SOURCE"),
        ("330/ssd/latest/a.csv", "330/ssd/latest", "BAD_AS_OF"),
        ("330/ssd/2026-02-30/a.csv", "330/ssd/2026-02-30", "BAD_AS_OF"),
        ("330/ssd/20260930/a.csv", "330/ssd/20260930", "BAD_AS_OF"),
        ("330/ssd/2026-09-30/more/a.csv", "330/ssd/2026-09-30/more", "NOT_A_FILE"),
        ("330/ssd/2026-09-30/a.csv.part", "330/ssd/2026-09-30/a.csv.part", "TEMPORARY_NAME"),
        ("330/ssd/2026-09-30/~$a.xlsx", "330/ssd/2026-09-30/~$a.xlsx", "TEMPORARY_NAME"),
        ("330/ssd/2026-09-30/.a.csv", "330/ssd/2026-09-30/.a.csv", "HIDDEN"),
    ],
)
def test_what_is_not_a_delivery_is_reported(
    tmp_path: Path, path: str, ignored: str, reason: str
) -> None:
    put(tmp_path, path)
    assert find_deliveries(tmp_path, CONTRACTS, 0).deliveries == ()
    assert reasons(tmp_path)[ignored] == reason


def test_an_empty_delivery_is_reported(tmp_path: Path) -> None:
    (tmp_path / "330/ssd/2026-09-30").mkdir(parents=True)
    assert reasons(tmp_path) == {"330/ssd/2026-09-30": "EMPTY_DELIVERY"}


def test_links_and_pipes_are_left_alone_and_the_rest_is_delivered(tmp_path: Path) -> None:
    folder = put(tmp_path, "330/ssd/2026-09-30/ssd_person.csv").parent
    outside = put(tmp_path.parent, f"{tmp_path.name}-outside.csv")
    (folder / "soft.csv").symlink_to(outside)
    os.link(outside, folder / "hard.csv")
    os.mkfifo(folder / "pipe.csv")
    listing = find_deliveries(tmp_path, CONTRACTS, 0)
    assert [file.name for file in listing.deliveries[0].files] == ["ssd_person.csv"]
    assert {each.path.rpartition("/")[2]: each.reason for each in listing.ignored} == {
        "hard.csv": "LINKED",
        "pipe.csv": "NOT_A_FILE",
        "soft.csv": "SYMLINK",
    }
    assert listing.deliveries[0].ignored == listing.ignored


def test_a_linked_folder_is_not_entered(tmp_path: Path) -> None:
    put(tmp_path, "elsewhere/ssd/2026-09-30/a.csv")
    folder = tmp_path / "inbox"
    folder.mkdir()
    (folder / "330").symlink_to(tmp_path / "elsewhere")
    assert reasons(folder) == {"330": "SYMLINK"}


@pytest.mark.parametrize("name", ["ssd_person.csv", "ssd_family.csv.part"])
def test_a_folder_that_still_changes_waits(tmp_path: Path, name: str) -> None:
    old = put(tmp_path, "330/ssd/2026-09-30/ssd_person.csv")
    os.utime(old, (1_000, 1_000))
    os.utime(put(tmp_path, f"330/ssd/2026-09-30/{name}"), (2_000, 2_000))
    early = find_deliveries(tmp_path, CONTRACTS, 60, now_seconds=2_059)
    assert early.deliveries == ()
    assert [(each.path, each.reason) for each in early.ignored] == [
        ("330/ssd/2026-09-30", "NOT_SETTLED")
    ]
    assert len(find_deliveries(tmp_path, CONTRACTS, 60, now_seconds=2_060).deliveries) == 1


def test_a_file_from_a_clock_that_is_ahead_settles_by_ours(tmp_path: Path) -> None:
    file = put(tmp_path, "330/ssd/2026-09-30/ssd_person.csv")
    os.utime(file, (4_102_444_800, 4_102_444_800))
    now = file.stat().st_ctime
    assert find_deliveries(tmp_path, CONTRACTS, 60, now_seconds=now + 59).deliveries == ()
    assert len(find_deliveries(tmp_path, CONTRACTS, 60, now_seconds=now + 61).deliveries) == 1


def test_a_file_that_goes_away_during_the_look_means_that_somebody_is_at_work(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = put(tmp_path, "330/ssd/2026-09-30/ssd_person.csv").parent
    part = put(tmp_path, "330/ssd/2026-09-30/ssd_family.csv.part")

    def renaming(name: str, status: os.stat_result) -> str | None:
        part.rename(folder / "ssd_family.csv")
        return why(name, status)

    why = inbox._why_ignored
    monkeypatch.setattr(inbox, "_why_ignored", renaming)
    listing = find_deliveries(tmp_path, CONTRACTS, 0)
    assert listing.deliveries == ()
    assert [each.reason for each in listing.ignored] == ["NOT_SETTLED"]


def test_without_a_settle_time_nothing_waits(tmp_path: Path) -> None:
    os.utime(put(tmp_path, "330/ssd/2026-09-30/ssd_person.csv"), (2_000, 2_000))
    assert len(find_deliveries(tmp_path, CONTRACTS, 0, now_seconds=2_000).deliveries) == 1


def test_a_name_that_is_not_utf8_is_shown_and_delivered(tmp_path: Path) -> None:
    folder = put(tmp_path, "330/ssd/2026-09-30/ssd_person.csv").parent
    descriptor = os.open(os.fsencode(folder) + b"/\xff.csv", os.O_CREAT | os.O_WRONLY)
    os.close(descriptor)
    names = [file.name for file in find_deliveries(tmp_path, CONTRACTS, 0).deliveries[0].files]
    assert names == ["ssd_person.csv", "\\xff.csv"]


def test_a_missing_inbox_is_named(tmp_path: Path) -> None:
    with pytest.raises(InboxMissingError, match="HEARD_INBOX"):
        find_deliveries(tmp_path / "absent", CONTRACTS, 0)
