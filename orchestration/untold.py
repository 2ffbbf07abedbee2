"""See to it that no error, warning or log line of this process tells a value of a row.

The last boundary: what nobody foresaw still ends on standard error, in the journal of the service
or in Dagster's run history, and libraries quote what they choke on. From here on they tell which
kind of error it was and where in the code, and their words only if those surely hold no value.

Belongs here: the places where Python and Dagster turn an error into text.
Does not belong here: which texts are safe (``privacy.messages``), or importing Dagster before it
is needed.
"""

import logging
import resource
import sys
import threading
import traceback
import warnings
from types import TracebackType
from typing import Any, TextIO

from orchestration.privacy.messages import OURS, WITHHELD, tellable


def keep_values_untold() -> None:
    """Let nothing that nobody caught tell a value, in any thread; leave no memory image either."""
    sys.excepthook = _tell
    threading.excepthook = lambda told: _tell(told.exc_type, told.exc_value, told.exc_traceback)
    sys.unraisablehook = lambda told: _tell(told.exc_type, told.exc_value, told.exc_traceback)
    warnings.showwarning = _warn
    # What is logged where nobody chose a handler goes through this one.
    last = logging.StreamHandler()
    last.setLevel(logging.WARNING)
    last.setFormatter(_KindOnly())
    logging.lastResort = last
    # A core file is the memory of the process: every row it held.
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def keep_values_out_of_dagster() -> None:
    """Have Dagster keep and show of an error what may be told; the second call changes nothing.

    Every error it stores (steps, runs, sensors) or prints passes through one class method. Its own
    setting for this (``DAGSTER_REDACT_USER_CODE_ERRORS``) would hide our words as well, and log
    the whole error elsewhere.
    """
    from dagster_shared.error import SerializableErrorInfo

    whole = SerializableErrorInfo.from_traceback.__func__  # type: ignore[attr-defined]
    if whole.__module__ == __name__:
        return

    def from_traceback(cls: Any, tb: traceback.TracebackException) -> Any:
        # It calls itself, and so this, for causes and contexts.
        return whole(cls, tb)._replace(message=_last_line(tb))

    SerializableErrorInfo.from_traceback = classmethod(from_traceback)  # type: ignore[assignment]


def told_of(error: BaseException) -> str:
    """Return an error and all that led to it as text: kinds, places, and words that may be told."""
    parts = []
    found: traceback.TracebackException | None = traceback.TracebackException.from_exception(error)
    while found is not None:
        stack = "".join(found.stack.format())
        parts.append(f"Traceback (most recent call last):\n{stack}{_last_line(found)}")
        found = found.__cause__ or (None if found.__suppress_context__ else found.__context__)
    return "\nwhich came of this:\n\n".join(parts)


def _last_line(found: traceback.TracebackException) -> str:
    # Notes and the members of a group are other people's words too, and are left out.
    kind = found.exc_type or BaseException
    name = kind.__qualname__ if kind.__module__ == "builtins" else _full_name(kind)
    text = tellable(kind, str(found))
    return f"{name}: {text}\n" if text else f"{name}\n"


def _full_name(kind: type[BaseException]) -> str:
    return f"{kind.__module__}.{kind.__qualname__}"


def _tell(
    kind: type[BaseException], error: BaseException | None, _trace: TracebackType | None
) -> None:
    told = f"{_full_name(kind)}\n" if error is None else told_of(error)
    sys.stderr.write(told)


def _warn(
    message: Warning | str,
    category: type[Warning],
    filename: str,
    lineno: int,
    file: TextIO | None = None,
    line: str | None = None,
) -> None:
    del message, line
    told = f"{filename}:{lineno}: {category.__name__} ({WITHHELD})\n"
    (file or sys.stderr).write(told)


class _KindOnly(logging.Formatter):
    """Tells our own log lines, and of others only that there was one."""

    def format(self, record: logging.LogRecord) -> str:
        """Return one line; an error that came with it is told as any other."""
        is_ours = record.name.partition(".")[0] in OURS
        told = record.getMessage() if is_ours else WITHHELD
        error = record.exc_info[1] if record.exc_info else None
        line = f"{record.levelname} {record.name}: {told}"
        return line if error is None else f"{line}\n{told_of(error)}"
