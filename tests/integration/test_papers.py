"""Governance papers say what the running configuration says, and leave the rest to people."""

import csv
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import duckdb
import pytest

from orchestration.commands.papers import count_checks
from orchestration.papers.blanks import MARK, PaperAnswersError
from orchestration.papers.facts import CheckFacts, read_facts
from orchestration.papers.render import PAPERS, Paper, write_papers
from orchestration.transform import prepare_manifest, read_manifest
from tests.support.command import KEY, REPOSITORY

CHECKS = CheckFacts(count=173, by_severity={}, blocking=41)
PROMISED = REPOSITORY / "tests" / "conventions" / "published_columns.csv"


@pytest.fixture(scope="module")
def manifest(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Any]:
    return read_manifest(prepare_manifest(tmp_path_factory.mktemp("parsed")))


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home folder with a published table of invented deliveries, and one that no model makes."""
    monkeypatch.setenv("HEARD_PSEUDONYM_KEY", KEY)
    monkeypatch.chdir(tmp_path)
    folder = tmp_path / "home"
    (folder / "published").mkdir(parents=True)
    with duckdb.connect(str(folder / "published" / "heard.duckdb")) as con:
        con.execute(
            """
            create schema published;
            create table published.delivery as
                select '331' as authority_code, 'ssd' as source, date '2026-09-30' as as_of;
            create table published.release as select 'R7' as release_id;
            create table published.added (anything varchar);
            comment on column published.added.anything is 'What a release adds | by itself.';
            """
        )
    return folder


@pytest.fixture(autouse=True)
def _pages_only_where_asked(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A page of the dictionary takes longer than all the rest."""
    if "page" not in request.node.name and "marked" not in request.node.name:
        monkeypatch.setattr("orchestration.papers.render._page", lambda *_: "")


def papers(home: Path, manifest: Mapping[str, Any]) -> dict[str, Paper]:
    made = write_papers(home, home / "reports", read_facts(home, manifest, CHECKS))
    return {paper.name: paper for paper in made}


def table_of(markdown: str, heading: str) -> set[str]:
    """The first cells of the table under a heading."""
    part = markdown.split(f"\n### {heading}\n", 1)[1].split("\n#", 1)[0]
    return set(re.findall(r"^\| ([a-z_0-9]+) \|", part, re.MULTILINE))


def test_every_promised_column_is_in_the_dictionary(
    home: Path, manifest: Mapping[str, Any]
) -> None:
    published = papers(home, manifest)["data_dictionary"].markdown.split("\n## Restricted", 1)[0]
    with PROMISED.open(newline="", encoding="utf-8") as handle:
        promised = [(row["model"], row["column"]) for row in csv.DictReader(handle)]
    assert len(promised) > 100
    missing = [each for each in promised if each[1] not in table_of(published, each[0])]
    assert missing == []
    # As is what a release adds without a model.
    assert "anything" in table_of(published, "added")


def test_what_becomes_of_an_identifier_is_told(home: Path, manifest: Mapping[str, Any]) -> None:
    text = papers(home, manifest)["data_dictionary"].markdown
    (name,) = re.findall(r"^\| pers_forename \| .*$", text, re.MULTILINE)
    assert "direct_identifier" in name
    assert "never loaded" in name
    (person,) = re.findall(r"^\| pers_person_id \| .*$", text, re.MULTILINE)
    assert "keyed hash" in person


def test_a_changed_setting_changes_the_paper(
    home: Path, manifest: Mapping[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    before = papers(home, manifest)
    assert "go out by themselves here" in before["dpia"].markdown
    (home / "releases.yml").write_text("release: approval\napprovers: 3\nprofile: public\n")
    (home / "boards.yml").write_text("boards: {scrutiny: null}\n")
    (home / "alerts.yaml").write_text(
        "routes: [{name: night, board: operators, address: HEARD_ALERT_NIGHT}]\n"
    )
    (home / "retention.yaml").write_text(
        "- {what: deliveries, source: ssd, keep_months: 13, from: as_of, basis: b, why: w}\n"
    )
    monkeypatch.setenv("HEARD_LINK_AUTHORITIES", "yes")
    after = papers(home, manifest)
    dpia = after["dpia"].markdown
    assert "3 named people approve" in dpia
    assert "profile `public`" in dpia
    assert "HEARD_LINK_AUTHORITIES=yes" in dpia
    assert "night (Operators)" in dpia
    assert "3 named people approve" in after["algorithmic_transparency"].markdown
    assert "scrutiny committee" in before["algorithmic_transparency"].markdown
    assert "scrutiny committee" not in after["algorithmic_transparency"].markdown
    assert "13 months" in after["retention_schedule"].markdown


def test_the_papers_say_who_else_can_open_it_and_never_where(
    home: Path, manifest: Mapping[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    alone = papers(home, manifest)["dpia"].markdown
    assert "the service account alone. No server holds a copy" in " ".join(alone.split())
    monkeypatch.setenv("HEARD_PUBLISHED_GROUP", "boardreaders")
    monkeypatch.setenv("HEARD_PUBLISH_URL", "postgresql://p:hidden@db.example.gov.uk/heard")
    served = papers(home, manifest)["dpia"].markdown
    assert "the group `boardreaders`" in served
    assert "without any row of a child" in served
    monkeypatch.setenv("HEARD_PUBLISH_MARTS", "yes")
    (home / "theme_frame.csv").write_text(
        "frame_version,theme_code,line\n2027-ours,school,School.\n"
    )
    (home / "releases.yml").write_text("release: approval\nclosed_periods: frozen\n")
    after = papers(home, manifest)
    assert "pseudonymous rows of children" in after["dpia"].markdown
    assert "stay as they were released" in after["dpia"].markdown
    assert "`2027-ours`" in after["algorithmic_transparency"].markdown
    assert not any("db.example" in paper.markdown for paper in after.values())


def test_what_people_must_say_is_marked_until_they_say_it(
    home: Path, manifest: Mapping[str, Any]
) -> None:
    dpia = papers(home, manifest)["dpia"]
    assert "lawful_basis" in dpia.blanks
    assert dpia.markdown.count(MARK) == len(dpia.blanks)
    (home / "papers.yml").write_text(
        "lawful_basis: Public task | <b>section 17</b>\ndpia_owner: ' '\n"
    )
    answered = papers(home, manifest)["dpia"]
    assert set(dpia.blanks) - set(answered.blanks) == {"lawful_basis"}
    assert "Public task" in answered.markdown
    # A page shows what was written, and obeys none of it.
    assert "&lt;b&gt;section 17" in answered.html


@pytest.mark.parametrize("text", ["lawfull_basis: x\n", "- a\n", "a: [", "dpia_owner: 3\n"])
def test_answers_that_nobody_asks_for_are_refused(
    text: str, home: Path, manifest: Mapping[str, Any]
) -> None:
    (home / "papers.yml").write_text(text)
    with pytest.raises(PaperAnswersError, match=r"papers\.yml"):
        papers(home, manifest)


def test_a_paper_names_the_key_and_tells_nothing_of_it(
    home: Path, manifest: Mapping[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    with_key = papers(home, manifest)["dpia"].markdown
    monkeypatch.setenv("HEARD_DISCLOSURE_KEY", "c4" * 32)
    with_other = papers(home, manifest)["dpia"].markdown
    monkeypatch.delenv("HEARD_PSEUDONYM_KEY")
    without = papers(home, manifest)["dpia"].markdown
    assert len({with_key, with_other, without}) == 3
    assert KEY[:8] not in with_key
    assert "`not set` (pseudonyms)" in without


def test_each_paper_is_a_page_that_needs_nothing_else_and_no_warehouse(
    home: Path, manifest: Mapping[str, Any]
) -> None:
    (home / "warehouse.duckdb").write_bytes(b"whoever opens this fails")
    made = papers(home, manifest)
    assert made.keys() == PAPERS.keys()
    for paper in made.values():
        written = (home / "reports" / f"{paper.name}.html").read_text()
        assert written == paper.html
        assert "default-src &#39;none&#39;" in written
        assert not re.search(r"<script|<img|<link|src=|https?://", written)
        assert "331" in written or paper.name != "dpia"


def test_the_checks_are_counted_as_they_are(home: Path, manifest: Mapping[str, Any]) -> None:
    found = count_checks()
    assert found.count == sum(found.by_severity.values()) > 100
    assert 0 < found.blocking < found.count
    assert "173 checks, 41 of which" in papers(home, manifest)["dpia"].markdown


def test_before_anything_was_published_the_papers_say_so(
    home: Path, manifest: Mapping[str, Any]
) -> None:
    (home / "published" / "heard.duckdb").unlink()
    made = papers(home, manifest)
    assert "nothing was published yet" in made["dpia"].markdown
    assert "indicator_value" in made["data_dictionary"].markdown
