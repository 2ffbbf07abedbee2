"""Write the corpus of bad files: every way we know in which a delivered file can be wrong.

`python -m tests.faults.bad_files FOLDER` writes an inbox with one delivery for each entry of
bad_files.yaml and, beside the bad file, a good neighbour that must load whatever happens.

Belongs here: the manifest, and laying out the inbox. Does not belong here: the bytes of binary
formats (bad_csv, bad_xml, bad_workbooks, bad_parquet, bad_entries) or what ingestion does.
"""

import os
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from tests.faults import bad_census, bad_csv, bad_entries, bad_parquet, bad_workbooks, bad_xml
from tests.faults.texts import CANARY, filled

_MANIFEST = Path(__file__).with_name("bad_files.yaml")
_AS_OF = {"ssda903": "2026-03-31", "cin_census": "2026-03-31"}
# Where a maker leaves room for the code of the authority that delivers the file.
_WHOSE = "@@@"
_MAKERS: dict[str, Callable[[], bytes]] = {
    **bad_csv.MAKERS,
    **bad_xml.MAKERS,
    **bad_census.MAKERS,
    **bad_workbooks.MAKERS,
    **bad_parquet.MAKERS,
}
# What lies beside each bad file and has nothing wrong with it.
NEIGHBOURS: dict[str, tuple[str, str, str]] = {
    "ssd": ("ssd_family.csv", "fami_table_id,fami_family_id\nF1,G1\n", "ssd_family"),
    "ssda903": ("uasc.csv", "CHILD,SEX,DOB,DUC\n1,1,01/02/2010,\n", "ssda903_uasc"),
    "voice_extension": (
        "vx_communication_need.csv",
        "person_id,valid_from\n1,2020-01-01\n",
        "vx_communication_need",
    ),
}


@dataclass(frozen=True)
class BadFile:
    """One entry of the manifest.

    Attributes:
        name: Its name in the manifest.
        group: What is wrong with it, roughly.
        authority: The authority whose only delivery holds it.
        source: What it is delivered as.
        file: Under which name it is recorded.
        classes: What may become of it.
        reasons: Why it may be refused or ignored; empty where that does not happen.
        spec: The whole entry.
    """

    name: str
    group: str
    authority: str
    source: str
    file: str
    classes: tuple[str, ...]
    reasons: tuple[str, ...]
    spec: Mapping[str, Any]

    @property
    def as_of(self) -> str:
        """The date of its delivery."""
        return _AS_OF.get(self.source, "2026-09-30")

    @property
    def folder(self) -> str:
        """Where its delivery lies in the inbox."""
        return f"{self.authority}/{self.source}/{self.as_of}"


def read_manifest() -> list[BadFile]:
    """Every bad file, in the manifest's order."""
    with _MANIFEST.open(encoding="utf-8") as stream:
        groups = yaml.safe_load(stream)
    defaults = groups.pop("defaults")
    listed = [(group, defaults | entry) for group, entries in groups.items() for entry in entries]
    return [
        BadFile(
            name=spec["name"],
            group=group,
            authority=spec.get("authority", f"{500 + place}"),
            source=spec["source"],
            file=spec["file"],
            classes=_several(spec["class"]),
            reasons=_several(spec.get("reason", ())),
            spec=spec,
        )
        for place, (group, spec) in enumerate(listed)
    ]


def write_corpus(folder: Path, files: Sequence[BadFile] | None = None) -> list[BadFile]:
    """Write the bad files, each with its neighbour, as an inbox."""
    chosen = list(read_manifest() if files is None else files)
    for bad in chosen:
        place = folder / bad.folder
        place.mkdir(parents=True)
        neighbour = NEIGHBOURS.get(bad.source)
        if neighbour is not None:
            (place / neighbour[0]).write_text(neighbour[1])
        _write(place, bad)
    return chosen


def content_of(bad: BadFile) -> bytes:
    """The bytes of a bad file; a census says in its header whose it is."""
    if "make" in bad.spec:
        content = _MAKERS[bad.spec["make"]]()
        for encoding in ("ascii", "utf-16-le"):
            content = content.replace(_WHOSE.encode(encoding), bad.authority.encode(encoding))
        return content
    text = filled(bad.spec["text"])
    return text.encode(bad.spec.get("encoding", "utf-8"))


def _write(place: Path, bad: BadFile) -> None:
    if "make_entry" in bad.spec:
        bad_entries.ENTRIES[bad.spec["make_entry"]](place / bad.file)
        return
    name = os.fsencode(bad.file)
    if "make_name" in bad.spec:
        name = bad_entries.NAMES[bad.spec["make_name"]]
    content = content_of(bad)
    for each in (name, *map(os.fsencode, bad.spec.get("also", ()))):
        (place / os.fsdecode(each)).write_bytes(content)


def _several(value: str | Sequence[str]) -> tuple[str, ...]:
    return (value,) if isinstance(value, str) else tuple(value)


if __name__ == "__main__":
    written = write_corpus(Path(sys.argv[1]))
    sys.stdout.write(f"{len(written)} bad files in {sys.argv[1]}; the canary is {CANARY}\n")
