"""Every dbt test holds on a whole synthetic site: unit tests, keys, and what a night leaves out."""

import os
import shutil
from pathlib import Path
from unittest import mock

from dbt.cli.main import dbtRunner

from orchestration.transform import read_parsed
from tests.support.command import KEY, REPOSITORY, Site

PROJECT = REPOSITORY / "dbt_project"


def test_all_unit_and_data_tests_of_the_project_pass(site: Site, tmp_path: Path) -> None:
    home = tmp_path / "home"
    shutil.copytree(site.home, home)
    folders = {
        "--project-dir": PROJECT,
        "--profiles-dir": PROJECT,
        "--target-path": home / "target",
        "--log-path": home / "logs",
    }
    arguments = [word for pair in folders.items() for word in map(str, pair)]
    settings = {"HEARD_HOME": str(home), "HEARD_PSEUDONYM_KEY": KEY, "DO_NOT_TRACK": "1"}
    with mock.patch.dict(os.environ, settings):
        runner = dbtRunner(manifest=read_parsed(home))
        done = runner.invoke(["--quiet", "--no-version-check", "test", *arguments])
    results = list(done.result.results)
    wrong = {result.node.name: str(result.status) for result in results if result.status != "pass"}
    assert not wrong
    kinds = [str(result.node.resource_type) for result in results]
    assert kinds.count("unit_test") >= 13
    assert kinds.count("test") >= 100
