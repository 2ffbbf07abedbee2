"""Let a person watch a long run without any step knowing who watches.

Belongs here: telling a listener which step runs and how far it is.
Does not belong here: drawing (``orchestration.commands``) or anything about the data.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol


class Listener(Protocol):
    """Somebody who wants to know how far a run is."""

    def __call__(self, step: str, done: int, expected: int) -> None:
        """Take note that ``done`` of ``expected`` parts of a step are finished; 0 of 0: started."""


def _nobody(step: str, done: int, expected: int) -> None:
    """Listen to nothing."""


# dbt reports from a thread of its own, so this is one listener a process, not one a context.
_listeners: list[Listener] = [_nobody]


def report(step: str, done: int = 0, expected: int = 0) -> None:
    """Tell the present listener how far a step is."""
    _listeners[-1](step, done, expected)


@contextmanager
def listening(listener: Listener) -> Iterator[None]:
    """Send what is reported to ``listener`` until the block ends."""
    _listeners.append(listener)
    try:
        yield
    finally:
        _listeners.remove(listener)
