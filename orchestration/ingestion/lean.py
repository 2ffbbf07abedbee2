"""Keep a library out of the process that others import on sight and nobody here uses.

Belongs here: that, and why. Does not belong here: anything that hands data frames about.
"""

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType


class _NoPandas(MetaPathFinder):
    """Says that pandas is not installed."""

    def find_spec(
        self,
        fullname: str,
        path: Sequence[str] | None,  # noqa: ARG002 - the protocol of Python's import
        target: ModuleType | None = None,  # noqa: ARG002
    ) -> ModuleSpec | None:
        if fullname == "pandas":
            raise ModuleNotFoundError("pandas is not wanted here", name=fullname)
        return None


@contextmanager
def without_pandas() -> Iterator[None]:
    """Let statements with parameters run in this block without an import of pandas.

    DuckDB asks pandas for its kinds of null when it meets the first parameter, and pyarrow for
    its kinds of array. The import costs as much processor time as loading 100,000 rows. DuckDB
    asks anew for every value, so a long list of them goes better as one text that SQL splits.
    Where pandas is loaded already nothing changes.
    """
    finder = _NoPandas()
    sys.meta_path.insert(0, finder)
    try:
        yield
    finally:
        sys.meta_path.remove(finder)
