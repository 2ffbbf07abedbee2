"""Every check dies of something, every fault kills something, and clean data is silent.

One warehouse is enough to see a mutant survive. ``HEARD_KILL_SEEDS=10`` looks at ten, and writes
what it saw into the table that ``docs/checks.md`` shows (``python -m expectations.docs``).
"""

import os
from collections.abc import Sequence
from datetime import timedelta

import duckdb
import pytest

from expectations.codes import codes_from
from expectations.kills import read_kills, write_kills
from expectations.measure import measure
from expectations.registry import load_registry
from tests.support.kill_matrix import Fault, World, counted, load_faults, run_world
from tests.support.quality import AS_OF, MEASURED_AT, clean_warehouse, deliver
from tests.support.quality_sources import VOICE
from tests.support.quality_tables import Part

SEEDS = int(os.environ.get("HEARD_KILL_SEEDS", "1"))
SEEDS_PUBLISHED = 10

# What ordinary checks of completeness, codes and keys do not see, and which of ours do.
MISSED_BY_ORDINARY_CHECKS = {
    "ethnicity is lost for one group only and the total stays good": (
        {"SSD-017"},
        {"SSD-001", "SSD-006", "SSD-013"},
    ),
    "every voice flag is set": ({"MRT-115"}, {"MRT-001", "MRT-101", "MRT-105", "MRT-109"}),
    "participation codes of the last quarter are inflated to PN1": (
        {"MRT-118"},
        {"MRT-107", "MRT-105"},
    ),
    "disability is scrambled between children": (
        {"SSD-018", "CIN-003"},
        {"SSD-003", "SSD-008", "SSD-021"},
    ),
}


@pytest.fixture(scope="module")
def worlds() -> Sequence[World]:
    """One or more warehouses with every fault planted into each."""
    made = [run_world(seed) for seed in range(SEEDS)]
    if SEEDS >= SEEDS_PUBLISHED:
        write_kills(counted(made))
    return made


def test_there_are_enough_checks_and_enough_faults() -> None:
    assert len(load_registry()) >= 120
    assert len(load_faults()) >= 40


def test_clean_data_is_silent(worlds: Sequence[World]) -> None:
    assert {alarm for world in worlds for alarm in world.alarms} == set()


def test_every_check_has_something_to_say_of_clean_data(worlds: Sequence[World]) -> None:
    assert {check_id for world in worlds for check_id in world.silent} == set()


@pytest.mark.parametrize("fault", load_faults(), ids=lambda fault: fault.name.replace(" ", "_"))
def test_a_fault_kills_the_checks_that_are_there_for_it(
    worlds: Sequence[World], fault: Fault
) -> None:
    name, kills = fault.name, set(fault.kills)
    assert kills
    for world in worlds:
        assert kills <= world.killed[name]


def test_every_check_dies_of_a_fault_that_is_there_for_it() -> None:
    planted = {check_id for fault in load_faults() for check_id in fault.kills}
    assert planted == {check.id for check in load_registry()}


@pytest.mark.parametrize("name", MISSED_BY_ORDINARY_CHECKS)
def test_what_ordinary_checks_miss_is_found(worlds: Sequence[World], name: str) -> None:
    finders, blind = MISSED_BY_ORDINARY_CHECKS[name]
    for world in worlds:
        assert finders <= world.killed[name]
        assert not blind & world.killed[name]


def test_nothing_that_used_to_die_survives(worlds: Sequence[World]) -> None:
    published = read_kills()
    assert {kill.seeds for kill in published} == {SEEDS_PUBLISHED}
    survived = [
        (kill.fault, kill.check_id)
        for kill in published
        if kill.is_sure
        for world in worlds
        if kill.check_id not in world.killed.get(kill.fault, ())
    ]
    assert survived == []


def test_the_published_table_is_about_these_faults_and_checks() -> None:
    published = read_kills()
    assert {kill.fault for kill in published} == {fault.name for fault in load_faults()}
    assert {kill.check_id for kill in published} == {check.id for check in load_registry()}


def test_a_second_source_of_a_table_adds_to_it_and_is_no_surge() -> None:
    with duckdb.connect() as con:
        clean_warehouse(con)
        spoken = Part("mind_of_my_own", 900, VOICE["vx_expression"].columns)
        deliver(con, "mind_of_my_own", AS_OF + timedelta(days=1), {"vx_expression": spoken})
        checks = [check for check in load_registry() if check.id in ("VEX-002", "VEX-016")]
        rows = measure(con, checks, codes_from(), MEASURED_AT.date())
    # Both sources' rows are looked at; only the one that came before is held against itself.
    assert {row.check_id: (row.n, row.k) for row in rows} == {
        "VEX-002": (1500, 1500),
        "VEX-016": (600, 600),
    }
