"""Source contracts: complete, safe, and strict about mistakes in their own files."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
from pydantic import ValidationError

from orchestration.contracts import Column, Contract, Table, load_contracts
from orchestration.contracts.loader import read_contract
from orchestration.contracts.shapes import as_message, from_message

ROOT = Path(__file__).parents[2]
COLUMNS = [
    (contract.source, table, column)
    for contract in load_contracts().values()
    for table in contract.tables
    for column in table.columns
]


def column(**changes: object) -> Column:
    return Column.model_validate(
        {"name": "child_id", "type": "string", "required": True, "description": "An id"} | changes
    )


def test_every_table_of_every_source_has_a_contract() -> None:
    counts = {source: len(contract.tables) for source, contract in load_contracts().items()}
    assert counts == {
        "annex_a": 11,
        "cin_census": 11,
        "ssd": 48,
        "ssda903": 12,
        "voice_extension": 15,
    }


@pytest.mark.parametrize(
    "name",
    [
        "pers_forename",
        "pers_surname",
        "pers_common_child_id",
        "pers_single_unique_id",
        "addr_address_json",
        "prof_professional_name",
        "prof_social_worker_registration_no",
        "send_upn",
        "send_uln",
        "prep_court_reference",
        "json_payload",
        "former_upn",
    ],
)
def test_a_direct_identifier_stays_in_the_landed_file(name: str) -> None:
    found = [each for _, _, each in COLUMNS if each.name == name]
    assert found
    assert not any(each.load for each in found)


def test_a_pupil_number_loads_only_where_authorities_are_linked() -> None:
    linked = [(table.name, each.name) for _, table, each in COLUMNS if each.pseudonym == "linkage"]
    assert linked == [("ssd_person", "pers_upn"), ("header", "upn")]
    for contract in load_contracts().values():
        loaded = {
            column.name
            for table in contract.without_linkage().tables
            for column in table.loaded_columns
        }
        assert loaded.isdisjoint({"pers_upn", "upn"})
        assert not contract.without_linkage().links_authorities


def test_of_linked_identifiers_only_former_person_ids_load() -> None:
    (value,) = [each for _, _, each in COLUMNS if each.name == "link_identifier_value"]
    assert value.only_where is not None
    assert value.only_where.column == "link_identifier_type"
    assert all("person id" in word for word in value.only_where.words)


def test_every_id_of_a_person_gets_a_pseudonym() -> None:
    ids = re.compile(r"(.*_)?person_id|speaker_id|child")
    found = [each for _, _, each in COLUMNS if ids.fullmatch(each.name)]
    assert len(found) > 40
    assert [each.name for each in found if each.pseudonym != "person"] == []


def test_every_id_of_a_worker_gets_a_pseudonym() -> None:
    ids = re.compile(r".*_worker_id|.*professional_id|recorded_by|sw_id|prof_staff_id")
    found = [each for _, _, each in COLUMNS if ids.fullmatch(each.name)]
    assert len(found) > 10
    assert [each.name for each in found if each.pseudonym != "professional"] == []


def test_a_postcode_is_loaded_as_its_district() -> None:
    found = [each for _, _, each in COLUMNS if re.search("postcode|_post$", each.name)]
    assert {each.name for each in found} == {
        "addr_address_postcode",
        "clap_cla_placement_postcode",
        "home_post",
        "pl_post",
        "placement_postcode",
    }
    assert all(each.reduce == "postcode_district" for each in found)


def test_the_code_is_part_of_the_key_of_a_review() -> None:
    reviews = load_contracts()["ssda903"].table("reviews")
    assert reviews is not None
    assert reviews.key == ("child", "review", "review_code")
    # A blank code is a fact about a review that took place, not a reason to lose it.
    assert reviews.required_key == ("child", "review")


def test_every_code_list_is_a_seed() -> None:
    seeds = {path.stem for path in (ROOT / "seeds" / "reference").glob("*.csv")}
    assert {each.codes for _, _, each in COLUMNS if each.codes} <= seeds


def test_a_raw_table_is_named_once_over_all_sources() -> None:
    names = [
        contract.raw_table(table)
        for contract in load_contracts().values()
        for table in contract.tables
    ]
    assert len(names) == len(set(names)) == 97


def test_a_misspelt_safeguard_is_refused() -> None:
    with pytest.raises(ValidationError, match="pseudonim"):
        column(pseudonim="person")


@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        ({"sensitivity": "direct_identifier"}, "must carry load: false"),
        ({"pseudonym": "person"}, "go together"),
        ({"sensitivity": "pseudonym"}, "go together"),
        ({"type": "date", "reduce": "postcode_district"}, "need a text type"),
        ({"codes": "ref_sex_codes", "values": ["M"]}, "not both"),
        ({"name": "Child ID"}, "pattern"),
    ],
)
def test_a_column_that_contradicts_itself_is_refused(
    changes: dict[str, object], complaint: str
) -> None:
    with pytest.raises(ValidationError, match=complaint):
        column(**changes)


@pytest.mark.parametrize(
    ("key", "columns", "complaint"),
    [
        (("child_id",), (column(), column(name="other", aliases=("CHILD_ID",))), "given twice"),
        (("child_id",), (column(load=False),), "must be loaded"),
        (("absent",), (column(),), "must be loaded"),
        (("child_id",), (column(required=False),), "must be required"),
    ],
)
def test_a_table_that_contradicts_itself_is_refused(
    key: tuple[str, ...], columns: tuple[Column, ...], complaint: str
) -> None:
    with pytest.raises(ValidationError, match=complaint):
        Table(name="children", description="One row per child.", key=key, columns=columns)


def test_a_contract_without_a_format_for_its_dates_is_refused() -> None:
    with pytest.raises(ValidationError, match="formats are missing"):
        Contract.model_validate(
            load_contracts()["ssda903"].model_dump() | {"formats": {}},
        )


def test_a_contract_file_is_read_without_running_anything_in_it(tmp_path: Path) -> None:
    path = tmp_path / "bad.yaml"
    path.write_text("source: !!python/object/apply:os.getcwd []\n")
    with pytest.raises(Exception, match="could not determine a constructor"):
        read_contract(path)


def test_a_contract_handed_to_the_parser_gives_the_same_answers() -> None:
    """Its fields one by one, and every question that the parser asks of it."""
    for source, contract in load_contracts().items():
        handed = from_message(as_message(contract))
        for name in type(contract).model_fields.keys() - {"tables", "xml", "changes"}:
            assert getattr(handed, name) == getattr(contract, name), (source, name)
        assert (handed.xml and handed.xml.root) == (contract.xml and contract.xml.root)
        for table in contract.tables:
            other = handed.table(table.name)
            assert other is not None
            assert (other.key, other.required_key) == (table.key, table.required_key)
            assert handed.raw_table(other) == contract.raw_table(table)
            names = [column.name for column in table.loaded_columns]
            assert [column.name for column in other.loaded_columns] == names
            for column, twin in zip(table.columns, other.columns, strict=True):
                for name in type(column).model_fields.keys() - {"only_where"}:
                    assert getattr(twin, name) == getattr(column, name), (source, name)
                assert twin.is_text == column.is_text
                assert [twin.is_due(year) for year in (2016, 2027)] == [
                    column.is_due(year) for year in (2016, 2027)
                ]
                assert (twin.only_where and twin.only_where.words) == (
                    column.only_where and column.only_where.words
                )


def test_the_parser_starts_without_what_only_checks_contracts() -> None:
    """Each delivery waits for its start, so it must stay as cheap as DuckDB's."""
    program = (
        "import sys, orchestration.ingestion.parser; "
        "print(sorted({'pydantic', 'yaml', 'pandas', 'pyarrow', 'lxml'} & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"
