"""Put names and texts into SQL safely.

Belongs here: quoting. Does not belong here: building statements. Values go in as parameters
wherever DuckDB takes them; names come from contracts and never from files.
"""


def identifier(name: str) -> str:
    """A name as a quoted SQL identifier."""
    return '"' + name.replace('"', '""') + '"'


def literal(text: str) -> str:
    """A text as a quoted SQL literal."""
    return "'" + text.replace("'", "''") + "'"
