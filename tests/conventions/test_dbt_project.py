"""The dbt project keeps the house rules: contracts, keys, names, sources, sensitivity."""

import re
from typing import Any

import yaml

from orchestration.contracts import load_contracts
from orchestration.ingestion.ledger import raw_columns
from tests.support.command import REPOSITORY
from tests.support.project_graph import MODELS, layer_of

# What a definition says about counting, besides its words and breakdowns.
COUNTING = (
    *("measure", "contributors", "numerator", "denominator", "exempt", "recorded", "recorded_of"),
    *("aggregation", "measured", "at", "limit"),
)
# Made of a staged table, for staging itself: every other staging model needs it.
DERIVED = {"stg_ssd__identities"}


def test_only_staging_and_published_read_sources_and_each_staging_model_reads_one(
    models: list[dict[str, Any]],
) -> None:
    for model in models:
        sources = [node for node in model["depends_on"]["nodes"] if node.startswith("source.")]
        if layer_of(model) == "staging":
            assert len(sources) == (0 if model["name"] in DERIVED else 1), model["name"]
        elif model["name"] == "fct_indicator_values" or layer_of(model) == "published":
            # What the checks found and what arrived is not modelled, only shown.
            assert {source.split(".")[2] for source in sources} <= {"quality", "ledger"}
        else:
            assert sources == [], model["name"]


def test_every_staged_source_table_and_column_is_in_a_contract() -> None:
    raw = {
        contract.raw_table(table): set(raw_columns(table))
        for contract in load_contracts().values()
        for table in contract.tables
    }
    for path in sorted(MODELS.glob("staging/*/stg_*.sql")):
        if path.stem in DERIVED:
            continue
        found = re.search(r"source\('(\w+)', '(\w+)'\)", path.read_text())
        assert found, path.name
        source, table = found.groups()
        if source == "ledger":
            continue
        listed = re.split(r"\nselect(?: distinct)?\n", path.read_text())[1].split("\nfrom ")[0]
        renamed = [line.split(" as ")[0].strip(" ,") for line in listed.splitlines()]
        columns = {
            column.removeprefix("cast(").removeprefix("{{ row_key_text('") for column in renamed
        }
        delivered = {column for column in columns if not column.startswith("_")}
        assert delivered <= raw[table], f"{path.name}: {delivered - raw[table]}"


def test_every_staged_person_is_the_one_who_has_the_id_now() -> None:
    """A model that forgot one would count a merged child twice, and nobody would see it."""
    tables = {
        (contract.source, contract.raw_table(table)): table
        for contract in load_contracts().values()
        for table in contract.tables
    }
    for path in sorted(MODELS.glob("staging/*/stg_*.sql")):
        text = path.read_text()
        found = re.search(r"current_rows\(\s*source\('(\w+)', '(\w+)'\)(.*?)\) }}", text, re.DOTALL)
        if found is None:
            continue
        source, name, arguments = found.groups()
        table = tables[source, name]
        used = set(re.findall(r"\w+", text.split("\nselect\n")[1])) | set(table.key)
        people = [
            column.name
            for column in table.loaded_columns
            if column.pseudonym == "person" and column.name in used
        ]
        expected = {"people": people} if people else {}
        if set(people) & set(table.key):
            expected["key"] = list(table.key)
        said = {
            argument: re.findall(r"'(\w+)'", listed)
            for argument, listed in re.findall(r"(people|key)=\[(.*?)\]", arguments, re.DOTALL)
        }
        assert said == expected, path.name


def test_every_seed_says_where_it_comes_from(manifest: dict[str, Any]) -> None:
    seeds = [node for node in manifest["nodes"].values() if node["resource_type"] == "seed"]
    files = {path.stem for path in (REPOSITORY / "seeds" / "reference").glob("*.csv")}
    assert {seed["name"] for seed in seeds} == files
    assert all("Source:" in seed["description"] for seed in seeds)


def test_every_indicator_names_columns_facts_and_levels_that_exist() -> None:
    indicators = yaml.safe_load((MODELS.parent / "vars.yml").read_text())["vars"]["indicators"]
    assert {indicator["id"] for indicator in indicators} >= {
        *("A1", "A2", "A3", "A4", "A5", "A6", "A12", "B1", "B3"),
        *("C3", "C5", "D1", "D4", "E1", "E2", "F2"),
        *("A7", "A8", "A9", "B2", "B4", "B5", "B6", "B7", "B8"),
        *("C1", "C2", "C4", "C6", "D2", "D3", "D5"),
    }
    raw = {
        contract.raw_table(table)
        for contract in load_contracts().values()
        for table in contract.tables
    }
    # Not delivered, but kept by whoever publishes.
    raw |= {"quotes_used"}
    for indicator in indicators:
        assert indicator["needs"], indicator["id"]
        name = f"int_indicator_counts__{indicator['measure']}.sql"
        sql = (MODELS / "intermediate" / "indicators" / name).read_text()
        if shared := re.search(r"\w+_facts\b", sql):
            macro = MODELS.parent / "macros" / "indicators" / f"{shared.group()}.sql"
            sql += macro.read_text() if macro.is_file() else ""
        for part in (
            *("numerator", "denominator", "recorded", "recorded_of", "exempt", "measured"),
            *("compared_numerator", "compared_denominator", "contributors"),
        ):
            if part in indicator and indicator[part] != "denominator":
                assert re.search(rf"\b{indicator[part]}\b", sql), (indicator["id"], part)
        assert {*indicator["needs"], *indicator.get("needs_all", [])} <= raw, indicator["id"]
        breakdowns = {"all", *indicator["breakdowns"]}
        assert set(indicator.get("levels", {})) <= breakdowns, indicator["id"]


def test_no_coverage_indicator_is_read_alone_or_hides_whom_it_left_out() -> None:
    """Coverage stands beside depth or influence, and says how many were exempted from it."""
    indicators = yaml.safe_load((MODELS.parent / "vars.yml").read_text())["vars"]["indicators"]
    by_id = {indicator["id"]: indicator for indicator in indicators}
    for indicator_id, guards in {
        "A1": {"B1", "D4"},
        "A2": {"B1", "D4"},
        "A5": {"B1", "D4"},
    }.items():
        assert guards <= set(by_id[indicator_id]["read_with"]), indicator_id
    for indicator in indicators:
        guards = indicator.get("read_with", [])
        assert all(re.fullmatch(r"[A-H]\d{0,2}", guard) for guard in guards), indicator["id"]
        assert indicator["id"] not in guards, indicator["id"]
        left_out = "less not appropriate and declined" in indicator["denominator_text"]
        assert not left_out or "exempt" in indicator, indicator["id"]
    assert {"A1", "A2", "A5", "A7", "B3", "C1"} <= {
        indicator["id"] for indicator in indicators if "exempt" in indicator
    }


def test_the_worked_examples_of_indicators_use_the_definitions_that_are_published() -> None:
    """A unit test that names a few indicators must not prove another definition than theirs."""
    indicators = yaml.safe_load((MODELS.parent / "vars.yml").read_text())["vars"]["indicators"]
    by_id = {indicator["id"]: indicator for indicator in indicators}
    shown = set()
    for path in sorted(
        (MODELS / "intermediate" / "indicators").glob("int_indicator_counts__*.yml")
    ):
        for example in yaml.safe_load(path.read_text()).get("unit_tests", []):
            named = example.get("overrides", {}).get("vars", {}).get("indicators", [])
            for indicator in named:
                stated = {key: value for key, value in indicator.items() if key != "breakdowns"}
                told = by_id[indicator["id"]]
                counting = {*COUNTING} & told.keys()
                assert stated == {"id": told["id"]} | {key: told[key] for key in counting}, example[
                    "name"
                ]
                shown.add(indicator["id"])
    assert shown >= {
        *("A1", "A7", "A8", "A9", "A10", "A11", "B2", "B4", "B5", "B6", "B7", "B8"),
        *("C1", "C2", "C4", "C6", "D2", "D3", "D5"),
    }


def test_every_table_that_a_server_gives_to_readers_says_who_reads_it(
    models: list[dict[str, Any]],
) -> None:
    """And boards and dashboards, which see no row of a mart, read all that is published."""
    for model in models:
        granted = model["config"].get("grants") or {}
        if layer_of(model) in ("published", "marts"):
            assert set(granted) == {"select"}, model["name"]
            assert bool({"heard_board", "heard_bi"} & set(granted["select"])) == (
                layer_of(model) == "published"
            ), model["name"]
        else:
            assert not granted, model["name"]
