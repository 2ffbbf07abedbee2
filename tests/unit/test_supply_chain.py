"""What Heard is made of: locked with hashes, nothing else imported, and told with each release."""

import json
import re
import sys
from importlib.metadata import distributions, packages_distributions
from pathlib import Path

import pytest

from orchestration.releases.bill import bill_of_materials, installed
from tests.support.command import REPOSITORY

_LOCKED = re.compile(r"^([A-Za-z0-9][^ =]*)==([^ ;\\]+)", re.MULTILINE)
_IMPORT = re.compile(r"^\s*(?:from|import) +([A-Za-z_]\w*)", re.MULTILINE)
# Extras with a lock of their own or none: imported late, and said by name where they are missing.
_EXTRAS = {"presidio_analyzer", "spacy"}
_OURS = {"orchestration", "expectations"}


def _name(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def _blocks() -> list[str]:
    lock = (REPOSITORY / "requirements.lock").read_text()
    return [block for block in re.split(r"\n(?=[A-Za-z0-9])", lock) if "==" in block]


def test_every_locked_package_has_one_version_and_its_hashes() -> None:
    # A package may have another version for another Python: then its line says for which.
    lines = [block.partition("\\")[0].strip() for block in _blocks()]
    unconditional = [_name(line.partition("==")[0]) for line in lines if ";" not in line]
    assert len(unconditional) == len(set(unconditional))
    assert all(_LOCKED.match(line) for line in lines)
    assert not [block for block in _blocks() if not re.search(r"--hash=sha256:[0-9a-f]{64}", block)]


def test_everything_that_is_imported_is_locked() -> None:
    locked = {_name(found.group(1)) for block in _blocks() if (found := _LOCKED.match(block))}
    imported = {
        module
        for package in _OURS
        for path in (REPOSITORY / package).rglob("*.py")
        for module in _IMPORT.findall(_code(path))
    } - (_OURS | _EXTRAS | set(sys.stdlib_module_names))
    assert {"dagster", "duckdb", "click"} <= imported
    provided = packages_distributions()
    assert not {m for m in imported if not {_name(n) for n in provided.get(m, [])} & locked}


def _code(path: Path) -> str:
    """A module without its texts, in which a line may begin with "from"."""
    return re.sub(r'"""[\s\S]*?"""', "", path.read_text(encoding="utf-8"))


def test_a_bill_of_materials_names_every_installed_package() -> None:
    told = {each["name"]: each["version"] for each in bill_of_materials()["components"]}
    known = {_name(each.metadata["Name"]): each.version for each in distributions()}
    known.pop("heard", None)
    assert told == known


def test_a_package_in_two_folders_counts_where_python_finds_it_first(tmp_path: Path) -> None:
    for folder, version in (("first", "2.0"), ("second", "1.0")):
        (tmp_path / folder / f"Some_Package-{version}.dist-info").mkdir(parents=True)
    assert installed([tmp_path / "first", tmp_path / "second"]) == {"some-package": "2.0"}


def test_a_licence_is_told_as_the_package_states_it_and_not_guessed(tmp_path: Path) -> None:
    stated = {
        "One-1.0": "License-Expression: MIT OR Apache-2.0\nLicense: see file",
        "two-1.0": "Classifier: License :: OSI Approved :: BSD License\nLicense: the whole\n text",
        "three-1.0": "License: ISC",
        "four-1.0": "License: UNKNOWN",
        "five-1.0": "Name: five\n\nLicense: only in the text below",
    }
    for name, told in stated.items():
        folder = tmp_path / f"{name}.dist-info"
        folder.mkdir()
        (folder / "METADATA").write_text(f"{told}\n\nA text.\n")
    bill = bill_of_materials([tmp_path])
    assert {each["name"]: each.get("licenses") for each in bill["components"]} == {
        "one": [{"expression": "MIT OR Apache-2.0"}],
        "two": [{"license": {"name": "BSD License"}}],
        "three": [{"license": {"name": "ISC"}}],
        "four": None,
        "five": None,
    }
    # Every night the packages are the same, and nobody reads their descriptions again.
    before = tmp_path / "sbom.cdx.json"
    before.write_text(json.dumps(bill))
    (tmp_path / "three-1.0.dist-info" / "METADATA").unlink()
    assert bill_of_materials([tmp_path], before)["components"] == bill["components"]
    (tmp_path / "six-1.0.dist-info").mkdir()
    told = {each["name"]: each for each in bill_of_materials([tmp_path], before)["components"]}
    assert "licenses" not in told["three"]


def test_the_same_packages_have_the_same_serial_number() -> None:
    assert bill_of_materials()["serialNumber"] == bill_of_materials()["serialNumber"]
    assert bill_of_materials([])["serialNumber"] != bill_of_materials()["serialNumber"]


def test_a_bill_of_materials_is_one_by_the_standards_own_schema() -> None:
    schema = pytest.importorskip("cyclonedx.schema", reason="make install brings it")
    validation = pytest.importorskip("cyclonedx.validation.json")
    validator = validation.JsonStrictValidator(schema.SchemaVersion.V1_6)
    try:
        wrong = validator.validate_str(json.dumps(bill_of_materials()))
    except validation.MissingOptionalDependencyException:
        pytest.skip("the schema needs its extra for formats")
    assert wrong is None
