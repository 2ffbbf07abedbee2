"""Everything that a region might hand over on one evening, clean and dirty, in one run."""

import json
import shutil
from collections import Counter
from pathlib import Path

import pytest

from tests.faults.bad_files import write_corpus
from tests.support.command import Site, heard
from tests.support.inbox import samples

SYNTHETIC = ("330", "331", "332")
OWN_FORMATS = ("ssd", "voice_extension", "ssda903", "cin_census", "annex_a")
MAPPED = (
    *("advocacy", "case_form_answers", "complaints_and_compliments", "mind_of_my_own"),
    *("practice_examples", "return_interviews", "ssd_voice_questions"),
    *("survey_long", "survey_wide"),
)
# Counts of truth.json, and what status calls them.
COUNTED = {
    "rows": "rows_in",
    "quarantined": "rows_quarantined",
    "duplicates": "rows_duplicate",
}
SAMPLES = {
    "990/ssda903/2031-03-31": ("csc-validator-be-903", "*.csv"),
    "990/annex_a/2026-09-30": ("liia-tools", "Annex_A.xlsx"),
    "990/cin_census/2022-03-31": ("liia-tools", "cin-2022.xml"),
    "991/cin_census/2021-03-31": ("csc-validator-be-cin", "CIN_Census_2021.xml"),
    "991/cin_census/2024-03-31": ("csc-validator-be-cin", "CIN_Census_2024.xml"),
    "992/cin_census/2024-03-31": ("csc-validator-be-cin", "fake_CIN_data.xml"),
    "993/ssda903/2018-03-31": ("cs-demand-model", "2018-*.csv"),
}


@pytest.fixture(scope="module")
def evening(tmp_path_factory: pytest.TempPathFactory) -> Site:
    """Three synthetic authorities, every bad file, and the public samples, run once."""
    folder = tmp_path_factory.mktemp("evening")
    site = Site(inbox=folder / "inbox", home=folder / "home")
    sizes = ("--authorities", "3", "--children", "350", "--years", "3", "--seed", "7")
    made = heard("generate", "--out", str(site.inbox), *sizes, "--as-of", "2026-06-30")
    assert made.returncode == 0, made.stderr
    write_corpus(site.inbox)
    for delivery, (name, pattern) in SAMPLES.items():
        target = site.inbox / delivery
        target.mkdir(parents=True)
        for path in sorted(samples(name).glob(pattern)):
            shutil.copyfile(path, target / path.name)
    ran = heard("run", "--json", site=site)
    assert ran.returncode in (0, 2), ran.stdout + ran.stderr
    return site


def test_status_shows_each_delivery_and_nothing_is_lost(evening: Site) -> None:
    told = heard("status", "--json", site=evening)
    assert told.returncode == 0, told.stderr
    deliveries = json.loads(told.stdout)["deliveries"]
    shown = Counter((line["authority_code"], line["source"], line["as_of"]) for line in deliveries)
    for line in deliveries:
        assert line["rows_in"] == (
            line["rows_loaded"] + line["rows_quarantined"] + line["rows_duplicate"]
        ), line
    for folder in evening.inbox.glob("[0-9][0-9][0-9]/*/????-??-??"):
        authority, source, as_of = folder.relative_to(evening.inbox).parts
        files = [path for path in folder.iterdir() if path.is_file() and not path.is_symlink()]
        landed = shown[authority, source, as_of]
        assert landed == 1 or not any(_is_whole(path) for path in files), folder


def test_each_source_of_each_authority_loaded_rows(evening: Site) -> None:
    told = json.loads(heard("status", "--json", site=evening).stdout)["deliveries"]
    loaded: dict[str, set[str]] = {}
    for line in told:
        if line["rows_loaded"]:
            loaded.setdefault(line["authority_code"], set()).add(line["source"])
    for authority in SYNTHETIC:
        assert loaded[authority] == {*OWN_FORMATS, *MAPPED}
    for delivery in SAMPLES:
        authority, source, _ = delivery.split("/")
        assert source in loaded[authority]


def test_each_synthetic_delivery_has_the_counts_that_were_planted(evening: Site) -> None:
    told = json.loads(heard("status", "--json", site=evening).stdout)["deliveries"]
    truth = json.loads((evening.inbox / "truth.json").read_text("utf-8"))["authorities"]
    assert sorted(truth) == sorted(SYNTHETIC)
    for authority in SYNTHETIC:
        lines = [line for line in told if line["authority_code"] == authority]
        assert len(lines) == len({(line["source"], line["as_of"]) for line in lines})
        for kind, column in COUNTED.items():
            planted: Counter[str] = Counter()
            for name, rows in truth[authority][kind].items():
                planted["/".join(name.split("/")[:2])] += rows
            found = {f"{line['source']}/{line['as_of']}": line[column] for line in lines}
            assert found == {delivery: planted[delivery] for delivery in found}
            assert set(planted) <= set(found)
    states = {line["state"] for line in told if line["authority_code"] in SYNTHETIC}
    assert states == {"loaded"}


def test_every_landed_file_still_is_what_was_delivered(evening: Site) -> None:
    assert heard("verify", site=evening).returncode == 0


def _is_whole(path: Path) -> bool:
    """Whether the inbox takes the file: no temporary or hidden name, no second name."""
    name = path.name.lower()
    is_passing = name.startswith((".", "~$")) or name.endswith(
        (".part", ".partial", ".filepart", ".tmp", ".temp", ".crdownload", "~")
    )
    return not is_passing and name not in ("thumbs.db", "desktop.ini") and path.stat().st_nlink == 1
