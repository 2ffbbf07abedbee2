"""Find in one authority's files the moments that no visit or review is: contacts, moves, checks.

Belongs here: those moments by the published definitions, as slow as it takes. Does not belong
here: any import from the project.
"""

from collections import defaultdict
from datetime import date
from typing import TYPE_CHECKING, Any

from tests.support.synthetic_clock import chain, day, health_clock, home_clock, visit_clock

if TYPE_CHECKING:
    from tests.support.synthetic_extract import Extract

_SPEAKERS = {"1C": "child", "1A": "parent_carer"}
_ASKED_TO_MOVE = {"CHILD": "child", "CREQB": "caregiver", "CREQO": "caregiver"}
_NO_FORM = {
    "SDQ2": {"caregiver": "declined"},
    "SDQ3": {"child": "not_appropriate", "caregiver": "not_appropriate"},
    "SDQ5": {"child": "declined", "caregiver": "not_able"},
}
_NO_CONTACT = {"REFU": "declined", "NREQ": "not_appropriate", "RHOM": "not_appropriate"}


def named_kind(table: str, kind: str) -> str:
    """Return the kind where one row of the table is the occasion of several."""
    return kind if table == "ssd_care_leavers" else ""


def parts_at_home(
    begun: date, left: date | None, orders: list[Any], reviews: list[Any]
) -> list[tuple[str, date, date | None]]:
    """Cut a placement with parents where its clock of visits changes."""
    # Care begins with the child's first order, and only reviews since then can be its first.
    care = min(when for when, _ in orders)
    first_review = min((held for held, _, _ in reviews if held >= care), default=date.max)
    turns = {begun, *(when for when, _ in orders), first_review}
    parts: list[tuple[str, date, date | None]] = []
    for turn in sorted(one for one in turns if begun <= one < (left or date.max)):
        order = max((when, code) for when, code in orders if when <= turn)[1]
        variant = {"C1": "interim", "C2": "full"}.get(order, "")
        if variant == "interim" and turn >= first_review:
            variant = "interim, reviewed"
        if parts and parts[-1][0] == variant:
            continue
        if parts:
            parts[-1] = (*parts[-1][:2], turn)
        parts.append((variant, turn, left))
    return parts


def add_care_visits(extract: "Extract", reviews: dict[str, list[Any]]) -> None:
    """Add visits to looked-after children, placement by placement."""
    visits = defaultdict(list)
    for row in extract.read("ssd", "ssd_cla_visits"):
        held = day(row["clav_cla_visit_date"])
        if row["clav_cla_visit_id"] and held:
            flags = f"{row['clav_cla_visit_seen']}|{row['clav_cla_visit_seen_alone']}"
            visits[row["clav_person_id"]].append((held, row["clav_cla_visit_id"], flags))
    orders = defaultdict(list)
    for row in extract.read("ssd", "ssd_legal_status"):
        begun = day(row["lega_legal_status_start_date"])
        orders[row["lega_person_id"]].append((begun, row["lega_legal_status"]))
    for row in extract.read("ssd", "ssd_cla_placement"):
        person, placement = row["clap_person_id"], row["clap_cla_placement_type"]
        begun, left = (day(row[f"clap_cla_placement_{edge}_date"]) for edge in ("start", "end"))
        assert begun is not None
        parts = [("", begun, left)]
        if placement == "P1":
            parts = parts_at_home(begun, left, orders[person], reviews[person])
        for variant, start, end in parts if person not in extract.breaks else []:
            inside = [v for v in visits[person] if start <= v[0] and (not end or v[0] < end)]
            clock = home_clock(variant) if variant else visit_clock(start, placement)
            second = "parent_carer" if variant == "full" else "caregiver"
            for kind, due, held, key, flags in chain(start, end, inside, clock):
                seen, _, alone = flags.partition("|")
                facts = {"seen": seen, "alone": alone}
                owners = ("child", second)
                extract.add(kind, person, due, held, "ssd_cla_visits", key, owners, **facts)


def add_routine(extract: "Extract") -> None:
    """Add contacts, moves, orders, health, questionnaires, officers, advisers, leaving care."""
    for row in extract.read("ssd", "ssd_contacts"):
        held, key = day(row["cont_contact_date"]), row["cont_contact_id"]
        answers = {_SPEAKERS.get(row["cont_contact_source_code"], ""): "voiced"}
        owners = ("child", "parent_carer")
        person = row["cont_person_id"]
        extract.add("CONTACT", person, None, held, "ssd_contacts", key, owners, answers)
    _moves_and_orders(extract)
    _health(extract)
    _leaving(extract)
    for row in extract.read("ssd", "ssd_sdq_scores"):
        reason, person = row["csdq_sdq_reason"], row["csdq_person_id"]
        if reason == "SDQ1" or person in extract.breaks:
            continue
        answers = _NO_FORM.get(reason, {}) if reason else {"caregiver": "voiced"}
        owners = ("child", "caregiver") if "child" in answers else ("caregiver",)
        held, key = day(row["csdq_sdq_completed_date"]), row["csdq_table_id"]
        extract.add("SDQ", person, None, held, "ssd_sdq_scores", key, owners, answers)


def _moves_and_orders(extract: "Extract") -> None:
    everyone = ("child", "parent_carer", "caregiver")
    for row in extract.read("ssd", "ssd_cla_placement"):
        reason, person = row["clap_cla_placement_change_reason"], row["clap_person_id"]
        if not reason or person in extract.breaks:
            continue
        held, key = day(row["clap_cla_placement_end_date"]), row["clap_cla_placement_id"]
        answers = {_ASKED_TO_MOVE.get(reason, ""): "voiced"}
        table = "ssd_cla_placement"
        extract.add("PLACEMENT_DECISION", person, None, held, table, key, everyone, answers)
    for row in extract.read("ssd", "ssd_legal_status"):
        if row["lega_legal_status"] == "V2":
            person, key = row["lega_person_id"], row["lega_legal_status_id"]
            held, owners = day(row["lega_legal_status_start_date"]), ("child", "parent_carer")
            extract.add("S20_START", person, None, held, "ssd_legal_status", key, owners)


def _health(extract: "Extract") -> None:
    checks = defaultdict(list)
    for row in extract.read("ssd", "ssd_cla_health"):
        held = day(row["clah_health_check_date"])
        checks[row["clah_person_id"]].append((held, row["clah_health_check_id"], ""))
    for person, (start, end) in _periods(extract).items():
        inside = [one for one in checks[person] if start <= one[0] and (not end or one[0] <= end)]
        clock = health_clock(extract.born.get(person))
        for kind, due, held, key, _ in chain(start, end, inside, clock):
            owners, table = ("child", "caregiver"), "ssd_cla_health"
            extract.add(kind, person, due, held, table, key, owners)


def _periods(extract: "Extract") -> dict[str, tuple[date, date | None]]:
    """Return each child's one period of care, without short breaks."""
    spans: dict[str, list[tuple[date, date | None]]] = defaultdict(list)
    for row in extract.read("ssd", "ssd_cla_episodes"):
        start, end = (day(row[f"clae_cla_episode_{edge}_date"]) for edge in ("start", "ceased"))
        assert start is not None
        if row["clae_person_id"] not in extract.breaks:
            spans[row["clae_person_id"]].append((start, end))
    return {
        person: (
            min(start for start, _ in found),
            None if any(end is None for _, end in found) else max(e for _, e in found if e),
        )
        for person, found in spans.items()
    }


def _leaving(extract: "Extract") -> None:
    identifiers = {}
    for row in extract.read("ssd", "ssd_cla_episodes"):
        person, held = row["clae_person_id"], day(row["clae_cla_last_iro_contact_date"])
        identifiers[person] = row["clae_cla_id"]
        if held and person not in extract.breaks:
            key, table = row["clae_cla_episode_id"], "ssd_cla_episodes"
            extract.add("IRO_CONTACT", person, None, held, table, key, ("child",))
    for person, (_, end) in _periods(extract).items():
        if end:
            key, table = identifiers[person], "ssd_cla_episodes"
            extract.add("EXIT_CARE", person, None, end, table, key, ("young_person",))
    for row in extract.read("ssd", "ssd_care_leavers"):
        held, key = day(row["clea_care_leaver_latest_contact"]), row["clea_table_id"]
        answers = {"young_person": _NO_CONTACT.get(row["clea_care_leaver_in_touch"], "")}
        person, table = row["clea_person_id"], "ssd_care_leavers"
        extract.add("PA_VISIT", person, None, held, table, key, ("young_person",), answers)
