"""A headless Chromium, spoken to over its own protocol: what a reader sees, and axe-core's verdict.

Belongs here: starting it, opening a page, asking it things.
Does not belong here: what a page should be like.
"""

import json
import shutil
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
WCAG_2_2_AA = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice")
_SECONDS = 60


@dataclass
class Browser:
    """One open tab."""

    socket: Any
    session: str
    last: int = 0
    events: list[dict[str, Any]] = field(default_factory=list)

    def call(self, method: str, **parameters: Any) -> dict[str, Any]:
        """Call a method of the protocol and return its result."""
        self.last += 1
        message = {"id": self.last, "method": method, "params": parameters}
        if self.session:
            message["sessionId"] = self.session
        self.socket.send(json.dumps(message))
        while True:
            said = json.loads(self.socket.recv(timeout=_SECONDS))
            if said.get("id") == self.last:
                assert "error" not in said, said
                result: dict[str, Any] = said["result"]
                return result
            self.events.append(said)

    def open(self, page: Path, width: int = 1280, height: int = 900) -> None:
        """Open a page in a window of a size, and wait until it is there."""
        self.call(
            "Emulation.setDeviceMetricsOverride",
            width=width,
            height=height,
            deviceScaleFactor=1,
            mobile=False,
        )
        self.events.clear()
        self.call("Page.navigate", url=page.as_uri())
        while not any(event.get("method") == "Page.loadEventFired" for event in self.events):
            self.events.append(json.loads(self.socket.recv(timeout=_SECONDS)))

    def ask(self, script: str) -> Any:
        """Return what a script says; the page's own policy does not bind it."""
        done = self.call(
            "Runtime.evaluate", expression=script, awaitPromise=True, returnByValue=True
        )
        assert "exceptionDetails" not in done, done["exceptionDetails"]
        return done["result"].get("value")

    def requests(self) -> list[str]:
        """Return every address that was asked for since the page was opened."""
        return [
            event["params"]["request"]["url"]
            for event in self.events
            if event.get("method") == "Network.requestWillBeSent"
        ]

    def violations(self) -> list[str]:
        """Return what axe-core finds wrong with the open page, with where."""
        options = json.dumps({"runOnly": WCAG_2_2_AA, "resultTypes": ["violations"]})
        found = self.ask(
            f"{axe_source()}; axe.run(document, {options}).then(r => r.violations.map("
            "v => v.id + ': ' + v.nodes.slice(0, 3).map(n => n.html).join(' ')))"
        )
        return [str(each) for each in found]


def axe_source() -> str:
    """Return axe-core, or skip by name."""
    found = find_spec("axe_playwright_python")
    if found is None or found.origin is None:
        pytest.skip("axe-core (the package axe-playwright-python) is not installed")
    return (Path(found.origin).parent / "axe.min.js").read_text(encoding="utf-8")


@contextmanager
def browser(folder: Path) -> Iterator[Browser]:
    """Start Chromium with a profile of its own, or skip by name; end it with all its children."""
    program = next((path for name in NAMES if (path := shutil.which(name))), None)
    if program is None:
        pytest.skip("no Chromium is installed")
    client = pytest.importorskip("websockets.sync.client")
    flags = ("--headless=new", "--no-sandbox", "--disable-gpu", "--no-first-run")
    quiet = ("--disable-background-networking", "--disable-component-update", "--disable-sync")
    process = subprocess.Popen(
        [program, *flags, *quiet, "--remote-debugging-port=0", f"--user-data-dir={folder}"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        port = _port(folder, process)
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/json/version") as answer:
            address = json.loads(answer.read())["webSocketDebuggerUrl"]
        with client.connect(address, max_size=None) as socket:
            root = Browser(socket, "")
            target = root.call("Target.createTarget", url="about:blank")["targetId"]
            session = root.call("Target.attachToTarget", targetId=target, flatten=True)
            tab = Browser(socket, session["sessionId"], root.last)
            for domain in ("Page", "Network", "Runtime"):
                tab.call(f"{domain}.enable")
            yield tab
    finally:
        process.terminate()
        process.wait(timeout=_SECONDS)


def _port(folder: Path, process: "subprocess.Popen[bytes]") -> int:
    told = folder / "DevToolsActivePort"
    deadline = time.monotonic() + _SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        if told.is_file() and told.read_text().count("\n"):
            return int(told.read_text().splitlines()[0])
        time.sleep(0.1)
    pytest.skip("Chromium did not start here")
