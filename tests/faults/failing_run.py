"""``heard run`` with one function of it replaced by one that fails over a row.

Belongs here: where it fails. Does not belong here: how (``leaking``), or what must become of it.
"""

import sys
from collections.abc import Callable
from typing import Any

from orchestration import cli
from tests.faults.leaking import FAULTS
from tests.faults.sentinels import Row

# A staging model that reads what a child said.
MODEL = "model.heard.stg_voice_extension__expression"


def main() -> None:
    """Fail as the first argument says, and run."""
    path_id = sys.argv.pop(1)
    _BREAKERS[path_id](Row.of(path_id))
    cli.main()


def _break_model(_: Row) -> None:
    """Let a model convert what cannot be converted, as a slip in its SQL would."""
    from orchestration import transform

    read_parsed = transform.read_parsed

    def with_the_slip(home: Any) -> Any:
        manifest = read_parsed(home)
        node = manifest.nodes[MODEL]
        node.raw_code = f"select * from (\n{node.raw_code}\n) where cast(text as integer) is null"
        return manifest

    transform.read_parsed = with_the_slip


def _fail(fault: str, row: Row) -> Callable[..., Any]:
    def fail(*_: object, **__: object) -> None:
        FAULTS[fault](row)

    return fail


def _break_loading(row: Row) -> None:
    from orchestration.ingestion import run

    run.load_delivery = _fail("number", row)


def _break_checks(row: Row) -> None:
    from expectations import runner

    runner.judge = _fail("number", row)


def _break_release(row: Row) -> None:
    from orchestration.reporting import release

    release.publish_release = _fail("arrow", row)


def _stop(_: Row) -> None:
    """Ask for an end while rows are loaded."""
    import os
    import signal

    from orchestration.ingestion import run

    load = run.load_delivery

    def loading(*given: Any, **named: Any) -> Any:
        os.kill(os.getpid(), signal.SIGTERM)
        return load(*given, **named)

    run.load_delivery = loading


_BREAKERS: dict[str, Callable[[Row], None]] = {
    "model_that_cannot_convert": _break_model,
    "loading_crashes": _break_loading,
    "check_crashes": _break_checks,
    "release_crashes": _break_release,
    "asked_to_stop": _stop,
}

if __name__ == "__main__":
    main()
