"""How the page is served: to this machine alone, asking no other host."""

from __future__ import annotations

import socket
from pathlib import Path
from typing import Final

from sim.errors import MissingExtraError, OutputError
from sim.present.inline_svg import DARK
from sim.present.theme import DEFAULT

ADDRESS: Final = "127.0.0.1"
HOSTS: Final = (ADDRESS, "localhost")
"""What a browser may call this machine: a foreign name that leads here is refused."""
LARGEST_UPLOAD_MB: Final = 50
LARGEST_MESSAGE_MB: Final = 2
"""Of what widgets say in one go; a desk in an address has 24 kB."""
GONE_S: Final = 30
"""A reader who is gone for so long is forgotten, with all that was sent."""
SETTINGS: Final = {
    # Stated, so that nothing looks it up by asking another host.
    "browser.serverAddress": ADDRESS,
    "browser.gatherUsageStats": "false",
    "client.showErrorDetails": "none",
    "client.showErrorLinks": "false",
    "client.toolbarMode": "viewer",
    "runner.magicEnabled": "false",
    "server.address": ADDRESS,
    "server.disconnectedSessionTTL": str(GONE_S),
    "server.enableCORS": "true",
    "server.enableStaticServing": "false",
    "server.enableXsrfProtection": "true",
    "server.fileWatcherType": "none",
    "server.maxUploadSize": str(LARGEST_UPLOAD_MB),
    "server.maxWidgetStateSize": str(LARGEST_MESSAGE_MB),
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
    said = [f"--{name}={value}" for name, value in settings.items()]
    return ["run", str(page), *said, *(f"--server.allowedHosts={host}" for host in HOSTS)]


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
    _look_nothing_up()
    cli.main(arguments(port, browser=browser), prog_name="tiersim", standalone_mode=False)


def _look_nothing_up() -> None:
    """Answer from here what Streamlit would ask other hosts.

    For a request of an unknown origin it asks a host of its own for this machine's address, to
    compare them, and there is no setting against it. Refused it is all the same: no foreign origin
    is this machine.
    """
    from streamlit import net_util  # noqa: PLC0415 - an extra

    net_util.get_external_ip = net_util.get_internal_ip = lambda: ADDRESS
