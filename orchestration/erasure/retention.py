"""How long what is kept, as data, and what is past that.

Belongs here: reading `retention.yaml` and `HOME/retention.yaml`, and finding what is past its time.
Does not belong here: removing it (``orchestration.expiring``).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from datetime import date
from pathlib import Path
from typing import Any

import yaml

from orchestration.erasure.tombstones import erasures_folder
from orchestration.files import replace_text
from orchestration.ingestion.delivery_manifest import DeliveryRecord
from orchestration.sealed import BrokenSealError, seal, unseal

SETTINGS_FILE = "retention.yaml"
EVERY = "*"
DELIVERIES, WORDS, RELEASES, LOGS = "deliveries", "words", "releases", "logs"
_FROM = {DELIVERIES: "as_of", WORDS: "said_on", RELEASES: "released_at", LOGS: "started_at"}
_SHIPPED = Path(__file__).with_name(SETTINGS_FILE)
_MONTHS = 12
_EXPIRED, _WORDLESS = "expired.json", "words.json"
# By authority and source: a day, or before which day.
Days = dict[tuple[str, str], date]


class RetentionError(ValueError):
    """The rules of retention cannot be used."""


@dataclass(frozen=True, slots=True)
class Rule:
    """How long one thing is kept, from which day, on what basis and why."""

    what: str
    source: str
    keep_months: int
    since: str
    basis: str
    why: str

    def first_kept(self, today: date) -> date:
        """The first day that is kept; what is older goes."""
        month = today.year * _MONTHS + today.month - 1 - self.keep_months
        # The last days of a month that is too short for them begin the next one.
        days = min(today.day, 28)
        return date(month // _MONTHS, month % _MONTHS + 1, days)


def read_rules(home: Path) -> dict[tuple[str, str], Rule]:
    """The rules by what and source: a home folder's own before those that Heard proposes.

    Raises:
        RetentionError: A line is not understood.
    """
    found = _rules(_SHIPPED)
    if (home / SETTINGS_FILE).is_file():
        found |= _rules(home / SETTINGS_FILE)
    return found


def rule_for(rules: Mapping[tuple[str, str], Rule], what: str, source: str = EVERY) -> Rule:
    """The rule of one source, else that of every source."""
    return rules.get((what, source)) or rules[what, EVERY]


def past_retention(
    records: Iterable[DeliveryRecord], rules: Mapping[tuple[str, str], Rule], today: date
) -> list[DeliveryRecord]:
    """The deliveries that are older than their rule keeps; never the newest of a source."""
    known = list(records)
    newest: dict[tuple[str, str], date] = {}
    for record in known:
        place = (record.landed.authority_code, record.landed.source)
        newest[place] = max(record.landed.as_of, newest.get(place, record.landed.as_of))
    return [
        record
        for record in known
        for landed in [record.landed]
        if landed.as_of < newest[landed.authority_code, landed.source]
        and landed.as_of < rule_for(rules, DELIVERIES, landed.source).first_kept(today)
    ]


def expired_until(home: Path) -> Days:
    """Up to which day the deliveries of an authority and source are gone for good.

    Raises:
        RetentionError: The file that says so is damaged.
    """
    return _noted(home, _EXPIRED)


def note_expired(home: Path, gone: Iterable[DeliveryRecord]) -> None:
    """Remember what is gone, so that an old folder of the inbox does not bring it back."""
    days: Days = {}
    for record in gone:
        place = (record.landed.authority_code, record.landed.source)
        days[place] = max(record.landed.as_of, days.get(place, record.landed.as_of))
    _note(home, _EXPIRED, days)


def wordless_before(home: Path) -> Days:
    """Before which day nobody's words of an authority and source are kept any more.

    Raises:
        RetentionError: The file that says so is damaged.
    """
    return _noted(home, _WORDLESS)


def note_wordless(home: Path, days: Days) -> None:
    """Remember whose words went, so that the next extract does not bring them back."""
    _note(home, _WORDLESS, days)


def _noted(home: Path, name: str) -> Days:
    path = erasures_folder(home) / name
    try:
        stored = unseal(path.read_bytes())["until"]
    except FileNotFoundError:
        return {}
    except BrokenSealError:
        raise RetentionError(f"{path} is damaged; put back a copy of it") from None
    return {(authority, source): date.fromisoformat(day) for authority, source, day in stored}


def _note(home: Path, name: str, days: Days) -> None:
    """Write the later of two days; none is taken back."""
    known = _noted(home, name)
    for place, day in days.items():
        known[place] = max(day, known.get(place, day))
    listed = [[*place, day.isoformat()] for place, day in sorted(known.items())]
    replace_text(erasures_folder(home) / name, seal({"until": listed}))


def _rules(path: Path) -> dict[tuple[str, str], Rule]:
    try:
        lines = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (yaml.YAMLError, UnicodeDecodeError):
        raise RetentionError(f"{path} is no YAML; see docs/erasure.md") from None
    if not isinstance(lines, list):
        raise RetentionError(f"{path} is a list of rules; see docs/erasure.md")
    rules = [_rule(path, line) for line in lines]
    return {(rule.what, rule.source): rule for rule in rules}


def _rule(path: Path, line: Any) -> Rule:
    names = {each.name for each in fields(Rule)} - {"since"} | {"from"}
    if not isinstance(line, dict) or set(line) != names:
        raise RetentionError(f"{path}: a rule has {', '.join(sorted(names))}")
    rule = Rule(**{("since" if name == "from" else name): value for name, value in line.items()})
    months = rule.keep_months
    if rule.what not in _FROM or rule.since != _FROM[rule.what]:
        told = ", ".join(f"{what} from {since}" for what, since in _FROM.items())
        raise RetentionError(f"{path}: what and from are {told}")
    if not isinstance(months, int) or isinstance(months, bool) or months < 1:
        raise RetentionError(f"{path}: keep_months is a number, 1 or more")
    if not str(rule.basis).strip() or not str(rule.why).strip():
        raise RetentionError(f"{path}: say the basis of each rule, and why")
    return rule
