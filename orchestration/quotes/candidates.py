"""Read which recorded words somebody allows to be quoted today, and whom their case knows by name.

Belongs here: the permission and the cohort, in one query each.
Does not belong here: redaction, or what people decided about a quote.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from orchestration.privacy.marks import BEGINNING
from orchestration.redaction.people import KnownPerson

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

# Fewer children than this said something in the same place, year and voice: no words of theirs.
SMALLEST_COHORT = 10
# What leaves the restricted tier is for boards; words that only the team may read stay inside.
AUDIENCES = ("board", "public")
_EXPRESSIONS = "stg_voice_extension__expression"
_NAMES = "vx_known_name"


@dataclass(frozen=True, slots=True)
class Candidate:
    """Words whose owner lets them be quoted; restricted, for they are as they were said."""

    authority_code: str
    expression_id: str
    person_key: str
    audience: str
    voice_owner: str
    voice_kind: str
    period_start: date
    period_end: date
    text: str
    # False: nobody recorded whether they understood what they allowed; the reviewer is told.
    is_understood: bool
    # The first day without permission, if one is known.
    ends_on: date | None


# Permission begins on the day it was given (a day must be known), holds through its last day, and
# has ended on the day of the withdrawal. The financial year is that of the words.
#
# Where one expression stands in two records, both must allow it, and in the same words; and what
# somebody took back, or did not understand, is taken back wherever the same words of theirs stand.
_LIVE = """
with expressions as (
    select
        *,
        coalesce(
            list_contains($audiences, quote_permission_scope_code)
            and quote_permission_on <= $day
            and coalesce(quote_permission_expires_on >= $day, true)
            and coalesce(quote_permission_withdrawn_on > $day, true)
            and nullif(trim(text), '') is not null
            and not starts_with(text, $no_longer_kept)
            -- Whoever did not understand it has allowed nothing.
            and quote_permission_understood is distinct from 'N'
            and authored_by is distinct from 'machine',
            false
        ) as is_allowed,
        coalesce(quote_permission_withdrawn_on <= $day, false)
        or coalesce(quote_permission_understood = 'N', false) as is_taken_back,
        make_date(year(expressed_on) - (month(expressed_on) < 4)::int, 4, 1) as period_start
    from staging.stg_voice_extension__expression
    where expressed_on is not null
),

cohorts as (
    select
        authority_code, voice_owner_code, voice_kind, period_start,
        count(distinct person_key) as children
    from expressions
    where nullif(trim(text), '') is not null and authored_by is distinct from 'machine'
    group by all
),

agreed as (

    select *
    from expressions
    window
        of_expression as (partition by authority_code, expression_id),
        of_words as (partition by authority_code, person_key, trim(text))
    qualify
        bool_and(is_allowed) over of_expression
        and count(distinct text) over of_expression = 1
        and count(distinct quote_permission_scope_code) over of_expression = 1
        and not bool_or(is_taken_back) over of_words
        and row_number() over of_expression = 1

)

select
    agreed.authority_code,
    agreed.expression_id,
    coalesce(agreed.person_key, ''),
    agreed.quote_permission_scope_code,
    agreed.voice_owner_code,
    agreed.voice_kind,
    agreed.period_start,
    (agreed.period_start + interval 1 year - interval 1 day)::date as period_end,
    agreed.text,
    coalesce(agreed.quote_permission_understood, '') = 'Y',
    least(
        (agreed.quote_permission_expires_on + interval 1 day)::date,
        agreed.quote_permission_withdrawn_on
    ) as ends_on
from agreed
inner join cohorts using (authority_code, voice_owner_code, voice_kind, period_start)
where cohorts.children >= $smallest
order by agreed.authority_code, agreed.expression_id
"""


def today() -> date:
    """The day by the clock on the wall, by which permission is given and taken back."""
    return datetime.now(ZoneInfo("Europe/London")).date()


def live_candidates(connection: "DuckDBPyConnection", day: date) -> list[Candidate]:
    """Return the words that may be quoted on a day, if redacted and read by somebody."""
    if not _exists(connection, "staging", _EXPRESSIONS):
        return []
    asked = {"audiences": list(AUDIENCES), "day": day, "smallest": SMALLEST_COHORT}
    found = connection.execute(_LIVE, {**asked, "no_longer_kept": BEGINNING}).fetchall()
    return [Candidate(*row) for row in found]


def known_people(
    connection: "DuckDBPyConnection",
) -> Mapping[tuple[str, str], tuple[KnownPerson, ...]]:
    """Return whom each child's case names, by authority and child.

    Every name that was ever delivered counts: somebody who left the case is named in old words.
    """
    if not _exists(connection, "raw", _NAMES):
        return {}
    found = connection.execute(
        "select distinct deliveries.authority_code, names.person_id, names.role, names.name"
        " from raw.vx_known_name as names inner join ledger.deliveries as deliveries"
        " on names._delivery_number = deliveries.delivery_number"
        " where names.name is not null order by all"
    ).fetchall()
    people: dict[tuple[str, str], list[KnownPerson]] = {}
    for authority, person, role, name in found:
        people.setdefault((authority, person), []).append(KnownPerson(name, role))
    return {case: tuple(known) for case, known in people.items()}


def _exists(connection: "DuckDBPyConnection", schema: str, table: str) -> bool:
    found = connection.execute(
        "select count(*) from information_schema.tables where table_schema = ? and table_name = ?",
        [schema, table],
    ).fetchone()
    return bool(found and found[0])
