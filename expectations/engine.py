"""Load Great Expectations once, late, and without the libraries that this project never uses.

Belongs here: how the framework gets into the process.
Does not belong here: anything it is used for.

Its import costs more than all the judging: over two CPU seconds, a third of which goes to the
chart library and the statistics library behind two expectations that are not used here. They
are loaded only if somebody does use them.
"""

import importlib
import logging
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType
from typing import Any

_DEFERRED = ("altair", "scipy.stats")


class _DeferredModule(ModuleType):
    """Stands in for a module until somebody asks it for something."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            # The import system looks at these; they must not load the module.
            raise AttributeError(name)
        return getattr(importlib.import_module(self.__name__), name)


def load_great_expectations() -> ModuleType:
    """Return the ``great_expectations`` module, with telemetry and progress bars off."""
    os.environ["GX_ANALYTICS_ENABLED"] = "false"
    with _deferred_modules():
        gx = importlib.import_module("great_expectations")
    # Its INFO lines repeat settings on every run and say nothing about the data.
    logging.getLogger("great_expectations").setLevel(logging.WARNING)
    return gx


@contextmanager
def _deferred_modules() -> Iterator[None]:
    if "great_expectations" in sys.modules:
        yield
        return
    stand_ins = {name: _DeferredModule(name) for name in _DEFERRED if name not in sys.modules}
    sys.modules.update(stand_ins)
    try:
        yield
    finally:
        # Everybody else imports the real thing, as if nothing had happened.
        for name, stand_in in stand_ins.items():
            if sys.modules.get(name) is stand_in:
                del sys.modules[name]
