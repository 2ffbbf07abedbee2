"""What the parser does with a file beside judging it: look at it, or try a mapping on it.

Belongs here: the two tasks, as the parser calls them. Does not belong here: the tasks themselves
(looking, trying), or asking for them (opening).
"""

from typing import Any

from orchestration.ingestion.extracts import Opening
from orchestration.mappings.check import Trial
from orchestration.mappings.inspect import FileFacts
from orchestration.mappings.looking import look
from orchestration.mappings.models import Mapping
from orchestration.mappings.trying import rehearse


def found_by(opening: Opening, mapping: Mapping | None) -> Any:
    """What a file holds, or what a mapping would make of it, in types that JSON knows.

    Raises:
        FileRefusedError: It cannot be read at all.
    """
    from pydantic import TypeAdapter

    if mapping is None:
        return TypeAdapter(FileFacts | None).dump_python(look(opening), mode="json")
    return TypeAdapter(Trial).dump_python(rehearse(opening, mapping), mode="json")
