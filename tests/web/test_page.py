"""The page in a browser, as a leader meets it."""

import re
import socket
from pathlib import Path

import pytest

import sim
from sim.scenario.gallery import folder
from sim.web.state import own_desk, to_params

pytestmark = pytest.mark.browser
SHIFT = "*day* [a](http://203 0 113 9/)"
HOSTILE = "![x](http://203.0.113.9/a.png) <script>alert(1)</script> $x$ =cmd 🚀 \u202e"


def slider(look, label):
    """Return a slider by its label."""
    return look.page.get_by_role("slider", name=label)


def move(look, label, key="ArrowRight"):
    """Move a slider by the keyboard, and wait until the answer is another one."""
    before = look.page.inner_text("#beside")
    handle = slider(look, label)
    handle.focus()
    handle.press(key)
    look.page.wait_for_function(
        "before => document.querySelector('#beside')?.innerText !== before", arg=before
    )


def nothing_leaked(look, server):
    """Hold that nobody else was asked, and that no traceback is seen."""
    assert look.outside == []
    assert look.errors == []
    for word in ("Traceback", 'File "', "site-packages"):
        assert word not in look.text()
    assert "Traceback" not in server.said.read_text()


def test_a_moved_slider_changes_the_answer_and_the_link_shows_it_again(reader, server):
    """Load, move by keyboard, read another verdict; the address alone brings the same page back."""
    look = reader().open()
    before = look.verdict
    move(look, "L1, day", "ArrowLeft")
    look.settled()
    assert "Your change" in look.page.inner_text("#beside")
    assert look.verdict != before
    assert "tiers.L1.staff.day" in look.page.url
    assert look.page.locator("img[alt]").count() >= 4
    assert look.page.frame_locator("iframe").locator("button.play").count() == 1
    again = reader().open(look.page.url.removeprefix(look.url + "/"))
    again.settled()
    assert again.verdict == look.verdict
    assert again.page.inner_text("#beside") == look.page.inner_text("#beside")
    assert slider(again, "L1, day").input_value() == "5"
    nothing_leaked(look, server)
    nothing_leaked(again, server)


def test_hours_and_provider_can_be_chosen(reader, server):
    """An outsourced tier has no heads to move; a pattern of shifts brings its own."""
    look = reader().open()
    before = look.page.inner_text("#beside")
    look.page.get_by_role("combobox", name=re.compile("is done by")).click()
    look.page.get_by_role("option", name="a provider").click()
    look.page.wait_for_function(
        "before => document.querySelector('#beside')?.innerText !== before", arg=before
    )
    assert slider(look, "L3, day").count() == 0
    look.page.get_by_role("combobox", name=re.compile("Hours of the first line")).click()
    look.page.get_by_role("option", name=re.compile("two shifts")).click()
    slider(look, "L1, second").wait_for()
    assert "provider" in look.page.url
    nothing_leaked(look, server)


def test_a_run_can_be_stopped_and_goes_on(reader, server):
    """Stopped, the page keeps what it knows; it goes on from there."""
    year = sim.example().with_({"period.length": "54 weeks"}, name="A year")
    look = reader().open("?own=" + to_params(own_desk(year))["own"])
    look.page.get_by_role("button", name="Stop", exact=True).click()
    look.page.get_by_role("button", name="Go on").wait_for()
    assert not look.page.inner_text("#said").startswith("80 replications")
    look.page.get_by_role("button", name="Go on").click()
    look.page.get_by_role("button", name="Stop", exact=True).wait_for()
    nothing_leaked(look, server)


def test_a_search_says_what_it_would_take(reader, server):
    """A press on the button brings a desk, how sure it is, and the frontier with it marked."""
    look = reader().open()
    look.settled()
    look.page.get_by_role("button", name="What would it take?").click()
    look.page.wait_for_selector("#search", timeout=180_000)
    said = look.page.inner_text("#search")
    assert said.startswith(("It takes", "No desk within the bounds"))
    assert "replications in all" in said
    look.page.wait_for_selector('img[alt*="promise"]')
    nothing_leaked(look, server)


def test_a_search_outlives_what_is_pressed_meanwhile(reader, server):
    """Moved on during a search, the page watches it further, and says what its answer is about."""
    look = reader().open()
    look.settled()
    look.page.get_by_role("button", name="What would it take?").click()
    look.page.get_by_text(re.compile("Searching|desks? tried|replications so far")).first.wait_for()
    move(look, "L1, day", "ArrowRight")
    look.page.wait_for_selector("#search", timeout=180_000)
    assert "replications in all" in look.page.inner_text("#search")
    look.page.get_by_text("as it was before you moved on").wait_for()
    nothing_leaked(look, server)


def send(look, name, text):
    """Send a file."""
    look.page.get_by_text("Use a file of your own").click()
    look.page.locator("input[type=file]").set_input_files(
        {"name": name, "mimeType": "text/plain", "buffer": text.encode()}
    )


def test_a_broken_file_is_answered_with_its_faults(reader, server):
    """Every fault with its line, the desk before still there, and no traceback."""
    look = reader().open()
    broken = sim.dumps(sim.example()).replace("tiers:", "tears:").replace("volume: ", "volume: x")
    send(look, "broken desk.yaml", broken)
    look.page.get_by_text("This scenario cannot be used").wait_for()
    assert re.search(r"broken desk\.yaml:\d+:\d+: .*tears", look.text())
    assert "demand.volume" in look.text()
    assert look.page.locator("#verdict").count() == 1
    nothing_leaked(look, server)


def choose_file(look, path):
    """Send a file of this machine as a reader does: button, file chooser."""
    look.page.get_by_text("Use a file of your own").click()
    with look.page.expect_file_chooser() as chooser:
        look.page.locator("[data-testid=stFileUploaderDropzone] button").first.click()
    chooser.value.set_files(path)


def test_an_event_log_is_guessed_fitted_and_kept(reader, server):
    """What it is read as is shown, the desk is fitted, and the mapping can be taken away."""
    look = reader().open()
    choose_file(look, folder() / "sample-export.csv.gz")
    look.page.get_by_text("Read as servicenow: its columns have the words of that tool").wait_for()
    look.page.get_by_text("What was read and decided").click()
    look.page.get_by_text("acts as the first line").wait_for()
    look.page.keyboard.press("Escape")
    look.page.wait_for_function(
        "document.querySelector('#verdict')?.innerText.startsWith('sample-export')"
    )
    look.settled()
    with look.page.expect_download() as taking:
        look.page.get_by_role("button", name="How it was read (YAML)").click()
    kept = Path(taking.value.path()).read_text(encoding="utf-8")
    assert "incident_state" in kept
    nothing_leaked(look, server)


def test_a_ticket_table_is_read_by_the_columns_that_are_chosen(reader, server, tmp_path):
    """Columns that no preset knows are chosen on the page, and a desk is fitted to them."""
    rows = (f"R{n},2026-01-{5 + n % 26:02} {8 + n % 9:02}:{n % 60:02},Desk" for n in range(1200))
    path = tmp_path / "own tickets.csv"
    path.write_text("\n".join(["Alfa,Beta,Squad", *rows]))
    look = reader().open()
    choose_file(look, path)
    look.page.get_by_role("button", name="Columns and time zone").click()
    for label, column in (("Ticket number", "Alfa"), ("Opened at", "Beta")):
        look.page.get_by_role("combobox", name=label).click()
        look.page.get_by_role("option", name=column, exact=True).click()
    look.page.get_by_role("button", name="Read it so").click()
    look.page.wait_for_function(
        "document.querySelector('#verdict')?.innerText.startsWith('own tickets')"
    )
    assert "This ticket export cannot be used" not in look.text()
    nothing_leaked(look, server)


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"name,colour\nana,red\n", "There are: name, colour"),
        (b"\x89PNG\r\n\x00\x00", "is a binary file, not a table of text"),
    ],
)
def test_what_is_no_export_gets_one_clear_message(reader, server, tmp_path, data, said):
    """One message, the desk before still there, and no traceback."""
    path = tmp_path / "names.csv"
    path.write_bytes(data)
    look = reader().open()
    before = look.verdict
    choose_file(look, path)
    look.page.get_by_text("This ticket export cannot be used").wait_for()
    assert said in look.text()
    assert look.page.locator("[data-testid=stAlert]").count() == 1
    assert look.verdict == before
    whose = look.page.inner_text("#whose")
    assert (
        whose
        == "This is not about “names.csv”, which is not used: what follows is “In-house desk”."
    )
    nothing_leaked(look, server)


def free_tickets(path):
    """Write an export of tickets with one team each, in letters of Windows, which states no cost."""
    rows = (
        f"R{n},2026-01-{5 + n % 26:02} {8 + n % 9:02}:{n % 60:02},2026-01-{5 + n % 26:02} 19:00,Büro"
        for n in range(1200)
    )
    path.write_bytes("\n".join(["Vorgang,Erstellt,Gelöst,Gruppe", *rows]).encode("cp1252"))
    return path


def test_while_an_export_is_read_no_other_desk_is_shown(reader, server):
    """The gallery's verdict is away while a desk is fitted, and back as the client's own."""
    look = reader().open()
    choose_file(look, folder() / "sample-export.csv.gz")
    look.page.get_by_text("Fitting a desk to “sample-export.csv.gz”").wait_for()
    assert not look.page.locator("#verdict").is_visible()
    assert not look.page.locator("#beside").is_visible()
    look.page.wait_for_function(
        "document.querySelector('#verdict')?.innerText.startsWith('sample-export')"
    )
    assert look.page.locator("#verdict").is_visible()
    assert look.page.locator("#busy, #whose").count() == 0
    nothing_leaked(look, server)


def test_costs_of_an_export_are_stated_on_the_page(reader, server, tmp_path):
    """Where people are free nothing is the cheapest: the page says where prices go, and takes them."""
    look = reader().open()
    choose_file(look, free_tickets(tmp_path / "incident_event_log.csv"))
    look.page.wait_for_function(
        "document.querySelector('#verdict')?.innerText.startsWith('Your desk')"
    )
    look.page.get_by_text("What was read and decided").click()
    look.page.get_by_text("It is read as cp1252").wait_for()
    look.page.keyboard.press("Escape")
    look.page.get_by_text("No price is stated for L1").wait_for()
    move(look, "L1, day")
    look.settled()
    look.page.get_by_text("Cost against service is drawn once it is known").wait_for()
    look.page.get_by_role("button", name="What would it take?").click()
    look.page.get_by_text("No desk is the cheapest while the people of L1 cost nothing").wait_for()
    assert "That did not work" not in look.text()
    look.page.get_by_role("spinbutton", name=re.compile("L1, EUR per paid hour")).fill("32")
    look.page.get_by_role("button", name="Count these costs").click()
    look.page.wait_for_function(
        "document.querySelector('#beside')?.innerText.includes('Staff cost')"
    )
    look.settled()
    assert "Your change" in look.page.inner_text("#beside")
    assert "No price is stated" not in look.text()
    assert "Cost against service is drawn once" not in look.text()
    nothing_leaked(look, server)


def test_names_of_a_user_are_shown_as_they_are(reader, server):
    """A hostile desk asks nobody, runs nothing, and can be linked."""
    look = reader().open()
    crew = {
        f"tiers.{tier}.staff": {SHIFT: heads} for tier, heads in (("L1", 6), ("L2", 4), ("L3", 3))
    }
    shifts = {"shifts": {SHIFT: {"Mon-Fri": "08:00-17:00"}}}
    send(look, "desk.yaml", sim.dumps(sim.example().with_(shifts | crew, name=HOSTILE)))
    look.page.wait_for_function("document.querySelector('#verdict').innerText.includes('<script>')")
    assert "[x](http://203.0.113.9/a.png)" in look.verdict
    assert look.page.locator("img[src*='203.0.113.9'], a[href*='203']").count() == 0
    assert "own=" in look.page.url
    assert look.page.get_by_text(f"L1, {SHIFT}", exact=True).count() == 1
    nothing_leaked(look, server)


def test_what_is_shown_can_be_taken_away(reader, server):
    """Scenario, figures and a picture come as files, made when they are asked for."""
    look = reader().open("?change=" + '{"tiers.L1.staff.day":7}')
    for button, begins in (
        ("Scenario (YAML)", b"name:"),
        ("Figures (CSV)", b"scenario,"),
        ("PNG", b"\x89PNG"),
    ):
        with look.page.expect_download() as taken:
            look.page.get_by_role("button", name=button, exact=True).first.click()
        assert begins in Path(taken.value.path()).read_bytes()[:200], button
    nothing_leaked(look, server)


@pytest.mark.parametrize(
    "query", ["?change={", "?own=abc", "?desk=no-such-desk", '?change={"a.b":1}']
)
def test_a_bad_link_is_answered_with_a_sentence(reader, server, query):
    """What an address says is refused like a file, and the page works on."""
    look = reader().open(query)
    assert "This scenario cannot be used" in look.text()
    nothing_leaked(look, server)


def test_a_phone_in_the_dark_needs_no_sideways_scrolling(reader, server):
    """At 390 points nothing is wider than the screen; letters are light on dark."""
    look = reader(viewport={"width": 390, "height": 844}, color_scheme="dark").open()
    look.page.frame_locator("iframe").locator("button.play").wait_for()
    wide = look.page.evaluate("document.documentElement.scrollWidth")
    assert wide <= 390
    inside = look.page.evaluate(
        "Math.max(...[...document.querySelectorAll('.tiersim table, .tiersim img, iframe')]"
        ".map(e => e.getBoundingClientRect().right))"
    )
    assert inside <= 390
    colour = look.page.evaluate("getComputedStyle(document.querySelector('#verdict')).color")
    assert min(map(int, re.findall(r"\d+", colour)[:3])) > 150
    nothing_leaked(look, server)


def test_the_server_asks_no_other_host(server):
    """Nothing is counted, looked up or fetched anywhere; it listens to this machine alone."""
    asked = set(server.asked.read_text().split()) if server.asked.exists() else set()
    assert asked <= {"127.0.0.1", "localhost", "::1", "None"}


ORIGINS = (
    "http://203.0.113.9",
    "http://example.invalid:8501",
    "null",
    "file://",
    "https://checkip.example.invalid/x",
    "http://user:word@127.0.0.1.example.invalid",
    "",
    "http://[::1",
    "\u202ehttp://x",
)


def handshake(server, headers):
    """Ask for the page's socket as a browser does; returns the first line of the answer."""
    with socket.create_connection(("127.0.0.1", server.port), timeout=20) as line:
        asked = {
            "Host": f"127.0.0.1:{server.port}",
            "Upgrade": "websocket",
            "Connection": "Upgrade",
            "Sec-WebSocket-Version": "13",
            "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
            **headers,
        }
        head = "".join(f"{name}: {value}\r\n" for name, value in asked.items())
        line.sendall(f"GET /_stcore/stream HTTP/1.1\r\n{head}\r\n".encode())
        return line.recv(200).split(b"\r\n")[0].decode()


def test_no_origin_makes_the_server_ask_another_host(server):
    """A page elsewhere that opens this one's socket is refused, and nobody is asked who that is."""
    for origin in ORIGINS:
        answer = handshake(server, {"Origin": origin})
        assert " 101 " not in answer, origin
    for host in ("example.invalid", f"203.0.113.9:{server.port}", "127.0.0.1.example.invalid"):
        # The name of another host may lead here: its page is no page of this machine.
        answer = handshake(server, {"Host": host, "Origin": f"http://{host}"})
        assert " 101 " not in answer, host
    here = f"127.0.0.1:{server.port}"
    assert " 101 " in handshake(server, {"Host": here, "Origin": f"http://{here}"})
    asked = set(server.asked.read_text().split()) if server.asked.exists() else set()
    assert asked <= {"127.0.0.1", "localhost", "::1", "None"}
