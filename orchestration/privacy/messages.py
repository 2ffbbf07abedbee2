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
