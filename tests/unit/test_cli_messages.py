"""What an engine's error may tell, and what a person is told of a known problem."""

import subprocess
import sys

import pytest

from orchestration.commands.problems import KNOWN, told_in_one_line
from orchestration.privacy.messages import WITHHELD, safe_message
from orchestration.settings import SettingsError

CANARY = "Zyxwanda Quillfeather"


@pytest.mark.parametrize(
    "message",
    [
        f"Conversion Error: Could not convert string '{CANARY}' to INT32",
        f"Runtime Error in model x (models/x.sql)\n  Conversion Error: '{CANARY}' is no date",
        f'Constraint Error: Duplicate key "name: {CANARY}" violates primary key constraint',
        f"Invalid Input Error: {CANARY}",
        f"something else entirely about {CANARY}",
    ],
)
def test_an_error_that_may_quote_a_value_is_told_by_its_kind_only(message: str) -> None:
    told = safe_message(message)
    assert CANARY not in told
    assert WITHHELD in told


def test_an_error_about_the_sql_itself_is_told_in_full() -> None:
    told = safe_message(
        "Runtime Error in model fct_x (models/fct_x.sql)\n"
        '  Binder Error: Referenced column "agee" not found'
    )
    assert told == 'Binder Error: Referenced column "agee" not found'


def test_no_message_stays_no_message() -> None:
    assert safe_message(None) == ""


def test_a_known_problem_is_one_line_and_exit_code_one(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stopped, told_in_one_line():
        raise SettingsError("HEARD_HOME is not set; put it in the environment")
    assert stopped.value.code == 1
    assert capsys.readouterr().err == "heard: HEARD_HOME is not set; put it in the environment\n"


def test_a_fault_of_ours_keeps_its_traceback() -> None:
    with pytest.raises(ValueError, match="a bug"), told_in_one_line():
        raise ValueError("a bug")


def test_every_known_problem_is_the_name_of_an_error_in_the_code() -> None:
    found = subprocess.run(
        ["grep", "-rhoE", r"^class \w+Error\(", "orchestration"],
        capture_output=True,
        text=True,
        check=True,
    )
    defined = {line.removeprefix("class ").removesuffix("(") for line in found.stdout.split("\n")}
    assert defined >= KNOWN


def test_help_loads_nothing_heavy() -> None:
    script = (
        "import sys\n"
        "from orchestration import cli\n"
        "sys.argv = ['heard', '--help']\n"
        "try:\n    cli.main()\n"
        "except SystemExit:\n    pass\n"
        "heavy = {'dagster', 'dbt', 'duckdb', 'pandas', 'pydantic', 'great_expectations', 'rich'}\n"
        "sys.exit(','.join(sorted(heavy & set(sys.modules))) or 0)\n"
    )
    ran = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert ran.returncode == 0, ran.stderr
    assert "Commands:" in ran.stdout
