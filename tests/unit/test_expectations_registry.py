"""The registry as it is shipped, and what it refuses."""

from pathlib import Path

import pytest
import yaml

from expectations.codes import UnknownListError, codes_from
from expectations.registry import Check, RegistryError, load_registry
from expectations.registry.measures import CodeInList
from orchestration.contracts.loader import load_contracts

# Checks that domain.md asks for by name and that today's tables can show.
PROMISED = {
    "ethnicity_is_known",
    "disability_is_recorded",
    "sex_is_known",
    "language_of_unaccompanied_children_is_known",
    "seen_alone_implies_seen_in_care_visits",
    "under_fours_only_have_code_pn0",
    "children_of_four_have_a_code_of_their_own",
    "held_reviews_have_a_code",
    "cancelled_reviews_have_no_code",
    "accepted_interviews_were_offered",
    "participation_is_not_filler_text",
    "answers_are_not_all_the_same",
    "seen_alone_answers_are_mapped",
    "expressions_say_whose_how_and_how_direct",
    "opportunities_follow_last_year",
    "extract_is_recent",
    "ethnic_groups_are_heard_alike",
    "disabled_children_are_heard_alike",
    "ethnicity_is_recorded_alike_in_every_area",
    "every_child_reaches_the_marts",
}

ROW: dict[str, object] = {
    "id": "SSD-900",
    "name": "something_holds",
    "sentence": "Something holds for every row.",
    "dimension": "validity",
    "cell": "conformance, verification",
    "asset": "raw/ssd/ssd_person",
    "measure": {"kind": "share_present", "column": "pers_sex"},
    "rule": {"kind": "within", "fail_below": 95},
    "reason": "Below this the number is wrong.",
    "severity": "warn",
    "owner": "data team",
    "review_on": "2027-04-30",
    "what_to_do": "Ask for the export again.",
}


def registry_of(folder: Path, *rows: dict[str, object]) -> Path:
    (folder / "some.yml").write_text(yaml.safe_dump(list(rows)), encoding="utf-8")
    return folder


def test_the_shipped_registry_holds_every_check_that_was_promised() -> None:
    names = {check.name for check in load_registry()}
    assert names >= PROMISED
    assert len(names) >= 120


def test_all_six_dimensions_of_the_government_framework_are_covered() -> None:
    assert {check.dimension for check in load_registry()} == {
        "completeness",
        "uniqueness",
        "consistency",
        "timeliness",
        "validity",
        "accuracy",
    }


def test_every_raw_check_is_about_a_table_of_a_contract() -> None:
    contracts = load_contracts()
    assets = {
        f"raw/{source}/{table.name}": contract.raw_table(table)
        for source, contract in contracts.items()
        for table in contract.tables
    }
    raw = [check for check in load_registry() if check.tier == "raw"]
    assert raw
    assert [c.id for c in raw if assets.get(c.asset) != c.relation] == []


@pytest.mark.parametrize(
    "check",
    [check for check in load_registry() if isinstance(check.measure, CodeInList)],
    ids=lambda check: check.id,
)
def test_every_code_list_that_a_check_names_is_shipped(check: Check) -> None:
    assert isinstance(check.measure, CodeInList)
    assert len(codes_from()(check.measure.list)) > 1


def test_an_accepted_misspelling_counts_as_a_code() -> None:
    assert {"CNHE", "CHNE"} <= set(codes_from()("ethnicity_codes"))
    assert "CNHE" not in codes_from()("participation_codes")


def test_a_code_list_that_is_missing_is_named(tmp_path: Path) -> None:
    with pytest.raises(UnknownListError, match=r"ref_shoe_sizes\.csv"):
        codes_from(tmp_path)("shoe_sizes")


def test_a_well_formed_row_is_read(tmp_path: Path) -> None:
    (check,) = load_registry(registry_of(tmp_path, ROW))
    assert (check.tier, check.relation, check.blocks) == ("raw", "ssd_person", False)


@pytest.mark.parametrize(
    "fault",
    [
        {"treshold": 3},
        {"rule": {"kind": "within", "fail_belwo": 95}},
        {"rule": {"kind": "within", "watch_below": 95}},
        {"rule": {"kind": "parity", "floor": 0.8}},
        {"severity": "block"},
        {"id": "SSD-1"},
        {"asset": "ssd_person"},
        {"reason": ""},
        {"cell": "plausible"},
        {"slices": ["area"]},
        {"slices": ["hair_colour"]},
        {"blocking": True},
        {"severity": "stop", "blocking": True, "shadow": True},
        {"measure": {"kind": "drift", "date_column": "x", "flag": "y"}},
        {"measure": {"kind": "query", "sql": "select 1"}},
    ],
    ids=str,
)
def test_a_row_that_does_not_fit_is_refused(tmp_path: Path, fault: dict[str, object]) -> None:
    with pytest.raises(RegistryError, match=r"some\.yml, SSD-"):
        load_registry(registry_of(tmp_path, ROW | fault))


def test_what_is_wrong_is_named_with_the_check_and_the_place(tmp_path: Path) -> None:
    with pytest.raises(RegistryError) as found:
        load_registry(registry_of(tmp_path, ROW | {"treshold": 3, "owner": "x"}))
    told = str(found.value)
    assert told.startswith("some.yml, SSD-900: ")
    assert "treshold: Extra inputs are not permitted" in told
    assert "owner: String should have at least 3 characters" in told


@pytest.mark.parametrize(
    ("severity", "blocking", "shadow", "blocks"),
    [
        ("stop", None, False, True),
        ("stop", False, False, False),
        ("stop", None, True, False),
        ("warn", None, False, False),
    ],
)
def test_only_a_stop_in_earnest_holds_back(
    tmp_path: Path, severity: str, blocking: bool | None, shadow: bool, blocks: bool
) -> None:
    row = ROW | {"severity": severity, "blocking": blocking, "shadow": shadow}
    (check,) = load_registry(registry_of(tmp_path, row))
    assert check.blocks is blocks


def test_two_checks_never_share_an_id(tmp_path: Path) -> None:
    with pytest.raises(RegistryError, match="SSD-900"):
        load_registry(registry_of(tmp_path, ROW, ROW | {"name": "another_claim"}))


def test_two_checks_of_one_asset_never_share_a_name(tmp_path: Path) -> None:
    with pytest.raises(RegistryError, match="something_holds"):
        load_registry(registry_of(tmp_path, ROW, ROW | {"id": "SSD-901"}))


def test_an_empty_registry_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RegistryError, match="no checks"):
        load_registry(tmp_path)
