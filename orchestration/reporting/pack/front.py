"""Page one: what a board reads in a minute.

Belongs here: the order of a board's questions, and how many answers it can take in.
Does not belong here: the rules behind the answers (``judge``) or any drawing.
"""

from datetime import date
from functools import partial

from orchestration.reporting.pack import charts
from orchestration.reporting.pack.boards import Board
from orchestration.reporting.pack.content import (
    Block,
    Bullets,
    Cell,
    Paragraph,
    Part,
    Picture,
    Section,
    Table,
    TableRow,
)
from orchestration.reporting.pack.facts import ALL, Facts, Figure
from orchestration.reporting.pack.figures import (
    breakdown_words,
    group_label,
    interval_cell,
    mark,
    name_of,
    period_of,
    unit_of,
)
from orchestration.reporting.pack.incidents import incident_lines
from orchestration.reporting.pack.judge import (
    Reliance,
    affected,
    change,
    reliance,
    trust,
    year_before,
)
from orchestration.reporting.pack.unseen import MOST, by_weight, is_told, unseen
from orchestration.reporting.pack.words import (
    PROVEN,
    QUALITY,
    blank_cell,
    counted,
    number,
    several,
    value_cell,
)

_RELIES = {"Yes": "Yes.", "With care": "With care.", "No": "No."}


def front_page(
    facts: Facts, board: Board, indicators: tuple[str, ...], since: date | None = None
) -> tuple[Part, str]:
    """Return page one and its verdict in a word or two."""
    found = reliance(facts, board.headline, indicators)
    sections = (
        Section("relied-on", "Can this pack be relied on?", _relied_on(facts, board, found)),
        Section("figures", "The figures that matter most", _figures(facts, board)),
        Section("changed", "What changed", _changed(facts, board, since)),
        Section("unseen", "Whose voice we cannot see", unseen(facts, board, indicators)),
        Section("affected", "Which figures are affected", _affected(facts, board, found)),
        Section("decisions", "Decisions asked", _decisions(facts, board, indicators, found)),
    )
    return Part("front", "", sections), found.verdict


def _relied_on(facts: Facts, board: Board, found: Reliance) -> tuple[Block, ...]:
    if facts.checks is None or not found.judged:
        why = "No check that bears on it has judged the records behind it."
    elif not found.shown:
        why = "None of its main figures can be shown."
    else:
        checks = counted(found.judged, "check that bears", "checks that bear")
        faults = len(found.broken)
        why = f"Of {checks} on it, {faults or 'none'} {'do' if faults > 1 else 'does'} not hold."
        if not faults:
            why = f"Of {checks} on it, all hold or are being watched."
        for names, words in ((found.unfit, "Do not use"), (found.doubtful, "Read with care")):
            if names:
                why += f" {words}: {several(names)}."
    latest = [figure for name in board.headline if (figure := facts.latest(name))]
    period = f" Figures are for: {period_of(latest[0])}." if latest else ""
    return (Paragraph(f"{_RELIES[found.verdict]} {why}{period}", is_verdict=True),)


def _figures(facts: Facts, board: Board) -> tuple[Block, ...]:
    rows = tuple(_headline(facts, name) for name in board.headline)
    headings = ("value", "95 % interval", "against a year before", "trust")
    caption = "Main figures, all children and families"
    return (Table(caption, "What it asks", headings, rows, _drawn(facts, board, rows)),)


def _drawn(facts: Facts, board: Board, rows: tuple[TableRow, ...]) -> Picture | None:
    shown = [
        mark(name_of(facts, name), figure)
        for name in board.headline
        if (figure := facts.latest(name)) and unit_of(facts, name) == "percent"
    ]
    if not any(each.value is not None for each in shown):
        return None
    said = "; ".join(f"{row.label} {row.cells[0].words}" for row in rows)
    return charts.groups(shown, None, f"Drawing of the main figures. {said}.")


def _headline(facts: Facts, name: str) -> TableRow:
    known = facts.indicators.get(name)
    label = f"{name} {known['plain_name']}" if known else name
    figure = facts.latest(name)
    if figure is None:
        state = "no_figure" if known else "not_available"
        cells = (value_cell(None, state), *(blank_cell(state) for _ in range(3)))
        return TableRow(label, cells, indicator=name, group="all")
    cells = (
        value_cell(figure.value, figure.status, unit_of(facts, name)),
        interval_cell(figure),
        Cell(_change_words(facts, figure)),
        Cell(QUALITY.get(trust(facts, figure), "") if figure.value is not None else ""),
    )
    return TableRow(label, cells, indicator=name, period=period_of(figure), group="all")


def _change_words(facts: Facts, figure: Figure) -> str:
    before = year_before(facts, figure)
    how = change(figure, before)
    if how in ("up", "down") and before is not None and before.value is not None:
        return f"{how} from {number(before.value)}"
    if how == "unclear":
        return "no clear change"
    return "" if figure.value is None else "nothing to compare with"


def _changed(facts: Facts, board: Board, since: date | None) -> tuple[Block, ...]:
    latest = [figure for name in board.headline if (figure := facts.latest(name))]
    told = [(figure, change(figure, year_before(facts, figure))) for figure in latest]
    items = [
        f"{name_of(facts, figure.indicator_id)} {_direction(facts, figure.indicator_id, how)}:"
        f" {_change_words(facts, figure)} to"
        f" {value_cell(figure.value, figure.status, unit_of(facts, figure.indicator_id)).words},"
        " more than chance explains."
        for figure, how in told
        if how in ("up", "down")
    ][:MOST]
    if not items:
        known = any(how == "unclear" for _, how in told)
        items = [
            "No main figure changed by more than chance explains."
            if known
            else "Nothing to compare with yet: no main figure can be shown for a year before."
        ]
    return (Bullets((*items, *incident_lines(facts, board, since))),)


def _direction(facts: Facts, indicator: str, how: str) -> str:
    wanted = facts.indicators[indicator]["direction"]
    better = {"higher": "up", "lower": "down"}.get(wanted)
    if better is None:
        return "changed"
    return "got better" if how == better else "got worse"


def _affected(facts: Facts, board: Board, found: Reliance) -> tuple[Block, ...]:
    by_name: dict[str, int] = {}
    for row in found.broken:
        for name in affected(row):
            if name in board.headline:
                by_name[name] = by_name.get(name, 0) + 1
    if not by_name:
        if found.broken:
            return (Paragraph("None of the main figures; in the annex, each table says so."),)
        return (Paragraph("None that we know of."),)
    names = tuple(name for name in board.headline if name in by_name)
    text = f"Records behind {several(names)} have known faults."
    if not board.public:
        claims = [f"“{str(row['sentence']).rstrip('.')}”" for row in found.broken[:2]]
        more = len(found.broken) - len(claims)
        claims += [f"{counted(more, 'more', 'more')} named in the annex"] if more else []
        text += f" What does not hold: {several(tuple(claims))}."
    return (Paragraph(" ".join([text, *_caveats(facts, names)])),)


def _caveats(facts: Facts, names: tuple[str, ...]) -> list[str]:
    """Return how the caveat of the first affected figure is to be worded."""
    for name in names:
        figure, known = facts.latest(name), facts.indicators.get(name, {})
        caveat = (figure.caveat if figure else None) or known.get("caveat")
        if caveat:
            return [f"Take care with {name}: {caveat}"]
    return []


def _decisions(
    facts: Facts, board: Board, indicators: tuple[str, ...], found: Reliance
) -> tuple[Block, ...]:
    asked: list[str] = []
    gaps = [r for r in facts.gaps or () if r["flag"] in PROVEN and is_told(board, indicators, r)]
    if gaps:
        row = min(gaps, key=partial(by_weight, board))
        group = group_label(facts, row["breakdown"], row["breakdown_value"])
        asked.append(
            f"Ask the people concerned ({breakdown_words(row['breakdown'])}: {group}) why"
            f" {name_of(facts, row['indicator_id'])} is worse for them, and plan with them."
        )
    if found.broken and not board.public:
        asked.append(f"Say who does this, and by when: {found.broken[0]['what_to_do']}")
    missing = tuple(
        name
        for name in board.headline
        if (f := facts.latest(name, ALL)) and f.status == "not_available"
    )
    if missing:
        asked.append(f"Decide whether to record what {several(missing)} would need.")
    return (Bullets((*asked, board.ask), is_numbered=True),)
