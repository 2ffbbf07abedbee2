"""Say that somebody was erased, without saying who.

Belongs here: `HOME/erasures/<erasure>.json`: what, when, which files, by whom and why.
Does not belong here: doing it.
"""

from pathlib import Path
from typing import Any

from orchestration.erasure.tombstones import erasures_folder
from orchestration.files import replace_text
from orchestration.sealed import BrokenSealError, seal, unseal


def write_certificate(home: Path, erasure_id: str, told: dict[str, Any]) -> Path:
    """Write the certificate of one erasure."""
    path = erasures_folder(home) / f"{erasure_id}.json"
    replace_text(path, seal({"erasure_id": erasure_id, **told}))
    return path


def read_certificates(home: Path) -> list[dict[str, Any]]:
    """Every certificate, oldest first; one that was changed is left out."""
    found = []
    # An erasure, or what was kept long enough.
    for path in sorted(erasures_folder(home).glob("[ER]-*.json")):
        try:
            found.append(unseal(path.read_bytes()))
        except BrokenSealError:
            continue
    return found
