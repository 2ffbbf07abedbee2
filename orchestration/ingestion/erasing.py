"""The parser's tasks for an erasure: look where no columns are, and write a file anew.

Belongs here: the answers of the child process. Does not belong here: asking (parsing), or who is to
be erased, which the child never knows beyond the ids in its request.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from orchestration.ingestion.extracts import Opening
from orchestration.ingestion.rewriting import Removal, rewrite
from orchestration.ingestion.unstaged import write_unstaged

if TYPE_CHECKING:
    from orchestration.mappings.models import Mapping as SourceMapping


def answer(
    opening: Opening, task: Mapping[str, Any], mapping: "SourceMapping | None" = None
) -> dict[str, Any]:
    """Do what the parent asks."""
    if "blanking" in task:
        from orchestration.ingestion.blanking import Blanking, blank_words

        return blank_words(opening, Blanking.from_message(task["blanking"]), mapping)
    if "unstaged" in task:
        return {"unstaged": write_unstaged(opening, task["unstaged"], task["only_comments"])}
    name, removed = rewrite(opening, Removal.from_message(task["removal"]))
    return {"rewritten": name, "removed": removed}
