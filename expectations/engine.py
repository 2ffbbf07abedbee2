"""Load Great Expectations once, late, and without the parts that this project never uses.

Belongs here: how the framework gets into the process.
Does not belong here: anything it is used for.

Its import costs several times all the judging: over two CPU seconds. A third goes to the chart
library and the statistics library behind two expectations that are not used here; they are
loaded only if somebody does use them. Half of what is left makes the classes of some thirty
kinds of database, file store and cluster and of sixty expectations (1.0 s with them, 0.5 s
without); here they are names that say where to look when somebody uses one. What is used is
loaded whole and unchanged.
"""

import importlib
import importlib.util
import logging
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import Any, NoReturn

PACKAGE = "great_expectations"
# Loaded when somebody asks for anything in them.
_DEFERRED = ("altair", "scipy.stats")
# Of the modules below, those that are used: the batch is a table in memory, and three stock
# expectations guard the table of measures.
_USED = frozenset(
    {
        "invalid_datasource",
        "pandas_datasource",
        "expect_table_row_count_to_be_between",
        "expect_compound_columns_to_be_unique",
        "expect_column_values_to_be_between",
    }
)
_LEFT_OUT = (
    "datasource/fluent/*_datasource.py",
    "datasource/fluent/fabric.py",
    "expectations/core/*expect*.py",
)


class NotLoadedError(RuntimeError):
    """Something of Great Expectations was used that Heard does not load."""


class _DeferredModule(ModuleType):
    """Stands in for a module until somebody asks it for something."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            # The import system looks at these; they must not load the module.
            raise AttributeError(name)
        return getattr(importlib.import_module(self.__name__), name)


class _LeftOutModule(ModuleType):
    """Stands in for a module of which only the names are imported, never used."""

    def __getattr__(self, name: str) -> type:
        if name.startswith("__"):
            raise AttributeError(name)
        return type(name, (_LeftOut,), {"__module__": self.__name__})


class _LeftOut:
    """A class that cannot be used."""

    def __init__(self, *_: object, **__: object) -> NoReturn:
        kind = type(self)
        raise NotLoadedError(
            f"{kind.__module__}.{kind.__name__} is not loaded; add its module to _USED in"
            " expectations/engine.py"
        )


def load_great_expectations() -> ModuleType:
    """Return the ``great_expectations`` module, with telemetry and progress bars off."""
    os.environ["GX_ANALYTICS_ENABLED"] = "false"
    with _stand_ins():
        gx = importlib.import_module(PACKAGE)
    # Its INFO lines repeat settings on every run and say nothing about the data.
    logging.getLogger(PACKAGE).setLevel(logging.WARNING)
    return gx


@contextmanager
def _stand_ins() -> Iterator[None]:
    if PACKAGE in sys.modules:
        yield
        return
    kinds: dict[str, Callable[[str], ModuleType]] = dict.fromkeys(_DEFERRED, _DeferredModule)
    kinds |= dict.fromkeys(_left_out(), _LeftOutModule)
    stand_ins = {name: kind(name) for name, kind in kinds.items() if name not in sys.modules}
    sys.modules.update(stand_ins)
    try:
        yield
    finally:
        # Everybody else imports the real thing, as if nothing had happened.
        for name, stand_in in stand_ins.items():
            if sys.modules.get(name) is stand_in:
                del sys.modules[name]


def _left_out() -> Iterator[str]:
    """Give the names of the modules to leave out, from the files that are installed."""
    found = importlib.util.find_spec(PACKAGE)
    for folder in found.submodule_search_locations or () if found else ():
        for pattern in _LEFT_OUT:
            for path in Path(folder).glob(pattern):
                if path.stem not in _USED:
                    inside = path.relative_to(folder).with_suffix("").parts
                    yield ".".join((PACKAGE, *inside))
