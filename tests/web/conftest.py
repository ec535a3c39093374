"""A server of the page, and a browser that looks at it."""

import os
import socket
import subprocess
import sys
import time
import urllib.request

import pytest
from browser import CHROMIUM, FLAGS

LISTEN = """
import os, sys

def note(event, arguments):
    if event == "socket.getaddrinfo":
        asked = arguments[0]
    elif event == "socket.connect" and isinstance(arguments[1], tuple):
        asked = arguments[1][0]
    else:
        return
    with open(os.environ["ASKED"], "a") as file:
        print(asked, file=file)

sys.addaudithook(note)
"""
"""Runs first in the server's process, and notes every host that it asks."""


@pytest.fixture(scope="session")
def chromium():
    """Return a headless browser."""
    sync_api = pytest.importorskip("playwright.sync_api", reason="needs Playwright")
    pytest.importorskip("streamlit", reason="needs the extra web")
    if not CHROMIUM.is_file():
        pytest.skip(f"needs Chromium at {CHROMIUM}")
    with sync_api.sync_playwright() as play:
        browser = play.chromium.launch(executable_path=str(CHROMIUM), args=FLAGS)
        yield browser
        browser.close()


class Server:
    """A server of the page.

    Attributes
    ----------
    url : str
    asked : Path
        Every host that its process asked.
    said : Path
        What it printed.
    """

    def __init__(self, folder):
        self.asked, self.said = folder / "asked.txt", folder / "said.txt"
        (folder / "sitecustomize.py").write_text(LISTEN)
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        more = {"PYTHONPATH": str(folder), "ASKED": str(self.asked), "HOME": str(folder)}
        with self.said.open("w") as said:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "sim", "web", "--port", str(self.port), "--no-browser"],
                env={**os.environ, **more},
                stdout=said,
                stderr=said,
            )
        for _ in range(600):
            try:
                with urllib.request.urlopen(f"{self.url}/_stcore/health", timeout=1):
                    return
            except OSError:
                time.sleep(0.1)
        raise AssertionError(self.said.read_text())

    def stop(self):
        """End the server."""
        self.process.terminate()
        self.process.wait(timeout=20)


@pytest.fixture(scope="session")
def server(chromium, tmp_path_factory):
    """Serve the page as ``tiersim web`` does."""
    found = Server(tmp_path_factory.mktemp("web"))
    yield found
    found.stop()


class Reader:
    """Somebody who looks at the page.

    Attributes
    ----------
    page : Page
    outside, errors : list of str
        Requests to another host, and errors of the browser's console.
    """

    def __init__(self, browser, url, **options):
        self.url = url
        self.context = browser.new_context(
            **{"viewport": {"width": 1280, "height": 900}, **options}
        )
        self.page = self.context.new_page()
        self.page.set_default_timeout(60_000)
        self.outside, self.errors = [], []
        here = (url, url.replace("http", "ws"), "data:", "blob:", "about:")
        self.page.on(
            "request",
            lambda one: None if one.url.startswith(here) else self.outside.append(one.url),
        )
        self.page.on(
            "websocket",
            lambda one: None if one.url.startswith(here) else self.outside.append(one.url),
        )
        self.page.on(
            "console", lambda one: self.errors.append(one.text) if one.type == "error" else None
        )
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))

    def open(self, query=""):
        """Open the page, and wait for its answer."""
        self.page.goto(f"{self.url}/{query}")
        self.page.wait_for_selector("#verdict")
        return self

    def settled(self):
        """Wait for the surest answer, drawn."""
        self.page.wait_for_function(
            "document.querySelector('#said')?.innerText.startsWith('80 replications')"
            " && !document.querySelector('[data-testid=stStatusWidget]')"
        )
        return self

    def text(self):
        """Return what can be read."""
        return self.page.inner_text("body")

    @property
    def verdict(self):
        """The first sentence."""
        return self.page.inner_text("#verdict")


@pytest.fixture
def reader(chromium, server):
    """Open a window."""
    windows = []

    def look(**options):
        windows.append(Reader(chromium, server.url, **options))
        return windows[-1]

    yield look
    for window in windows:
        window.context.close()
