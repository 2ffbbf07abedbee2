"""SQL as the project's own macros write it, made by dbt."""

import os
from pathlib import Path
from unittest import mock

from dbt.cli.main import dbtRunner

from tests.support.command import REPOSITORY

PROJECT = REPOSITORY / "dbt_project"


def render_sql(home: Path, template: str) -> str:
    """Return what dbt makes of a piece of Jinja SQL, with an empty home folder to work in."""
    folders = {
        "--project-dir": PROJECT,
        "--profiles-dir": PROJECT,
        "--target-path": home / "target",
        "--log-path": home / "logs",
    }
    arguments = [word for pair in folders.items() for word in map(str, pair)]
    with mock.patch.dict(os.environ, {"HEARD_HOME": str(home), "DO_NOT_TRACK": "1"}):
        runner = dbtRunner()
        result = runner.invoke(
            ["--quiet", "--no-version-check", "compile", "--inline", template, *arguments]
        )
    assert result.success, result.exception
    return str(result.result.results[0].node.compiled_code).strip()
