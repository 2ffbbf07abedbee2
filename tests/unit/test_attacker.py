"""The attacker breaks what is known to be broken, says nothing untrue, and fails on sor5."""

from collections import Counter
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from orchestration.disclosure.attacker import EXACT, Attack, attack
from orchestration.disclosure.bounding import ContradictionError
from orchestration.disclosure.knowledge import Knowledge, Method
from orchestration.disclosure.programme import CHANGE, COUNT
from orchestration.disclosure.published import Question
from orchestration.disclosure.tables import Release, make_grid
from orchestration.releases.gate import attack_question
from tests.support import disclosure

RAW = Knowledge.from_manifest(disclosure.MANIFEST, disclosure.SPEC, Method.EXACT)
BLANKED = Knowledge.from_manifest(disclosure.SMALL_BLANK, disclosure.SPEC, Method.EXACT)
PROTECTED = Knowledge.from_manifest(disclosure.MANIFEST, disclosure.SPEC)


def _kinds(found: Attack) -> Counter[tuple[str, str]]:
    return Counter((finding.severity, finding.kind) for finding in found.findings)


def _truth(*tables: disclosure.Tables) -> np.ndarray:
    """True counts on the same grid as an attack's: by release, cell and count."""
    return make_grid([Release(str(at), each) for at, each in enumerate(tables)], RAW).values


def _true_targets(found: Attack, truth: np.ndarray) -> np.ndarray:
    """What each target truly is."""
    rows = found.targets.rows
    return np.asarray(rows @ np.nan_to_num(truth).ravel()[: rows.shape[1]])


@pytest.fixture(scope="module")
def before() -> disclosure.Tables:
    return disclosure.true_tables(without=24)


@pytest.fixture(scope="module")
def after() -> disclosure.Tables:
    return disclosure.true_tables()


def test_the_toy_authority_is_that_of_the_vectors(after: disclosure.Tables) -> None:
    for name, published in disclosure.read_tables("sdc_published_dev").items():
        made = disclosure.protected(after)[name]
        pd.testing.assert_frame_equal(
            made[disclosure.COUNTS], published[disclosure.COUNTS].astype(float)
        )
        # A rate that is withheld leaves the counts as they are.
        told = published["sdc_status"].replace("u", "ok")
        assert list(made["sdc_status"]) == list(told)


def test_raw_tables_tell_every_small_count(after: disclosure.Tables) -> None:
    found = attack([Release("one", after)], RAW)
    small = {
        (count, int(row[count]))
        for table in after.values()
        for row in table.to_dict("records")
        for count in disclosure.COUNTS
        if 0 < row[count] < 5
    }
    assert small
    truth = _truth(after)
    told = [finding for finding in found.findings if finding.kind == COUNT]
    assert {finding.severity for finding in told} == {EXACT}
    assert len(told) == ((truth > 0) & (truth < 5)).sum()


@pytest.mark.parametrize("blank", [disclosure.small_blank, disclosure.small_left_out])
def test_blanks_alone_are_filled_in_from_the_margins_and_rightly(
    blank: Callable[[disclosure.Tables], disclosure.Tables], after: disclosure.Tables
) -> None:
    found = attack([Release("one", blank(after))], BLANKED)
    assert _kinds(found)[EXACT, COUNT] >= 7
    actual = _true_targets(found, _truth(after))
    assert (found.low <= actual)[found.is_proved].all()
    assert (found.high >= actual)[found.is_proved].all()


def test_two_exact_releases_tell_each_small_change_as_well(
    before: disclosure.Tables, after: disclosure.Tables
) -> None:
    releases = [Release(str(at), each) for at, each in enumerate((before, after))]
    assert _kinds(attack(releases, RAW))[EXACT, CHANGE] > 50


def test_sor5_holds_in_one_release_and_in_two(
    before: disclosure.Tables, after: disclosure.Tables
) -> None:
    releases = [
        Release(name, disclosure.protected(tables))
        for name, tables in (("before", before), ("after", after))
    ]
    assert not attack(releases[1:], PROTECTED).findings
    assert not attack(releases, PROTECTED).findings


def test_what_is_said_of_sor5_is_true_of_the_truth(after: disclosure.Tables) -> None:
    published = Release("one", disclosure.protected(after))
    found = attack([published], PROTECTED, every=True)
    actual = _true_targets(found, _truth(after))
    assert (found.low <= actual).all()
    assert (found.high >= actual).all()
    left = found.high - found.low + 1
    small = (found.targets.kinds == COUNT) & (actual > 0) & (actual < 5)
    # The specification: the narrowest small cell still has nine values.
    children = found.targets.measures == 0
    assert left[small & children].min() >= 9


def test_few_new_children_are_told_when_counts_are_known_to_grow(
    after: disclosure.Tables,
) -> None:
    fewer = disclosure.true_tables(without=5)
    releases = [
        Release(name, disclosure.protected(tables))
        for name, tables in (("before", fewer), ("after", after))
    ]
    found = attack(releases, replace(PROTECTED, only_grows=True))
    assert found.findings
    assert EXACT not in {finding.severity for finding in found.findings}


def test_numbers_that_no_truth_fits_are_a_contradiction_not_an_all_clear(
    before: disclosure.Tables, after: disclosure.Tables
) -> None:
    first = Release("one", disclosure.protected(before))
    other = Release("two", disclosure.protected(after, key="another key"))
    with pytest.raises(ContradictionError, match="contradict"):
        attack([first, other], PROTECTED)
    assert not attack([first, other], replace(PROTECTED, is_sticky=False)).findings
    # Each by itself is sound, so no rest that is in no part explains it away.
    assert attack_question(_question(PROTECTED, first, other)) is None


def test_parts_of_less_than_their_whole_are_attacked_as_such(after: disclosure.Tables) -> None:
    # Forty children are in the whole of everything, and in no part of any breakdown.
    tables = disclosure.protected(after)
    short = {}
    for name, table in tables.items():
        is_whole = (table[disclosure.SPEC["tables"][name]] == "Total").all(axis=1)
        more = table[disclosure.COUNTS].add(40.0).where(is_whole, table[disclosure.COUNTS])
        short[name] = table.assign(**more)
    with pytest.raises(ContradictionError, match="contradict"):
        attack([Release("one", short)], PROTECTED)
    assert attack_question(_question(PROTECTED, Release("one", short))) == ()


def _question(knowledge: Knowledge, *releases: Release) -> Question:
    grid = make_grid(releases, knowledge)
    return Question("330", "voice", grid, knowledge, np.zeros(len(grid.totals), dtype=bool))


def test_a_finding_never_says_the_value(after: disclosure.Tables) -> None:
    found = attack([Release("one", disclosure.small_blank(after))], BLANKED)
    assert {finding.values_left for finding in found.findings} <= {1, 2, 3}
    assert not {"low", "high", "value"} & set(dir(found.findings[0]))
