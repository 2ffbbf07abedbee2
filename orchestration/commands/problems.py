"""Tell a known problem in one line instead of a traceback.

Belongs here: which errors a person can act on.
Does not belong here: errors that are faults of ours; those keep their traceback (``untold``).
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager

from orchestration.privacy.messages import is_ours

# By name, because importing the modules that define them would cost more than most commands.
KNOWN = frozenset(
    {
        "AccessRefusedError",
        "AlertAddressError",
        "AlertAddressUnusableError",
        "AlertLibraryMissingError",
        "AlertSettingsError",
        "AmbiguousTableError",
        "BoardSettingsError",
        "DatabaseUnreachableError",
        "DeliveryBusyError",
        "DeliveryExistsError",
        "DemoHomeError",
        "DiskFullError",
        "DriverMissingError",
        "ErasureIncompleteError",
        "ErasurePendingError",
        "ExtractionBrokenError",
        "FileChangedError",
        "HeldBackError",
        "InboxMissingError",
        "IncidentActionError",
        "IncidentLedgerError",
        "KeyFileError",
        "KeyFileExistsError",
        "LocalClocksError",
        "MappingError",
        "MappingExistsError",
        "MissingKeyError",
        "NoEmbedderError",
        "NoNameFinderError",
        "NobodyNamedError",
        "NotErasableError",
        "NotPublishedError",
        "NothingExtractedError",
        "OtherKeyError",
        "PaperAnswersError",
        "ParserFailedError",
        "PermissionDeniedError",
        "PersonUnknownError",
        "QuoteError",
        "QuoteLedgerError",
        "RebuildRefusedError",
        "ReleaseActionError",
        "ReleaseLedgerError",
        "ReleaseSettingsError",
        "RetentionError",
        "RotationRefusedError",
        "RunInProgressError",
        "ServerError",
        "SettingsError",
        "SnapshotError",
        "SpreadsheetError",
        "ThemeError",
        "ThemeFrameError",
        "ThemeLedgerError",
        "TableRefusedError",
        "TombstoneError",
        "TransformError",
        "UnfitFileError",
        "UnknownExtractSourceError",
        "UnknownIndicatorError",
        "UnknownMomentError",
        "UnknownPeriodError",
        "UnknownProfileError",
        "UnknownReasonError",
        "UnreadableError",
        "UnsafeFileError",
        "WarehouseError",
        "WarehouseMissingError",
        "WeakKeyError",
    }
)

# EX_TEMPFAIL of sysexits.h: nothing is wrong, try again later.
BUSY = 75
CODES = {"RunInProgressError": BUSY}


@contextmanager
def told_in_one_line() -> Iterator[None]:
    """Turn a known error into one line on stderr and exit code 1, or 75 while another run is on."""
    try:
        yield
    except (OSError, ValueError, RuntimeError, LookupError) as error:
        if not (is_ours(type(error)) and type(error).__name__ in KNOWN):
            raise
        sys.stderr.write(f"heard: {error}\n")
        raise SystemExit(CODES.get(type(error).__name__, 1)) from None
