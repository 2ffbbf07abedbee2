"""Everything that a region might hand over on one evening, clean and dirty, in one run."""

import json
import shutil
from collections import Counter
from pathlib import Path

import pytest

from tests.faults.bad_files import write_corpus
from tests.support.command import Site, heard
from tests.support.inbox import samples

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
    sizes = ("--authorities", "3", "--children", "200", "--years", "3", "--seed", "7")
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
    own_formats = {"ssd", "voice_extension", "ssda903", "cin_census", "annex_a"}
    synthetic = [code for code, sources in loaded.items() if own_formats <= sources]
    assert len(synthetic) == 3
    for delivery in SAMPLES:
        authority, source, _ = delivery.split("/")
        assert source in loaded[authority]


def test_every_landed_file_still_is_what_was_delivered(evening: Site) -> None:
    assert heard("verify", site=evening).returncode == 0


def _is_whole(path: Path) -> bool:
    """Whether the inbox takes the file: no temporary or hidden name, no second name."""
    name = path.name.lower()
    is_passing = name.startswith((".", "~$")) or name.endswith(
        (".part", ".partial", ".filepart", ".tmp", ".temp", ".crdownload", "~")
    )
    return not is_passing and name not in ("thumbs.db", "desktop.ini") and path.stat().st_nlink == 1
