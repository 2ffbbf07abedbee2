"""Let dbt make messages only of the events that somebody listens to.

dbt turns each of the 1,300 events of a run into a protobuf message with the time, the thread and
its own words, also when no log is written and no callback wants it: a sixth of its own work.

Belongs here: which of dbt's events become messages. dbt has a place for another event manager
(``ctx_set_event_manager``), so this is one.
Does not belong here: what is done with a message, or how dbt is called. This module imports
dbt, so import it where dbt is called.
"""

from typing import Any

from dbt_common.events.base_types import BaseEvent, EventLevel
from dbt_common.events.event_manager import EventManager
from dbt_common.events.event_manager_client import ctx_set_event_manager

NODE_FINISHED = "NodeFinished"
_UNHEARD_LEVELS = frozenset({EventLevel.DEBUG, EventLevel.TEST, EventLevel.INFO})


class HeardEvents(EventManager):
    """dbt's event manager without the messages that nobody would get."""

    def fire_event(
        self,
        e: BaseEvent,
        level: EventLevel | None = None,
        node: Any = None,
        force_warn_or_error_handling: bool = False,
    ) -> None:
        """Pass on warnings, errors, finished nodes, and everything if there is a log."""
        is_unheard = (level or e.level_tag()) in _UNHEARD_LEVELS
        is_wanted = force_warn_or_error_handling or type(e).__name__ == NODE_FINISHED
        if self.loggers or is_wanted or not is_unheard:
            super().fire_event(e, level, node, force_warn_or_error_handling)


def hear_only_what_is_wanted() -> None:
    """Make messages only of what is heard, from now on.

    The manager is not put back: a thread of a build that was stopped still has things to say, and
    dbt's own manager would write them to standard output.
    """
    ctx_set_event_manager(HeardEvents())
