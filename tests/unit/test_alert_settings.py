"""Who is told what is read strictly, and addresses stay secret."""

from pathlib import Path

import pytest

from orchestration.alerts.secrets import AlertAddressError, address
from orchestration.alerts.settings import AlertSettingsError, Route, read_alert_settings
from orchestration.health import examine

GOOD = """
policy:
  reopen_days: 5
routes:
  - name: scrutiny
    board: scrutiny
    address: HEARD_ALERT_SCRUTINY
  - name: data_team
    board: operators
    address: HEARD_ALERT_DATA
    authorities: ["330"]
    about: [SSD, C5]
"""


def write(home: Path, text: str) -> Path:
    (home / "alerts.yaml").write_text(text, encoding="utf-8")
    return home


def test_without_a_file_nobody_is_told_anything(tmp_path: Path) -> None:
    assert read_alert_settings(tmp_path).routes == ()


def test_a_route_takes_from_its_board_what_it_does_not_say_itself(tmp_path: Path) -> None:
    found = read_alert_settings(write(tmp_path, GOOD))
    scrutiny, data_team = found.routes
    assert (scrutiny.severities, scrutiny.at_once) == (("stop",), False)
    assert (data_team.severities, data_team.at_once) == (("stop", "warn", "watch"), True)
    assert (found.policy.reopen_days, found.policy.close_runs) == (5, 2)


@pytest.mark.parametrize(
    ("severity", "authority", "check", "indicators", "expected"),
    [
        ("stop", "330", "SSD-001", "", True),
        ("watch", "330", "VEX-001", "A1,C5", True),
        ("stop", "331", "SSD-001", "", False),
        ("stop", "330", "VEX-001", "A1", False),
        # What is about the whole installation is about every authority.
        ("stop", "", "SSD-001", "", True),
    ],
)
def test_a_route_is_told_of_its_authorities_severities_and_subjects(
    severity: str, authority: str, check: str, indicators: str, expected: bool
) -> None:
    route = Route(
        name="data_team",
        board="operators",
        address="HEARD_ALERT_DATA",
        severities=("stop", "watch"),
        authorities=("330",),
        about=("SSD", "C5"),
    )
    assert route.wants(severity, authority, check, indicators) is expected


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("routes: [", "line 1"),
        ("- a list\n", "begin with `routes:`"),
        (GOOD + "    colour: red\n", "line 13: routes.1.colour: Extra inputs"),
        (GOOD.replace("board: operators", "board: coven"), "line 9: routes.1.board: one of safeg"),
        (GOOD.replace("[SSD, C5]", "[ssd]"), "line 12: routes.1.about.0: String should match"),
        (GOOD.replace("reopen_days: 5", "reopen_days: soon"), "line 3: policy.reopen_days"),
        (GOOD.replace("data_team", "scrutiny"), "two are called scrutiny"),
        (
            GOOD.replace("HEARD_ALERT_DATA", "json://council.invalid/TOKENCANARY"),
            "line 10: routes.1.address: String should match",
        ),
    ],
)
def test_a_mistake_is_told_with_line_and_field_and_never_its_content(
    tmp_path: Path, text: str, told: str
) -> None:
    with pytest.raises(AlertSettingsError) as caught:
        read_alert_settings(write(tmp_path, text))
    assert "alerts.yaml" in str(caught.value)
    assert told in str(caught.value)
    assert "TOKENCANARY" not in str(caught.value)


@pytest.mark.parametrize(
    "url",
    [
        "tgram://TOKENCANARY/chat",
        "https://hooks.slack.com/services/TOKENCANARY",
        "file:///TOKENCANARY",
        "xml://TOKENCANARY",
        "JSON TOKENCANARY",
        "jsons://council.invalid/TOKENCANARY?verify=no",
    ],
)
def test_an_address_of_another_kind_is_refused_and_not_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, url: str
) -> None:
    monkeypatch.setenv("HEARD_ALERT_BOARD", url)
    with pytest.raises(AlertAddressError) as caught:
        address("HEARD_ALERT_BOARD", tmp_path)
    assert "TOKENCANARY" not in str(caught.value)
    assert "HEARD_ALERT_BOARD" in str(caught.value)


@pytest.mark.parametrize("scheme", ["mailto", "mailtos", "workflows", "slack", "json", "JSONS"])
def test_an_address_of_an_allowed_kind_is_taken(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, scheme: str
) -> None:
    monkeypatch.setenv("HEARD_ALERT_BOARD", f"{scheme}://council.invalid/x")
    assert address("HEARD_ALERT_BOARD", tmp_path) == f"{scheme}://council.invalid/x"


def test_a_file_of_addresses_is_read_only_when_nobody_else_can_read_it(tmp_path: Path) -> None:
    path = tmp_path / "alert_addresses.env"
    path.write_text("# ours\nHEARD_ALERT_BOARD=json://council.invalid/x?a=b\n", encoding="utf-8")
    path.chmod(0o640)
    with pytest.raises(AlertAddressError, match="chmod 600"):
        address("HEARD_ALERT_BOARD", tmp_path)
    path.chmod(0o600)
    assert address("HEARD_ALERT_BOARD", tmp_path) == "json://council.invalid/x?a=b"
    with pytest.raises(AlertAddressError, match="is not set"):
        address("HEARD_ALERT_OTHER", tmp_path)
    path.write_text("TOKENCANARY\n", encoding="utf-8")
    with pytest.raises(AlertAddressError, match="line 1") as caught:
        address("HEARD_ALERT_BOARD", tmp_path)
    assert "TOKENCANARY" not in str(caught.value)
    path.unlink()
    path.symlink_to("/etc/hostname")
    with pytest.raises(AlertAddressError, match="plain file"):
        address("HEARD_ALERT_BOARD", tmp_path)


def test_the_doctor_says_who_is_told_and_what_keeps_it_from_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def found() -> tuple[str, str]:
        (finding,) = [f for f in examine(tmp_path, tmp_path) if f.name == "alerts"]
        return finding.verdict.value, finding.found

    monkeypatch.setenv("HEARD_ALERT_SCRUTINY", "json://council.invalid/x")
    assert found() == ("warn", "nobody is told of an incident")
    write(tmp_path, GOOD)
    assert found()[0] == "fail"
    assert "HEARD_ALERT_DATA is not set" in found()[1]
    monkeypatch.setenv("HEARD_ALERT_DATA", "json://council.invalid/x")
    assert found() == ("ok", "2 routes")
