"""What lies in the inbox and was not taken, and what it waits for.

Belongs here: asking the inbox, for whoever runs Heard. Does not belong here: deciding what is a
complete delivery (``ingestion.inbox``).
"""

from pathlib import Path

from orchestration.ingestion.inbox import InboxMissingError, find_deliveries
from orchestration.ingestion.results import Ignored
from orchestration.mappings.loader import source_contracts


def left_in_inbox(inbox: Path, home: Path) -> tuple[Ignored, ...]:
    """Everything of the inbox that a run leaves alone, with the reason; nothing without an inbox.

    The settle time is not asked for: what has not settled is taken a minute later.
    """
    try:
        return find_deliveries(inbox, source_contracts(home), 0).ignored
    except InboxMissingError:
        return ()
