"""The rules that go with a release are those that the models apply."""

import pytest
import yaml

from orchestration.disclosure.profiles import (
    UnknownProfileError,
    attack_settings,
    profile,
    rules,
    table_profile,
    ties,
)
from tests.support.command import REPOSITORY

_MACROS = REPOSITORY / "dbt_project" / "macros"
_MODEL = "dbt_project/models/intermediate/indicators/int_indicator_values__protected.sql"


def test_the_recorded_rules_are_those_of_the_sql() -> None:
    told = rules()
    base = told["base"]
    assert f"{base} * floor(" in (_MACROS / "disclosure.sql").read_text()
    hidden = f"< {told['min_children']}"
    assert hidden in (_MACROS / "protected_table.sql").read_text()
    model = (REPOSITORY / _MODEL).read_text()
    assert f"contributors {hidden} or is_dominated then 'suppressed'" in model
    shared = yaml.safe_load((REPOSITORY / "dbt_project" / "vars.yml").read_text())["vars"]
    assert shared["top_two_share"] == told["top_two_share"]
    assert f"denominator < {told['min_rate_denominator']} or" in model


def test_there_are_two_profiles_of_releases_and_one_of_tables() -> None:
    names = ("internal_board", "public")
    assert [profile(name).fail_on for name in names] == ["narrow", "narrow"]
    # What anybody reads never splits a handful; what the own boards read is attacked alone.
    assert [profile(name).handful for name in names] == [0, 10]
    # The Department hides the numbers from 1 to 5.
    assert (table_profile("dfe_table").threshold, table_profile("dfe_table").fail_on) == (
        *(5, "narrow"),
    )
    assert [profile(name).mostly_hidden for name in ("internal_board", "public")] == [1, 0.5]
    with pytest.raises(UnknownProfileError, match="internal_board"):
        profile("friends")
    with pytest.raises(UnknownProfileError, match=r"made once .* choose internal_board, public"):
        profile("dfe_table")


def test_the_attacker_is_told_of_indicators_that_exist() -> None:
    definitions = yaml.safe_load((REPOSITORY / "dbt_project" / "vars.yml").read_text())
    known = {indicator["id"] for indicator in definitions["vars"]["indicators"]}
    assert set().union(*attack_settings().values()) <= known
    assert {name for first, second, _ in ties() for name in (first, second)} <= known
