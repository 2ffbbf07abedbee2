"""Packages with a known hole are named; where nobody can be asked, nothing is said to be well."""

import importlib.util
import json
import subprocess
import sys

import pytest

from tests.support.command import REPOSITORY

PATIENCE = 120
_ASK = ("-m", "pip_audit", "--strict", "--disable-pip", "--no-deps", "--format", "json")


def test_no_locked_package_has_a_known_hole() -> None:
    if importlib.util.find_spec("pip_audit") is None:
        pytest.skip("not audited: pip-audit is not installed; run make install")
    try:
        done = subprocess.run(
            [sys.executable, *_ASK, "--requirement", "requirements.lock"],
            cwd=REPOSITORY,
            capture_output=True,
            text=True,
            timeout=PATIENCE,
        )
    except subprocess.TimeoutExpired:
        pytest.skip("not audited: the service that knows of holes does not answer")
    if not done.stdout.strip():
        # It stops at the first package that it cannot ask about.
        pytest.skip("not audited: the service that knows of holes cannot be reached")
    packages = json.loads(done.stdout)["dependencies"]
    assert not [each for each in packages if each.get("vulns") or "skip_reason" in each]
