"""Draw figures as SVG: dots with intervals and bars, plain enough for a photocopy.

Belongs here: shapes. Every drawing stands beside the table that it is made from, says in its text
alternative what is in it, and tells states apart by shape and word, never by colour alone.
Does not belong here: rounding or wording.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import escape

from orchestration.reporting.pack.content import Picture

WIDTH = 320
PERCENT_AXIS = ("0 %", "50 %", "100 %")
_INK, _LINE, _SOFT = "#1a1a1a", "#1f4e79", "#767676"
_FONT = 12


@dataclass(frozen=True, slots=True)
class Mark:
    """One figure of a drawing: a percentage with its interval, or words where there is none."""

    label: str
    value: float | None
    lower: float | None
    upper: float | None
    instead: str = ""


def trend(marks: Sequence[Mark], alt: str) -> Picture:
    """Draw one figure through time: up is more."""
    top, bottom, left, right = 12, 112, 44, WIDTH - 10
    step = (right - left) / max(1, len(marks))
    body = [
        _line(left, y, right, y, _SOFT, dashed=True) + _text(left - 6, y + 4, label, anchor="end")
        for y, label in zip((bottom, (top + bottom) / 2, top), PERCENT_AXIS, strict=True)
    ]
    for place, mark in enumerate(marks):
        x = left + step * (place + 0.5)
        if mark.value is None:
            # A cross on the floor: something is there and is not shown; it is not a zero.
            body.append(_cross(x, bottom - 8))
            continue
        if mark.lower is not None and mark.upper is not None:
            low, high = (_up(each, top, bottom) for each in (mark.lower, mark.upper))
            body.append(_line(x, low, x, high, _LINE, 2))
            body.extend(_line(x - 4, y, x + 4, y, _LINE, 2) for y in (low, high))
        body.append(_dot(x, _up(mark.value, top, bottom)))
    if marks:
        body.append(_text(left, bottom + 18, marks[0].label))
    if len(marks) > 1:
        body.append(_text(right, bottom + 18, marks[-1].label, anchor="end"))
    return _picture(body, bottom + 26, alt, PERCENT_AXIS)


def groups(marks: Sequence[Mark], everybody: float | None, alt: str) -> Picture:
    """Draw groups under each other: right is more; the dashed line is everybody together."""
    left, right, row = 8, WIDTH - 12, 38
    bottom = 8 + row * len(marks)
    body: list[str] = []
    for place, mark in enumerate(marks):
        y = 8 + row * place
        body.append(_text(left, y + 12, _shortened(mark.label)))
        # Lines keep clear of the words between them.
        body.extend(_line(x, y + 17, x, y + 33, _SOFT) for x in (left, (left + right) / 2, right))
        if everybody is not None:
            x = _across(everybody, left, right)
            body.append(_line(x, y + 17, x, y + 33, _INK, 2, dashed=True))
        if mark.value is None:
            body.append(_cross(left + 10, y + 25) + _text(left + 22, y + 29, mark.instead))
            continue
        if mark.lower is not None and mark.upper is not None:
            low, high = (_across(each, left, right) for each in (mark.lower, mark.upper))
            body.append(_line(low, y + 25, high, y + 25, _LINE, 2))
            body.extend(_line(x, y + 21, x, y + 29, _LINE, 2) for x in (low, high))
        body.append(_dot(_across(mark.value, left, right), y + 25))
    anchors = ("start", "middle", "end")
    for x, label, anchor in zip(
        (left, (left + right) / 2, right), PERCENT_AXIS, anchors, strict=True
    ):
        body.append(_text(x, bottom + 16, label, anchor=anchor))
    return _picture(body, bottom + 24, alt, PERCENT_AXIS)


def steps(marks: Sequence[Mark], alt: str) -> Picture:
    """Draw counts as bars under each other, each as long as its share of the first."""
    left, right, row = 8, WIDTH - 64, 34
    whole = max((mark.value or 0 for mark in marks), default=0)
    body: list[str] = []
    for place, mark in enumerate(marks):
        y = 4 + row * place
        body.append(_text(left, y + 12, mark.label))
        if mark.value is None:
            body.append(_cross(left + 6, y + 22) + _text(left + 18, y + 26, mark.instead))
            continue
        length = (right - left) * mark.value / whole if whole else 0
        body.append(
            f'<rect x="{left}" y="{y + 16}" width="{max(1.0, length):.1f}" height="11"'
            f' fill="{_LINE}"/>' + _text(left + max(1.0, length) + 6, y + 26, mark.instead)
        )
    return _picture(body, 8 + row * len(marks), alt, ())


def _picture(body: Sequence[str], height: float, alt: str, axis: tuple[str, ...]) -> Picture:
    svg = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height:.0f}"'
        f' width="{WIDTH}" height="{height:.0f}" role="img" aria-label="{escape(alt)}"'
        f' font-family="Helvetica, Arial, sans-serif" font-size="{_FONT}">{"".join(body)}</svg>'
    )
    return Picture(svg, alt, axis)


def _up(percent: float, top: float, bottom: float) -> float:
    return bottom - (bottom - top) * min(100.0, max(0.0, percent)) / 100


def _across(percent: float, left: float, right: float) -> float:
    return left + (right - left) * min(100.0, max(0.0, percent)) / 100


def _line(
    x1: float, y1: float, x2: float, y2: float, colour: str, width: int = 1, dashed: bool = False
) -> str:
    dashes = ' stroke-dasharray="3 3"' if dashed else ""
    return (
        f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" stroke="{colour}"'
        f' stroke-width="{width}"{dashes}/>'
    )


def _dot(x: float, y: float) -> str:
    return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="4.5" fill="{_LINE}"/>'


def _cross(x: float, y: float) -> str:
    return _line(x - 4, y - 4, x + 4, y + 4, _INK, 2) + _line(x - 4, y + 4, x + 4, y - 4, _INK, 2)


def _text(x: float, y: float, text: str, anchor: str = "start") -> str:
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" fill="{_INK}">{escape(text)}</text>'
    )


def _shortened(label: str) -> str:
    """Return a label that fits; the table beside the drawing has it whole."""
    room = 50
    return label if len(label) <= room else f"{label[: room - 1]}…"
