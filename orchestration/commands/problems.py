"""Tell a known problem in one line instead of a traceback.

Belongs here: which errors a person can act on.
Does not belong here: errors that are faults of ours; those keep their traceback.
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager

# By name, because importing the modules that define them would cost more than most commands.
KNOWN = frozenset(
    {
        "AmbiguousTableError",
        "DatabaseUnreachableError",
        "DeliveryBusyError",
        "DeliveryExistsError",
        "DemoHomeError",
        "DriverMissingError",
        "ExtractionBrokenError",
        "FileChangedError",
        "HeldBackError",
        "InboxMissingError",
        "MissingKeyError",
        "NotPublishedError",
        "NothingExtractedError",
        "OtherKeyError",
        "PermissionDeniedError",
        "RunInProgressError",
        "SettingsError",
        "TransformError",
        "UnknownExtractSourceError",
        "UnknownIndicatorError",
        "UnknownPeriodError",
        "UnreadableError",
        "UnsafeFileError",
        "UnknownReasonError",
        "ParserFailedError",
        "WarehouseError",
        "WarehouseMissingError",
        "WeakKeyError",
    }
)


@contextmanager
def told_in_one_line() -> Iterator[None]:
    """Turn a known error into one line on stderr and exit code 1."""
    try:
        yield
    except (OSError, ValueError, RuntimeError, LookupError) as error:
        if type(error).__name__ not in KNOWN:
            raise
        sys.stderr.write(f"heard: {error}\n")
        raise SystemExit(1) from None
