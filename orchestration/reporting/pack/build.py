"""Put a pack together: page one, the annex, and the page for children and young people.

Belongs here: the order of the parts, and what comes along because it must be read beside.
Does not belong here: any part's own content.
"""

from datetime import UTC, date

from orchestration.reporting.pack.annex import annex
from orchestration.reporting.pack.boards import Board, Boards
from orchestration.reporting.pack.content import Pack
from orchestration.reporting.pack.facts import Facts
from orchestration.reporting.pack.front import front_page
from orchestration.reporting.pack.words import day_words
from orchestration.reporting.pack.young import young_page


def build_pack(facts: Facts, board: Board, boards: Boards, since: date | None = None) -> Pack:
    """Return what one board of one authority is told.

    Args:
        facts: What is published of the authority.
        board: Who reads it.
        boards: What is common to all boards.
        since: The day of the board's last pack; None where there was none.
    """
    indicators = indicators_of(facts, board)
    front, verdict = front_page(facts, board, indicators, since)
    release = facts.release
    as_of = release["latest_as_of"]
    return Pack(
        board_id=board.id,
        title=board.title,
        authority_code=facts.authority_code,
        authority_name=boards.authorities.get(
            facts.authority_code, f"Authority {facts.authority_code}"
        ),
        audience=board.audience,
        question=board.question,
        release_id=release["release_id"],
        released_on=day_words(release["released_at"].date()),
        released_at=int(release["released_at"].replace(tzinfo=UTC).timestamp()),
        as_of=day_words(as_of) if as_of else "no known day",
        is_public=board.public,
        verdict=verdict,
        parts=(front, annex(facts, board, indicators, since), young_page(facts, board, boards)),
    )


def indicators_of(facts: Facts, board: Board) -> tuple[str, ...]:
    """Return the indicators of a board, with those without which they must not be read."""
    chosen = list(dict.fromkeys((*board.headline, *board.annex)))
    for name in tuple(chosen):
        known = facts.indicators.get(name)
        beside = str(known.get("read_with") or "") if known else ""
        chosen.extend(
            other
            for other in beside.replace(",", " ").split()
            if other in facts.indicators and other not in chosen
        )
    return tuple(chosen)
