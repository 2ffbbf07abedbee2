"""Every child, opportunity and expression of the sources is in the marts, or says why not."""

from collections.abc import Iterator
from dataclasses import dataclass

import duckdb
import pytest

from tests.support.command import Site
from tests.support.rebuilt import Rebuilt, rebuild, spoil_raw_tables

RESULT = "fct_reconciled_rows"
KEPT = "330"


@pytest.fixture(scope="module")
def rebuilt(site: Site, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rebuilt]:
    """The deliveries of one of the site's authorities, with every model built of them alone."""
    made = rebuild(site, tmp_path_factory.mktemp("rebuilt"))
    made.con.execute(f"delete from ledger.delivery_tables where authority_code <> '{KEPT}'")
    made.build_all(RESULT)
    yield made
    made.con.close()


def unaccounted(rebuilt: Rebuilt) -> set[tuple[str, str]]:
    """What is wrong, with which thing."""
    return set(
        rebuilt.con.execute(
            f"select distinct thing, row_fate_code from marts.{RESULT} where not is_accounted_for"
        ).fetchall()
    )


def test_every_row_of_a_site_is_accounted_for(site: Site) -> None:
    with duckdb.connect(str(site.warehouse), read_only=True) as con:
        wrong = con.execute(f"select * from marts.{RESULT} where not is_accounted_for").fetchall()
        (things,) = con.execute(
            f"select list(distinct thing order by thing) from marts.{RESULT}"
        ).fetchall()
        checks = con.execute(
            "select check_id, outcome, n > 500, k from quality.check_results"
            " where check_id in ('MRT-129', 'MRT-130', 'MRT-131') order by all"
        ).fetchall()
    assert wrong == []
    assert things == (["child", "expression", "opportunity"],)
    two = [(check, "pass", True, 0) for check in ("MRT-129", "MRT-130", "MRT-131") for _ in "12"]
    assert checks == two


@pytest.mark.parametrize(
    ("source_table", "moment", "delivered"),
    [
        (
            "ssd_cin_visits",
            "CIN_VISIT",
            "count(distinct cinv_cin_visit_id) from raw.ssd_cin_visits",
        ),
        ("ssd_cla_reviews", "CLA_REVIEW_N", "count(*) from raw.ssd_cla_reviews"),
        ("vx_expression", "recorded", "count(*) from raw.vx_expression"),
    ],
)
def test_rows_in_are_rows_kept_and_rows_left_out_by_reason(
    rebuilt: Rebuilt, source_table: str, moment: str, delivered: str
) -> None:
    # One extract of each: all rows of its delivery are current.
    rows_in = rebuilt.count(
        f"select {delivered} where _delivery_number in (select delivery_number"
        f" from ledger.delivery_tables where raw_table = '{source_table}')"
    )
    assert rows_in > 100
    assert rows_in == rebuilt.count(
        f"select sum(staged_rows) from marts.{RESULT}"
        f" where source_table = '{source_table}' and moment = '{moment}'"
    )


def test_cancelled_reviews_are_left_out_as_cancelled(rebuilt: Rebuilt) -> None:
    cancelled = rebuilt.count(
        "select count(*) from raw.ssd_cla_reviews where clar_cla_review_cancelled = 'Y'"
        " and _delivery_number in (select delivery_number from ledger.delivery_tables)"
    )
    assert cancelled > 0
    assert cancelled == rebuilt.count(
        f"select sum(staged_rows) from marts.{RESULT} where row_fate_code = 'cancelled'"
    )


def test_whatever_cell_is_blank_or_date_is_wrong_every_row_is_accounted_for(
    rebuilt: Rebuilt,
) -> None:
    with rebuilt.undone():
        spoil_raw_tables(rebuilt.con, share=8, seed=1)
        rebuilt.build_all(RESULT)
        assert unaccounted(rebuilt) == set()
        reasons = rebuilt.count(f"select count(distinct row_fate_code) from marts.{RESULT}")
    assert reasons > 15


@dataclass(frozen=True)
class Fault:
    """An error that somebody might make in a model, and what the reconciliation says of it."""

    model: str
    was: str
    becomes: str
    found: tuple[str, str]
    # What has to be delivered for the error to matter.
    delivered: str = ""

    def plant(self, sql: str) -> str:
        """Return the model's SQL with the error in it."""
        assert self.was in sql
        return sql.replace(self.was, self.becomes)


FAULTS = {
    "a join that drops opportunities without a code": Fault(
        "fct_voice_opportunities",
        "left join participation_codes",
        "inner join participation_codes",
        ("opportunity", "lost"),
    ),
    "a join that multiplies opportunities": Fault(
        "fct_voice_opportunities",
        "from opportunities\nleft join child_dates",
        "from (from opportunities union all from opportunities where stage = 'missing')"
        " as opportunities left join child_dates",
        ("opportunity", "multiplied"),
    ),
    "a filter that drops one of several voices": Fault(
        "fct_voice_opportunities",
        'select * from "warehouse"."intermediate"."int_opportunities__with_outcome"',
        'select * from "warehouse"."intermediate"."int_opportunities__with_outcome" '
        "where voice_owner_code <> 'parent_carer'",
        ("opportunity", "voice_lost"),
    ),
    "a filter that loses reviews of which nobody said whether they were cancelled": Fault(
        "int_reviews__merged",
        "coalesce(upper(ssd_reviews.cla_review_cancelled), 'N') <> 'Y'",
        "upper(ssd_reviews.cla_review_cancelled) <> 'Y'",
        ("opportunity", "lost"),
        "update raw.ssd_cla_reviews set clar_cla_review_cancelled = null where _row_number % 9 = 0",
    ),
    "a cancelled review that counts as held": Fault(
        "int_reviews__merged",
        "coalesce(upper(ssd_reviews.cla_review_cancelled), 'N') <> 'Y'",
        "true",
        ("opportunity", "kept_against_reason"),
    ),
    "a running clock whose next day is forgotten": Fault(
        "fct_voice_opportunities",
        'select * from "warehouse"."intermediate"."int_opportunities__with_outcome"',
        'select * from "warehouse"."intermediate"."int_opportunities__with_outcome" '
        "where outcome <> 'not_due' or opportunity_code <> 'HEALTH_ASSESS'",
        ("opportunity", "lost"),
    ),
    "a code that stands for a voice and is not counted as one": Fault(
        "int_opportunities__with_outcome",
        "coalesce(participation_codes.counts_as_participated, false) as has_participated",
        "false as has_participated",
        ("opportunity", "heard_and_not_counted"),
    ),
    "a join that drops words of unknown directness": Fault(
        "fct_voice_expressions",
        "left join directness_codes",
        "inner join directness_codes",
        ("expression", "lost"),
        "update raw.vx_expression set directness = null where _row_number % 99 = 0",
    ),
    "a join that multiplies expressions": Fault(
        "fct_voice_expressions",
        "from events\n",
        "from (from events union all from events where is_not_followed) as events\n",
        ("expression", "multiplied"),
    ),
    "interviews that are no longer expressions": Fault(
        "fct_voice_expressions",
        "where is_own_voice and is_shown_to_be_voiced",
        "where is_own_voice and has_participated",
        ("expression", "lost"),
    ),
    "words that nobody said": Fault(
        "fct_voice_expressions",
        "where is_own_voice and is_shown_to_be_voiced",
        "where is_own_voice and outcome <> 'voiced'",
        ("expression", "not_staged"),
    ),
    "a child without a disability who is dropped": Fault(
        "dim_children",
        "from children\n",
        "from (from children where disability <> 'unknown') as children\n",
        ("child", "lost"),
    ),
    "a child who is there twice": Fault(
        "dim_children",
        "    versions.valid_to\n",
        "    case when versions.valid_from is null then versions.valid_to end as valid_to\n",
        ("child", "multiplied"),
    ),
}


@pytest.mark.parametrize("name", sorted(FAULTS))
def test_a_fault_in_a_model_is_found(rebuilt: Rebuilt, name: str) -> None:
    fault = FAULTS[name]
    with rebuilt.undone():
        if fault.delivered:
            rebuilt.con.execute(fault.delivered)
        rebuilt.build(fault.model, RESULT, fault.plant)
        assert fault.found in unaccounted(rebuilt)


def test_rows_that_vanish_from_a_table_are_found(rebuilt: Rebuilt) -> None:
    with rebuilt.undone():
        rebuilt.con.execute(
            "delete from marts.fct_voice_opportunities where opportunity_key in ("
            "select min(opportunity_key) from marts.fct_voice_opportunities"
            " where occasion_table = 'ssd_cp_visits')"
        )
        rebuilt.con.execute(
            "delete from marts.fct_voice_expressions where expression_key in ("
            "select min(expression_key) from marts.fct_voice_expressions"
            " where evidence_kind = 'recorded')"
        )
        rebuilt.build(RESULT, RESULT)
        assert unaccounted(rebuilt) == {("opportunity", "lost"), ("expression", "lost")}


def test_a_contact_that_the_next_extract_overwrote_stays_a_contact(rebuilt: Rebuilt) -> None:
    visits = (
        "select count(*) from marts.fct_voice_opportunities"
        " where opportunity_type_code = 'PA_VISIT' and held_date is not null"
    )
    with rebuilt.undone():
        now = rebuilt.count(visits)
        deliver_before(rebuilt, "ssd_care_leavers", "clea_care_leaver_latest_contact", days=40)
        rebuilt.build_all(RESULT)
        assert rebuilt.count(visits) == 2 * now
        assert unaccounted(rebuilt) == set()
        # A date that lies after the present one can only have been a mistake.
        rebuilt.con.execute(
            "update raw.ssd_care_leavers set clea_care_leaver_latest_contact = date '2026-06-29'"
            " where _delivery_number = 1"
        )
        rebuilt.build_all(RESULT)
        assert rebuilt.count(visits) < now + now / 10
        assert unaccounted(rebuilt) == set()
        taken_back = (
            f"select sum(staged_rows) from marts.{RESULT} where row_fate_code = 'taken_back'"
        )
        assert rebuilt.count(taken_back) > now * 0.9
    assert now > 10


def deliver_before(rebuilt: Rebuilt, table: str, column: str, days: int) -> None:
    """Let an extract a month older have held the same rows, with an earlier date in one column."""
    rebuilt.con.execute(
        f"insert into raw.{table} by name select * replace (1 as _delivery_number,"
        f" _as_of - 30 as _as_of, {column} - {days} as {column}) from raw.{table}"
        " where _delivery_number in (select delivery_number from ledger.delivery_tables)"
    )
    rebuilt.con.execute(
        "insert into ledger.delivery_tables by name select * replace ('first' as delivery_id,"
        " 1 as delivery_number, as_of - 30 as as_of) from ledger.delivery_tables"
        f" where raw_table = '{table}'"
    )
