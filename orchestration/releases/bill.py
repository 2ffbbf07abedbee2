"""What software made a release: a bill of materials in the form of CycloneDX, frozen with it.

Names and versions are those of the folders that installed packages leave, which takes a few
milliseconds. Licences stand in their own descriptions, which takes a hundred, so those are read
only when the packages are not the same as in the bill before. It names each package in the form
that advisories use (purl), and the hash of the lock that they were installed from.

Belongs here: the document. Does not belong here: where it is frozen (``snapshot``), or asking
anybody whether a package has a known hole (``make audit``).
"""

import hashlib
import json
import re
import sys
from collections.abc import Iterable
from datetime import UTC, datetime
from email import message_from_bytes
from pathlib import Path
from typing import Any
from uuid import NAMESPACE_URL, uuid5

BILL = "sbom.cdx.json"
OWN_NAME = "heard"
_LOCK = Path(__file__).resolve().parents[2] / "requirements.lock"
_INSTALLED = ".dist-info"
_FILED = "License ::"
# Says only that there is some licence of that kind.
_TOO_WIDE = "OSI Approved"
_LONGEST = 100


def bill_of_materials(
    places: Iterable[Path] | None = None, before: Path | None = None
) -> dict[str, Any]:
    """Return what is installed in this environment as a CycloneDX document.

    Args:
        places: Folders with installed packages; those that Python imports from when left out.
        before: The bill of an earlier release; its licences are taken over while nothing changed.
    """
    searched = list(sys_places() if places is None else places)
    packages = installed(searched)
    own = packages.pop(OWN_NAME, "0")
    told = [f"{name}=={version}" for name, version in packages.items()]
    serial = uuid5(NAMESPACE_URL, f"heard=={own} {' '.join(told)} {_lock_hash()}")
    licences = _licences_before(before, f"urn:uuid:{serial}")
    if licences is None:
        licences = licences_in(searched)
    components = [
        _component("library", name, version) | _licensed(licences.get(name))
        for name, version in packages.items()
    ]
    return {
        "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": f"urn:uuid:{serial}",
        "version": 1,
        "metadata": {
            "timestamp": datetime.now(UTC).isoformat(timespec="seconds"),
            "component": _component("application", OWN_NAME, own),
            "properties": [
                {"name": "heard:python", "value": sys.version.split()[0]},
                {"name": "heard:requirements.lock:sha256", "value": _lock_hash()},
            ],
        },
        "components": components,
        "dependencies": [
            {
                "ref": f"{OWN_NAME}@{own}",
                "dependsOn": [component["bom-ref"] for component in components],
            }
        ],
    }


def installed(places: Iterable[Path]) -> dict[str, str]:
    """Return the version of each installed package by its name, in the order of names.

    A package that is in two folders counts where Python finds it first.
    """
    found: dict[str, str] = {}
    for place in places:
        for folder in place.glob(f"*{_INSTALLED}"):
            name, _, version = folder.name.removesuffix(_INSTALLED).partition("-")
            found.setdefault(_plain(name), version)
    return dict(sorted(found.items()))


def licences_in(places: Iterable[Path]) -> dict[str, dict[str, Any]]:
    """Return the licence that each installed package states, in the form of CycloneDX.

    An expression (SPDX) comes first, then what the package was filed under, then a short text. One
    that states none has none here: whoever needs to know has to look.
    """
    found: dict[str, dict[str, Any]] = {}
    for place in places:
        for folder in sorted(place.glob(f"*{_INSTALLED}")):
            name = _plain(folder.name.removesuffix(_INSTALLED).partition("-")[0])
            if name not in found and (stated := _stated(folder / "METADATA")):
                found[name] = stated
    return found


def _stated(path: Path) -> dict[str, Any] | None:
    try:
        told = message_from_bytes(path.read_bytes().split(b"\n\n", 1)[0])
    except FileNotFoundError:
        return None
    if expression := told.get("License-Expression"):
        return {"expression": str(expression).strip()}
    filed = [
        str(each).rpartition("::")[2].strip()
        for each in told.get_all("Classifier", [])
        if str(each).startswith(_FILED)
    ]
    text = str(told.get("License", "")).strip()
    name = " and ".join(each for each in filed if each != _TOO_WIDE) or text
    # Some packages put their whole licence there.
    is_name = bool(name) and len(name) <= _LONGEST and "\n" not in name and name != "UNKNOWN"
    return {"license": {"name": name}} if is_name else None


def _licences_before(before: Path | None, serial: str) -> dict[str, dict[str, Any]] | None:
    """The licences of the bill before, if it is of the same packages."""
    if before is None:
        return None
    try:
        told = json.loads(before.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    if told.get("serialNumber") != serial:
        return None
    found = {
        part["name"]: part["licenses"][0] for part in told["components"] if part.get("licenses")
    }
    # A bill of before licences were written down says none.
    return found or None


def _licensed(stated: dict[str, Any] | None) -> dict[str, Any]:
    return {"licenses": [stated]} if stated else {}


def _plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def sys_places() -> list[Path]:
    """Return the folders that Python imports from."""
    return [Path(place) for place in sys.path if place and Path(place).is_dir()]


def _component(kind: str, name: str, version: str) -> dict[str, Any]:
    reference = f"{name}@{version}"
    return {
        "type": kind,
        "bom-ref": reference,
        "name": name,
        "version": version,
        "purl": f"pkg:pypi/{reference.replace('+', '%2B')}",
    }


def _lock_hash() -> str:
    return hashlib.sha256(_LOCK.read_bytes()).hexdigest() if _LOCK.is_file() else "not at hand"
