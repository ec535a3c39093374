"""How the page is served: to this machine alone, asking no other host."""

from __future__ import annotations

import socket
from pathlib import Path
from typing import Final

from sim.errors import MissingExtraError, OutputError
from sim.present.inline_svg import DARK
from sim.present.theme import DEFAULT

ADDRESS: Final = "127.0.0.1"
LARGEST_UPLOAD_MB: Final = 50
SETTINGS: Final = {
    "browser.gatherUsageStats": "false",
    "client.showErrorDetails": "none",
    "client.showErrorLinks": "false",
    "client.toolbarMode": "viewer",
    "runner.magicEnabled": "false",
    "server.address": ADDRESS,
    "server.fileWatcherType": "none",
    "server.maxUploadSize": str(LARGEST_UPLOAD_MB),
    "server.showEmailPrompt": "false",
    "theme.light.primaryColor": DEFAULT.colours.series[0],
    "theme.dark.primaryColor": "#6FB1DC",
    "theme.dark.backgroundColor": DARK["paper"],
    "theme.dark.secondaryBackgroundColor": DARK["shade"],
    "theme.dark.textColor": DARK["ink"],
}


def arguments(port: int, *, browser: bool) -> list[str]:
    """Return the words after ``streamlit`` that serve the page."""
    settings = {**SETTINGS, "server.port": str(port), "server.headless": str(not browser).lower()}
    page = Path(__file__).with_name("page.py")
    return ["run", str(page), *(f"--{name}={value}" for name, value in settings.items())]


def serve(port: int, *, browser: bool = True) -> None:
    """Serve the page until it is stopped.

    Parameters
    ----------
    port : int
    browser : bool
        Whether a browser is opened.

    Raises
    ------
    MissingExtraError
        If Streamlit is not installed.
    OutputError
        If the port is taken.
    """
    try:
        from streamlit.web import cli  # noqa: PLC0415 - an extra
    except ImportError:
        raise MissingExtraError("streamlit", "web", "The page") from None
    with socket.socket() as probe:
        if probe.connect_ex((ADDRESS, port)) == 0:
            raise OutputError(
                f"port {port} is taken; choose another: tiersim web --port {port + 1}"
            )
    cli.main(arguments(port, browser=browser), prog_name="tiersim", standalone_mode=False)
