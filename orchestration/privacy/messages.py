"""Keep values of rows out of error messages, which end up in logs and run histories.

Belongs here: deciding what of an engine's message may be told.
Does not belong here: raising, logging or printing it.
"""

import re

# Errors about the SQL or the file itself. Any other kind may quote the value that broke it
# ("Could not convert string '...'"), so only its kind is told.
_ABOUT_CODE = frozenset(
    {"Binder", "Catalog", "Parser", "Compilation", "Dependency", "Syntax", "IO", "Permission"}
)
_KIND = re.compile(r"\b([A-Z][A-Za-z]+(?: [A-Z][A-Za-z]+)?) (?:Error|Exception): ?", re.DOTALL)
# dbt wraps the engine's error into these.
_WRAPPERS = ("Runtime", "Database")
_LENGTH = 400
WITHHELD = "text withheld: it may quote a value"

# Errors of these packages are raised by us, in words that hold no value.
OURS = ("orchestration", "expectations")
# Python's own words about modules and names in the code, and the system's about files: those begin
# with a number. Libraries raise OSError too, in words of their own.
_OF_PYTHON = (ImportError, NameError)
_OF_THE_SYSTEM = re.compile(r"\[Errno \d+\] ")
# Words about how Dagster was called; its checks of types (`CheckError`) quote what they were given.
_OF_DAGSTER = "dagster._core.errors"
_DATABASE = ("duckdb", "_duckdb")


def safe_message(message: str | None) -> str:
    """Return an engine's error message without anything that might be a value of a row."""
    if not message:
        return ""
    text, kind = message, ""
    for found in _KIND.finditer(message):
        kind, text = found.group(1), message[found.end() :]
        if kind not in _WRAPPERS:
            break
    if kind.split(" ", 1)[0] in _ABOUT_CODE:
        return f"{kind} Error: {' '.join(text.split())}"[:_LENGTH]
    return f"{kind} Error ({WITHHELD})" if kind else WITHHELD


def is_ours(kind: type[BaseException]) -> bool:
    """Say whether this project defines a kind of error."""
    return kind.__module__.partition(".")[0] in OURS


def tellable(kind: type[BaseException], text: str) -> str:
    """Return what may be told of an error: its text if it is sure to quote no value of a row.

    Anybody else's error may quote what it choked on (``invalid literal for int(): 'Jane'``), so of
    those only the kind is told, and whoever tells it adds the place in the code.
    """
    package = kind.__module__.partition(".")[0]
    if package in _DATABASE:
        return safe_message(text)
    is_safe = is_ours(kind) or kind.__module__ == _OF_DAGSTER
    if package == "builtins":
        is_safe = issubclass(kind, _OF_PYTHON) or (
            issubclass(kind, OSError) and _OF_THE_SYSTEM.match(text) is not None
        )
    return text if is_safe else WITHHELD
