"""``heard incidents alerts`` and ``send``: who is told, what waits, and trying again.

Belongs here: drawing it. Does not belong here: sending (``orchestration.alerts.delivery``).
"""

from dataclasses import asdict, dataclass
from pathlib import Path

from orchestration.alerts.delivery import Waiting, drain, read_waiting
from orchestration.alerts.secrets import AlertAddressError, address
from orchestration.alerts.settings import Route, read_alert_settings, settings_path
from orchestration.commands.output import console, print_json, say
from orchestration.commands.summary import make_table
from orchestration.settings import Settings


@dataclass(frozen=True, slots=True)
class _Told:
    route: str
    board: str
    severities: str
    address: str
    trouble: str


def show_alerts(home: Path | None, as_json: bool) -> int:
    """Show routes and waiting messages; return the exit code."""
    folder = Settings.from_environment(inbox=Path(), home=home).home
    routes = [_look(route, folder) for route in read_alert_settings(folder).routes]
    waiting = read_waiting(folder)
    is_well = not any(route.trouble for route in routes) and not any(m.is_dead for m in waiting)
    if as_json:
        print_json({"routes": [asdict(r) for r in routes], "waiting": [asdict(m) for m in waiting]})
        return int(not is_well)
    out = console()
    if not routes:
        out.print(f"Nobody is told anything: {settings_path(folder)} names no route.", markup=False)
    else:
        table = make_table("route", "board", "severities", "address")
        for route in routes:
            table.add_row(route.route, route.board, route.severities, route.address)
        out.print(table)
    for route in routes:
        if route.trouble:
            out.print(f"{route.route}: {route.trouble}", markup=False)
    _show_waiting(waiting)
    return int(not is_well)


def send_now(home: Path | None, as_json: bool) -> int:
    """Try everything that waits; return the exit code."""
    folder = Settings.from_environment(inbox=Path(), home=home).home
    drained = drain(folder, anew=True)
    left = len(read_waiting(folder))
    if as_json:
        print_json(asdict(drained) | {"waiting": left})
    else:
        say(f"{drained.sent} messages sent, {left} still wait.")
        for trouble in drained.troubles:
            say(f"  {trouble}")
    return int(bool(left))


def _look(route: Route, home: Path) -> _Told:
    trouble = ""
    try:
        address(route.address, home)
    except AlertAddressError as error:
        trouble = str(error)
    return _Told(route.name, route.title, ", ".join(route.severities), route.address, trouble)


def _show_waiting(waiting: tuple[Waiting, ...]) -> None:
    out = console()
    if not waiting:
        out.print("No message waits.")
        return
    table = make_table("message", "route", "made", "tries", "")
    for message in waiting:
        table.add_row(
            message.message_key[:12],
            message.route,
            f"{message.made_at:%Y-%m-%d %H:%M}",
            str(message.tries),
            "given up" if message.is_dead else "",
        )
    out.print(table)
    out.print("`heard incidents send` tries them all now.")
