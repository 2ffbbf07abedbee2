"""The shape of a mapping, and how to read one line of it.

Belongs here: pydantic models of the YAML files and the rules that a mapping must keep by itself.
Does not belong here: what the target tables hold (compiled) or SQL (ingestion).

A mapping says which delivered columns it knows (`headers`: the name used below, and other names
under which the column may come), and for each target table where its columns come from:

- `from`: a delivered column; of a list, the first that is not blank.
- `value`: always this.
- `template`: a text with delivered columns in braces, `{Survey} {Wave}`.
- `hash`: an id made of delivered columns; it becomes a keyed hash, so nobody can guess them back.
- `values`: delivered value to code; case, blanks and punctuation do not matter.
- `otherwise`: what becomes of a value that `values` does not hold: `as_delivered` (so that it is
  found and counted as not mapped), `blank`, or a code.
- `blank`: the code of a blank cell.
- `as`: `slug` (a code made of the words), `number` (blank if it is none).
- `separator`: the cell holds several values, set apart by this; each is mapped by itself.
- `shared`: the id is that of another source, so it does not get this source's name in front.

Where a survey or a form is wide, `unpivot` turns its question columns into answers. A table that
says `per: answer` has a row for each of them and may use `$question` (its wording),
`$question_code` and `$answer` like columns.
"""

import re
import unicodedata
from typing import Annotated, Literal, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from orchestration.contracts.models import Encoding

_NAME = r"^[a-z][a-z0-9_]{0,62}$"
# May be used like a delivered column wherever a table has one row per answer.
ANSWER_NAMES = ("$question", "$question_code", "$answer")
_BRACED = re.compile(r"\{([^{}]*)\}")
_DAY_FIRST = re.compile(r"^%d[/.-]%m")
_MONTH_FIRST = re.compile(r"^%m[/.-]%d")


class MappingError(ValueError):
    """A mapping cannot be used as it stands; the message says where and what to write."""


def normal(text: str) -> str:
    """A text without case, punctuation and spare blanks; the text itself if nothing else is."""
    folded = unicodedata.normalize("NFC", text).lower()
    words = re.sub(r"[\W_]+", " ", folded).strip()
    return words or folded.strip()


def matches(pattern: str, text: str) -> bool:
    """Whether a name matches a pattern with stars, whatever its case and spare blanks.

    Punctuation does not count either, unless it is all that a piece of the pattern has: `*?` asks
    for a question mark.
    """
    pieces = pattern.split("*")
    if _matches(
        [" ".join(piece.lower().split()) for piece in pieces], " ".join(text.lower().split())
    ):
        return True
    if not all(re.search(r"[^\W_]", piece) for piece in pieces if piece.strip()):
        return False
    return _matches([normal(piece) for piece in pieces], normal(text))


def _matches(pieces: list[str], text: str) -> bool:
    return re.fullmatch(".*".join(map(re.escape, pieces)), text, re.DOTALL) is not None


# What `otherwise` may make of a value that nobody knows, so that it says nothing any more.
_NOTHING_SAID = frozenset({"blank", "not_recorded", "unknown"})


def _as_list(given: object) -> object:
    return [given] if isinstance(given, str) else given


Texts = Annotated[tuple[str, ...], BeforeValidator(_as_list)]


class _Model(BaseModel):
    """Frozen, and strict about misspelt keys, because a typo would lose answers without a word."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


class Where(_Model):
    """A condition on one delivered column; it holds where everything that it says holds."""

    column: str
    equals: Texts = Field(default=(), alias="is")
    differs: Texts = Field(default=(), alias="is_not")
    like: Texts = ()
    unlike: Texts = ()
    filled: bool | None = None

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if not (self.equals or self.differs or self.like or self.unlike) and self.filled is None:
            raise ValueError("a condition needs is:, is_not:, like:, unlike: or filled:")
        return self


class Cell(_Model):
    """Where one target column comes from."""

    source: Texts = Field(default=(), alias="from")
    value: str | None = Field(default=None, min_length=1)
    template: str | None = None
    hash: Texts = ()
    values: dict[str, str] = {}
    otherwise: str = Field(default="as_delivered", min_length=1)
    blank: str | None = None
    shape: Literal["slug", "number"] | None = Field(default=None, alias="as")
    separator: str | None = Field(default=None, min_length=1, max_length=3)
    shared: bool = False

    @property
    def names(self) -> tuple[str, ...]:
        """The delivered columns that it reads."""
        braced = _BRACED.findall(self.template) if self.template else []
        return (*self.source, *self.hash, *braced)

    @property
    def pieces(self) -> list[str]:
        """The template, cut: texts at even places, columns at odd ones."""
        return _BRACED.split(self.template or "")

    @model_validator(mode="after")
    def _is_consistent(self) -> Self:
        given = [bool(self.source), self.value is not None, bool(self.template), bool(self.hash)]
        if sum(given) != 1:
            raise ValueError("give one of from:, value:, template: or hash:")
        if (self.values or self.separator or self.shape) and not self.source:
            raise ValueError("values:, separator: and as: go with from:")
        if self.otherwise != "as_delivered" and not self.values:
            raise ValueError("otherwise: goes with values:")
        if len({normal(key) for key in self.values}) != len(self.values):
            raise ValueError("values: gives one value twice; case and punctuation do not count")
        return self


def _as_question(given: object) -> object:
    return {"code": given} if isinstance(given, str) else given


class Asked(_Model):
    """What is known of a question: its code, and its wording where the header is not that."""

    code: str = Field(pattern=_NAME)
    text: str | None = None


class Unpivot(_Model):
    """The question columns of a wide survey or form."""

    columns: Texts = ()
    leave: Texts = Field(default=(), alias="except")
    # By header; a question that is not listed gets a code made of its words.
    questions: dict[str, Annotated[Asked, BeforeValidator(_as_question)]] = {}

    @model_validator(mode="after")
    def _asks_something(self) -> Self:
        if not (self.columns or self.questions):
            raise ValueError("unpivot needs columns: (patterns) or questions:")
        return self


class Target(_Model):
    """One target table: which rows go there, and where its columns come from."""

    table: str = Field(pattern=_NAME)
    per: Literal["row", "answer"] = "row"
    rows: tuple[Where, ...] = ()
    distinct: bool = False
    columns: dict[str, Cell] = Field(min_length=1)

    @property
    def names(self) -> set[str]:
        """The delivered columns that it reads."""
        cells = [name for cell in self.columns.values() for name in cell.names]
        return {*cells, *(where.column for where in self.rows)}

    def loses(self, cell: Cell) -> bool:
        """Whether a value that no line of a cell knows is kept nowhere in the table."""
        others = (each for each in self.columns.values() if each is not cell and not each.values)
        is_kept = any(each.source == cell.source for each in others)
        return bool(cell.values) and cell.otherwise in _NOTHING_SAID and not is_kept


class Mapping(_Model):
    """One mapped source.

    Attributes:
        source: The name of its folder in the inbox.
        files: Pattern of the file names, `complaints*.csv`.
        sheet: Pattern of the sheets of a workbook.
        encoding: How a CSV file is written; `windows-1252` takes UTF-8 too, as the bytes tell.
        extent: Whether an export holds all that is true, so that what it no longer holds is closed,
            or what is new or changed since the one before, so that it adds to that.
        date_formats: How the file writes dates; ISO dates are always understood.
        headers: The delivered columns: the name used in this mapping, and other names of it.
        unpivot: The question columns, where each is a column of its own.
        leave_out: Rows that are no voice at all, such as a total; they are counted and not loaded.
        tables: The target tables.
    """

    source: str = Field(pattern=_NAME)
    version: str = "1"
    title: str = Field(min_length=1)
    description: str = Field(min_length=1)
    files: Texts = ("*",)
    sheet: Texts = ("*",)
    encoding: Encoding = "utf-8"
    extent: Literal["full", "incremental"] = "full"
    date_formats: Texts = ()
    headers: dict[str, Texts] = Field(min_length=1)
    unpivot: Unpivot | None = None
    leave_out: tuple[Where, ...] = ()
    tables: tuple[Target, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _knows_its_columns(self) -> Self:
        known: dict[str, str] = {}
        for name, others in self.headers.items():
            if name.startswith("$") or "{" in name or "}" in name:
                raise ValueError(f"headers: {name}: a name has no $ in front and no braces")
            for each in (name, *others):
                if known.setdefault(normal(each), name) != name:
                    raise ValueError(f"headers: {each} stands under two columns")
        for place, target in enumerate(self.tables):
            allowed = set(self.headers) | (set(ANSWER_NAMES) if target.per == "answer" else set())
            _require(target.names, allowed, f"tables {place + 1} ({target.table})")
        _require({where.column for where in self.leave_out}, set(self.headers), "leave_out")
        return self

    @model_validator(mode="after")
    def _is_consistent(self) -> Self:
        asked = [target for target in self.tables if target.per == "answer"]
        if asked and self.unpivot is None:
            raise ValueError("per: answer needs unpivot:, which names the question columns")
        if self.unpivot is not None and not asked:
            raise ValueError("unpivot: is given, but no table says per: answer")
        if any(map(_DAY_FIRST.match, self.date_formats)) and any(
            map(_MONTH_FIRST.match, self.date_formats)
        ):
            raise ValueError(
                "date_formats: 03/04/2026 is two days; keep the day first or the month first"
            )
        return self


def _require(names: set[str], allowed: set[str], place: str) -> None:
    unknown = sorted(names - allowed)
    if unknown:
        raise ValueError(
            f"{place}: {', '.join(unknown)} not among headers; list the column there, with its"
            " other names"
        )
