"""No secret is in a tracked file. It looks at each line in many ways, for half a minute."""

from collections import Counter
from pathlib import Path

import pytest
import yaml

from tests.conventions.test_repository import _tracked
from tests.support.command import REPOSITORY

ALLOWED = Path(__file__).with_name("allowed_secrets.yml")
# Hashes, code lists and words: many entropies, no secrets.
LISTS = (".lock", ".csv", ".txt", ".parquet")


def test_no_secret_is_in_a_tracked_file(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("detect_secrets", reason="make install brings it")
    from detect_secrets import SecretsCollection
    from detect_secrets.settings import default_settings

    monkeypatch.chdir(REPOSITORY)
    found = SecretsCollection()
    with default_settings():
        for path in _tracked():
            if not path.endswith(LISTS):
                found.scan_file(path)
    seen = Counter((path, secret.type) for path, secret in found)
    listed = yaml.safe_load(ALLOWED.read_text(encoding="utf-8"))
    assert seen == Counter({(each["file"], each["kind"]): each["count"] for each in listed})
    assert all(each["why"] for each in listed)
