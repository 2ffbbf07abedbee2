"""What Great Expectations loads of itself, each question asked in a new process."""

import subprocess
import sys


def in_a_new_process(program: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=120
    )
    return done.stdout.strip()


def test_reading_the_registry_loads_no_framework() -> None:
    program = (
        "import sys; from expectations.registry import load_registry; "
        "from expectations.runner import run_checks; load_registry(); "
        "print([m for m in ('great_expectations', 'pandas', 'dagster', 'dbt') if m in sys.modules])"
    )
    assert in_a_new_process(program) == "[]"


def test_the_libraries_left_out_load_when_somebody_asks_for_them() -> None:
    program = (
        "import sys; from expectations.engine import load_great_expectations; "
        "load_great_expectations(); left_out = 'scipy.stats' not in sys.modules; "
        "from great_expectations.expectations.core import "
        "expect_column_kl_divergence_to_be_less_than as kl; "
        "entropy = kl.stats.entropy([0.5, 0.5]); import scipy.stats; "
        "print(left_out, round(float(entropy), 4), hasattr(scipy.stats, 'binomtest'))"
    )
    assert in_a_new_process(program) == "True 0.6931 True"


def test_what_is_left_out_of_the_framework_says_so_when_somebody_uses_it() -> None:
    program = (
        "import sys; from expectations.engine import NotLoadedError, load_great_expectations\n"
        "load_great_expectations(); import great_expectations.expectations as gxe\n"
        "left_out = 'great_expectations.datasource.fluent.snowflake_datasource'\n"
        "used = gxe.ExpectColumnValuesToBeBetween(column='n', min_value=0)\n"
        "try:\n    gxe.ExpectColumnValuesToMatchRegex(column='n', regex='x')\n"
        "except NotLoadedError as error:\n"
        "    print(left_out in sys.modules, int(used.min_value), 'engine.py' in str(error))\n"
    )
    assert in_a_new_process(program) == "False 0 True"


def test_the_modules_left_out_load_whole_for_whoever_imports_them() -> None:
    program = (
        "from expectations.engine import load_great_expectations; load_great_expectations()\n"
        "from great_expectations.expectations.core.expect_column_values_to_match_regex import "
        "ExpectColumnValuesToMatchRegex as Real\n"
        "print(Real(column='n', regex='x').regex)"
    )
    assert in_a_new_process(program) == "x"
