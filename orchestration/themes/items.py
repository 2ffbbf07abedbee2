"""Read the recorded words that have no theme yet, with the groups that agreement is told by.

Belongs here: one query. Does not belong here: redaction, or what people decided.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

# Groups by which agreement is told and the suggestion is switched (question F6).
BREAKDOWNS = ("first_language_group", "age_band", "communication_need")
EXPRESSION = "expression"


@dataclass(frozen=True, slots=True)
class Words:
    """Words without a theme; restricted, for they are as they were said."""

    authority_code: str
    subject_kind: str
    subject_id: str
    text_hash: str
    person_key: str
    text: str
    # One value for each of BREAKDOWNS.
    groups: tuple[str, ...]

    @property
    def subject(self) -> tuple[str, str, str, str]:
        """What the ledger knows them by."""
        return self.authority_code, self.subject_kind, self.subject_id, self.text_hash


# Codes that people gave where they work come first: words that have some are not asked about.
_WITHOUT_THEME = """
select
    said.authority_code, 'expression', said.expression_id, sha256(said.text),
    coalesce(said.person_key, ''), said.text,
    {groups}
from staging.stg_voice_extension__expression as said
left join marts.fct_voice_expressions as described
    on
        said.authority_code = described.authority_code
        and said.expression_id = described.expression_id
        and described.evidence_kind = 'recorded'
where
    nullif(trim(said.text), '') is not null
    and nullif(trim(said.theme_codes), '') is null
    and said.authored_by is distinct from 'machine'
order by said.authority_code, said.expression_id
"""


def words_without_theme(connection: "DuckDBPyConnection") -> list[Words]:
    """Return the words that nobody gave a theme where they were recorded."""
    built = connection.execute(
        "select count(*) from information_schema.tables where (table_schema, table_name) in"
        " (('staging', 'stg_voice_extension__expression'), ('marts', 'fct_voice_expressions'))"
    ).fetchone()
    if not built or built[0] < 2:
        return []
    groups = ", ".join(f"coalesce(described.{name}, 'unknown')" for name in BREAKDOWNS)
    found = connection.execute(_WITHOUT_THEME.format(groups=groups)).fetchall()
    return [_words(*row) for row in found]


def _words(
    authority: str, kind: str, subject: str, text_hash: str, person: str, text: str, *groups: str
) -> Words:
    return Words(authority, kind, subject, text_hash, person, text, groups)
