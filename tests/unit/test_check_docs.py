"""The page on checks is the registry's own, and says something of every one."""

import re

from expectations.docs import PAGE, render
from expectations.kills import read_kills
from expectations.registry import load_registry


def test_the_committed_page_is_what_the_registry_makes() -> None:
    """To mend it: python -m expectations.docs."""
    assert PAGE.read_text(encoding="utf-8") == render()


def test_every_check_has_its_place_on_the_page() -> None:
    told = re.findall(r"^### ([A-Z0-9]{3}-[0-9]{3}) ", PAGE.read_text("utf-8"), re.MULTILINE)
    assert sorted(told) == sorted(check.id for check in load_registry())


def test_every_planted_fault_is_on_the_page() -> None:
    page = PAGE.read_text("utf-8")
    assert [kill.fault for kill in read_kills() if f"| {kill.fault} |" not in page] == []
