"""Further tables of the annex: the thread, themes, sessions, examples, information, checks.

Belongs here: one function a table, each ready for a release that has not got it.
Does not belong here: the indicators (``annex``).
"""

from collections.abc import Callable, Mapping, Sequence

from orchestration.reporting.pack import charts
from orchestration.reporting.pack.boards import Board, SectionName
from orchestration.reporting.pack.content import Block, Cell, Paragraph, Table, TableRow
from orchestration.reporting.pack.facts import Facts
from orchestration.reporting.pack.words import (
    NOT_YET,
    OUTCOMES,
    count_cell,
    day_words,
    period_words,
    several,
)
from orchestration.reporting.published import Row

_STEPS = ("opportunities", "voiced", "own_words", "considered", "changed", "told")
_STEP_WORDS = (
    "should have been heard",
    "were heard",
    "in their own words",
    "considered in a decision",
    "changed the decision",
    "were told",
)
_CHILDREN = ("child", "young_person")
_CHANGED = {
    "changes_agreed": "changes agreed",
    "changes_done": "changes done",
    "told": "told after",
}


def thread(facts: Facts, board: Board) -> tuple[Block, ...]:  # noqa: ARG001 - one shape for all
    """Return the drop from opportunity to reply, for children, stage by stage."""
    if facts.thread is None:
        return (Paragraph(NOT_YET.format(what="The steps from opportunity to reply")),)
    found = [
        row
        for row in facts.thread
        if row["voice_owner"] in _CHILDREN
        and row.get("voice_kind", "as_information") == "as_information"
        and row["opportunities"] is not None
    ]
    hidden = sum(1 for row in facts.thread if row["voice_owner"] in _CHILDREN) - len(found)
    blocks: list[Block] = [_thread_table(facts, row) for row in found]
    if not blocks:
        blocks.append(Paragraph("Suppressed: too few children at every stage to show the steps."))
    elif hidden > 0:
        blocks.append(Paragraph("Stages that are not here have too few children to show."))
    return tuple(blocks)


def _thread_table(facts: Facts, row: Row) -> Table:
    period = period_words(row["period_type"], row["period_start"], row["period_end"])
    who = facts.label("voice_owner", row["voice_owner"])
    stage = facts.label("stage", row["stage"])
    rows = tuple(
        TableRow(
            words,
            (count_cell(row[step], row["status"]),),
            period=period,
            group=f"stage: {row['stage']}, voice owner: {row['voice_owner']}",
        )
        for step, words in zip(_STEPS, _STEP_WORDS, strict=True)
    )
    marks = [
        charts.Mark(
            each.label, row[step] if each.cells[0].value else None, None, None, each.cells[0].words
        )
        for step, each in zip(_STEPS, rows, strict=True)
    ]
    said = "; ".join(f"{each.label}: {each.cells[0].words}" for each in rows)
    name = f"{stage}, {who.lower()}"
    picture = charts.steps(
        marks, f"Drawing of the steps from opportunity to reply. {name}. {said}."
    )
    return Table(f"{name}, {period}", "Step", ("times",), rows, picture)


def themes(facts: Facts, board: Board) -> tuple[Block, ...]:  # noqa: ARG001
    """Return what children and young people talk about, and how much of it got a reply."""
    if facts.themes is None:
        return (Paragraph(NOT_YET.format(what="Themes")),)
    found = [
        row
        for row in facts.themes
        if row["voice_owner"] in _CHILDREN
        and row["theme_code"] != "all"
        and (row["source"], row["voice_kind"]) == ("all", "all")
    ]
    shown = [row for row in found if row["items"] is not None]
    shown.sort(key=lambda row: (row["voice_owner"], -row["items"], row["theme_code"]))
    return (
        *_counts_table(
            facts,
            shown,
            "What children and young people talk about",
            "Theme",
            lambda row: f"{_who(facts, row)}: {facts.label('theme', row['theme_code'])}",
            {"items": "times said", "replied": "replied to"},
            lambda row: f"theme: {row['theme_code']}, voice owner: {row['voice_owner']}",
        ),
        *_too_few(
            [
                f"{_who(facts, row)}: {facts.label('theme', row['theme_code'])}"
                for row in found
                if row["items"] is None
            ]
        ),
    )


def information(facts: Facts, board: Board) -> tuple[Block, ...]:  # noqa: ARG001
    """Return voice about information: what people ask and think of what we do with it."""
    if facts.information is None:
        return (Paragraph(NOT_YET.format(what="Requests about information")),)
    shown = [row for row in facts.information if row["requests"] is not None]
    hidden = [row for row in facts.information if row["requests"] is None]
    return (
        Paragraph(
            "What people ask about information on them: to be told, to see it, to correct it, to"
            " object, to complain. Few requests can mean that people do not know that they may ask."
        ),
        *_counts_table(
            facts,
            shown,
            "Requests about information",
            "Who asked for what",
            lambda row: f"{facts.label('kind', row['kind'])}: {_who(facts, row).lower()}",
            {
                "requests": "requests",
                "due": "due",
                "in_time": "in time",
                "understood": "understood",
                "accepted": "accepted or noted",
            },
            lambda row: f"kind: {row['kind']}, voice owner: {row['voice_owner']}",
        ),
        *_too_few(
            [f"{facts.label('kind', row['kind'])}: {_who(facts, row).lower()}" for row in hidden]
        ),
    )


def participation(facts: Facts, board: Board) -> tuple[Block, ...]:  # noqa: ARG001
    """Return sessions with people, and what came of them."""
    if facts.sessions is None:
        return (Paragraph(NOT_YET.format(what="Sessions with children and families")),)
    rows = tuple(
        TableRow(
            f"{row['kind'].replace('_', ' ').capitalize()}: {_who(facts, row).lower()}",
            (
                count_cell(row["sessions"], "shown"),
                count_cell(row["people"], row["status"]),
                *(count_cell(row[name], "shown") for name in _CHANGED),
            ),
            period=period_words(row["period_type"], row["period_start"], row["period_end"]),
            group=f"kind: {row['kind']}, practice: {row['framework_practice']}",
        )
        for row in facts.sessions
    )
    if not rows:
        return (Paragraph("No figure: no session was held, or none was recorded."),)
    headings = ("sessions", "people", *_CHANGED.values())
    return (Table(f"You said, we did, {rows[0].period}", "Session", headings, rows),)


def examples(facts: Facts, board: Board) -> tuple[Block, ...]:  # noqa: ARG001
    """Return local examples of voice in the use of information."""
    if facts.examples is None:
        return (Paragraph(NOT_YET.format(what="Examples of practice")),)
    rows = tuple(
        TableRow(
            str(row["title"] or row["example_id"]),
            (
                Cell(facts.label("framework_practice", row["framework_practice"] or "")),
                Cell(str(row["status"] or "").replace("_", " ")),
            ),
        )
        for row in facts.examples
    )
    if not rows:
        return (Paragraph("No example was recorded."),)
    return (Table("Examples of practice", "Example", ("practice", "how far"), rows),)


def deliveries(facts: Facts, board: Board) -> tuple[Block, ...]:  # noqa: ARG001
    """Return what arrived, and how many of its rows could be used."""
    if not facts.deliveries:
        return (Paragraph("Not available: nothing was delivered."),)
    newest: dict[str, list[Row]] = {}
    for row in facts.deliveries:
        newest.setdefault(row["source"], []).append(row)
    rows = []
    for source, found in sorted(newest.items()):
        as_of = max(row["as_of"] for row in found)
        here = [row for row in found if row["as_of"] == as_of]
        small = sum(1 for row in here if row["status"] != "shown")
        rows.append(
            TableRow(
                source.replace("_", " "),
                (
                    Cell(day_words(as_of)),
                    Cell(f"{len(here)}", f"{len(here)}", "shown", is_number=True),
                    Cell(f"{small}", f"{small}", "shown", is_number=True),
                ),
            )
        )
    headings = ("data as of", "tables", "of these, with too few rows to count")
    return (Table("What was delivered last", "Source", headings, tuple(rows)),)


def checks(facts: Facts, board: Board) -> tuple[Block, ...]:  # noqa: ARG001
    """Return every check by its outcome, worst first, with what to do."""
    if not facts.checks:
        return (Paragraph(NOT_YET.format(what="Results of checks")),)
    order = ("error", "fail", "watch", "too_small", "not_applicable", "pass")
    tally = "; ".join(
        f"{OUTCOMES[outcome]}: {found}"
        for outcome in order
        if (found := sum(1 for row in facts.checks if row["outcome"] == outcome))
    )
    told = sorted(
        (row for row in facts.checks if row["outcome"] != "pass"),
        key=lambda row: (
            order.index(row["outcome"]) if row["outcome"] in order else 0,
            row["check_id"],
        ),
    )
    rows = tuple(
        TableRow(
            f"{row['check_id']} {row['sentence']}",
            (Cell(OUTCOMES.get(row["outcome"], row["outcome"])), Cell(str(row["what_to_do"]))),
        )
        for row in told
    )
    table = Table("Checks that do not plainly hold", "Claim", ("outcome", "what to do"), rows)
    return (Paragraph(f"Of all checks, {tally}."), *((table,) if rows else ()))


FURTHER: Mapping[SectionName, tuple[str, Callable[[Facts, Board], tuple[Block, ...]]]] = {
    "thread": ("From opportunity to reply", thread),
    "themes": ("What is said", themes),
    "participation": ("You said, we did", participation),
    "examples": ("Examples of practice", examples),
    "information": ("Voice about information", information),
    "deliveries": ("What was delivered", deliveries),
    "checks": ("What the checks found", checks),
}


def _who(facts: Facts, row: Row) -> str:
    return facts.label("voice_owner", row["voice_owner"])


def _too_few(names: Sequence[str]) -> tuple[Paragraph, ...]:
    if not names:
        return ()
    return (Paragraph(f"Suppressed, too few people to show: {several(tuple(names), 8)}."),)


def _counts_table(
    facts: Facts,  # noqa: ARG001
    found: Sequence[Row],
    caption: str,
    heading: str,
    label: Callable[[Row], str],
    columns: Mapping[str, str],
    group: Callable[[Row], str],
) -> tuple[Table, ...]:
    rows = tuple(
        TableRow(
            label(row),
            tuple(count_cell(row[name], row["status"]) for name in columns),
            period=period_words(row["period_type"], row["period_start"], row["period_end"]),
            group=group(row),
        )
        for row in found
    )
    if not rows:
        return ()
    return (Table(f"{caption}, {rows[0].period}", heading, tuple(columns.values()), rows),)
