"""``tiersim web``: the page, in a browser on this machine."""

from __future__ import annotations

import click

PORT = 8501


@click.command(short_help="Open the page: move sliders, see what changes.")
@click.option(
    "--port",
    type=click.IntRange(1, 65535),
    default=PORT,
    show_default=True,
    help="Of this machine.",
)
@click.option("--no-browser", is_flag=True, help="Do not open a browser.")
def web(port: int, no_browser: bool) -> None:  # noqa: FBT001 - click passes flags by name
    """Serve the page to this machine alone; it asks no other host. Ctrl-C stops it."""
    from sim.web.server import serve  # noqa: PLC0415 - what draws is heavy

    serve(port, browser=not no_browser)
