"""What software made a release: a bill of materials in the form of CycloneDX, frozen with it.

Read from the names of the folders that installed packages leave, which takes a few milliseconds;
their own descriptions would take a hundred, every night. It names each package and version in the
form that advisories use (purl), and the hash of the lock that they were installed from.

Belongs here: the document. Does not belong here: where it is frozen (``snapshot``), or asking
anybody whether a package has a known hole (``make audit``).
"""

import hashlib
import re
import sys
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import NAMESPACE_URL, uuid5

BILL = "sbom.cdx.json"
OWN_NAME = "heard"
_LOCK = Path(__file__).resolve().parents[2] / "requirements.lock"
_INSTALLED = ".dist-info"


def bill_of_materials(places: Iterable[Path] | None = None) -> dict[str, Any]:
    """Return what is installed in this environment as a CycloneDX document.

    Args:
        places: Folders with installed packages; those that Python imports from when left out.
    """
    packages = installed(sys_places() if places is None else places)
    own = packages.pop(OWN_NAME, "0")
    components = [_component("library", name, version) for name, version in packages.items()]
    told = [f"{name}=={version}" for name, version in packages.items()]
    serial = uuid5(NAMESPACE_URL, f"heard=={own} {' '.join(told)} {_lock_hash()}")
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
            found.setdefault(re.sub(r"[-_.]+", "-", name).lower(), version)
    return dict(sorted(found.items()))


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
