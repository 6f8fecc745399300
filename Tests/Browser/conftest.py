"""Runs the sample county with its desks, and a real Chromium before them.

Screenshots of every page go to $ACCORD_ARTIFACTS, at phone and desktop width, light and dark.
"""
import json
import os
import pathlib
import re
import socket
import subprocess
import threading
import time

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect, sync_playwright

ROOT = pathlib.Path(__file__).resolve().parents[2]
ARTIFACTS = pathlib.Path(os.environ.get("ACCORD_ARTIFACTS", ROOT / ".build" / "desk-screenshots"))
PHONE = {"width": 360, "height": 740}
DESKTOP = {"width": 1280, "height": 900}
def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


# The identity provider of the defender's desk; the tests that need it start it.
ISSUER = f"http://127.0.0.1:{free_port()}"
SIGN_ON_SECRET = "known-to-the-two-of-them"
# A busy build machine is slower than any county's.
expect.set_options(timeout=10_000)
# WCAG 2.2 AA and what it builds on.
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


class County:
    """The running daemons: five real processes, as the demonstration starts them."""

    def __init__(self, name="county"):
        ARTIFACTS.mkdir(parents=True, exist_ok=True)
        self.process = subprocess.Popen(
            [str(ROOT / "deploy/lib/county-with-desks")],
            env=os.environ | {"ACCORD_ISSUER": ISSUER, "ACCORD_CLIENT_SECRET": SIGN_ON_SECRET},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=open(ARTIFACTS / f"{name}.log", "w"),
            text=True,
        )
        text = ""
        killer = threading.Timer(120, self.process.kill)
        killer.start()
        for line in self.process.stdout:
            text += line
            if text.count("{") and text.count("{") == text.count("}"):
                break
        killer.cancel()
        assert text, f"the county did not start: see {name}.log among the artifacts"
        self.facts = json.loads(text)
        self.password = self.facts["password"]

    def __getitem__(self, agency):
        return self.facts[agency]

    def say(self, word):
        self.process.stdin.write(word + "\n")
        self.process.stdin.flush()

    def drop(self, agency, folder, name, text):
        place = pathlib.Path(self[agency]["files"]) / "in" / folder
        place.mkdir(parents=True, exist_ok=True)
        part = place / f".{name}"
        part.write_text(text)
        part.rename(place / name)

    def await_text(self, agency, name, words, seconds=30):
        """Until a file that the adapter writes says the words."""
        place = pathlib.Path(self[agency]["files"]) / "out" / name
        until = time.monotonic() + seconds
        while not (place.exists() and words in place.read_text()):
            assert time.monotonic() < until, f"{words!r} not within {seconds} s in {name}"
            time.sleep(0.1)

    def verb(self, agency, *arguments, text=None):
        daemon = {
            "prosecutor": "accord-prosecutor",
            "provider": "accord-behavioral-health",
            "sheriff": "accord-sheriff",
            "defender": "accord-public-defender",
        }[agency]
        done = subprocess.run(
            [f"{self.facts['bin']}/{daemon}", *arguments, "--config", self[agency]["config"]],
            input=text,
            capture_output=True,
            text=True,
            timeout=60,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def stop(self):
        self.process.stdin.close()
        self.process.wait(timeout=60)


@pytest.fixture(scope="session")
def county():
    county = County()
    yield county
    county.stop()


@pytest.fixture(scope="session")
def browser():
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=os.environ.get("CHROMIUM", "/usr/bin/chromium"),
            args=[
                "--no-sandbox",
                # The desks' certificates signed themselves.
                "--ignore-certificate-errors",
                "--autoplay-policy=no-user-gesture-required",
            ],
        )
        yield browser
        browser.close()


class Desk:
    """One person before one desk."""

    def __init__(self, browser, county, agency, account, phone=False, scripts=True, dark=False):
        self.county = county
        self.agency = agency
        self.account = account
        self.home = f"https://localhost:{county[agency]['port']}"
        self.context = browser.new_context(
            base_url=self.home,
            viewport=PHONE if phone else DESKTOP,
            has_touch=phone,
            java_script_enabled=scripts,
            color_scheme="dark" if dark else "light",
            ignore_https_errors=True,
        )
        self.context.set_default_timeout(30_000)
        self.page = self.context.new_page()
        self.complaints = []
        # What is wrong with how pages look, told all at once when the test ends.
        self.problems = []
        self.page.on(
            "console",
            lambda said: self.complaints.append(said.text) if said.type == "error" else None,
        )
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))

    def sign_in(self, path="/", password=None):
        self.page.goto(path)
        if "/sign-in" in self.page.url:
            self.page.fill("[name=name]", self.account)
            self.page.fill("[name=password]", password or self.county.password)
            self.page.click("main button")
        return self

    def go(self, path):
        self.page.goto(path)
        return self

    def away(self):
        """Off the desk's pages, which notice by themselves that their session ended: they would go
        to the sign-in just when a test sends the browser elsewhere."""
        self.page.goto("about:blank")
        return self

    def text(self):
        return self.page.inner_text("main")

    def look(self, name):
        """Checks the page as it stands for everybody, and keeps what it looks like."""
        page = self.page
        assert re.fullmatch(r"(\(\d+\) )?[\w -]+ – [\w ]+", page.title()), page.title()
        problems = Axe().run(page, options={"runOnly": {"type": "tag", "values": RULES}})
        found = [
            f"{issue['id']}: {issue['help']}: {node['html'][:200]}"
            for issue in problems.response["violations"]
            for node in issue["nodes"]
        ]
        self.problems += [f"{name}: {problem}" for problem in found]
        before = page.viewport_size
        for label, size in [("phone", PHONE), ("desktop", DESKTOP)]:
            page.set_viewport_size(size)
            wide = page.evaluate("document.documentElement.scrollWidth")
            if wide > size["width"]:
                self.problems.append(f"{name} scrolls sideways: {wide} in {size['width']}")
            page.screenshot(path=ARTIFACTS / f"{self.agency}-{name}-{label}.png", full_page=True)
        # 400 % zoom of a desktop is 320 CSS pixels.
        page.set_viewport_size({"width": 320, "height": 640})
        wide = page.evaluate("document.documentElement.scrollWidth")
        if wide > 320:
            self.problems.append(f"{name} scrolls sideways at 400 % zoom: {wide}")
        page.emulate_media(color_scheme="dark")
        dark = Axe().run(page, options={"runOnly": ["color-contrast"]})
        self.problems += [
            f"{name} in the dark: {node['html'][:200]}"
            for issue in dark.response["violations"]
            for node in issue["nodes"]
        ]
        page.set_viewport_size(DESKTOP)
        page.screenshot(path=ARTIFACTS / f"{self.agency}-{name}-dark.png")
        page.emulate_media(color_scheme="light")
        page.set_viewport_size(before)
        return self

    def sign(self):
        """Draws a signature with the pointer."""
        box = self.page.locator("#pad").bounding_box()
        self.page.locator("#pad").scroll_into_view_if_needed()
        box = self.page.locator("#pad").bounding_box()
        mouse = self.page.mouse
        mouse.move(box["x"] + 20, box["y"] + 60)
        mouse.down()
        for step in range(1, 12):
            mouse.move(box["x"] + 20 + step * 15, box["y"] + 60 + (20 if step % 2 else -20))
        mouse.up()

    def close(self):
        self.context.close()


@pytest.fixture
def desk(browser, county):
    opened = []

    def open_desk(agency, account, **options):
        one = Desk(browser, county, agency, account, **options)
        opened.append(one)
        return one

    yield open_desk
    problems = [problem for one in opened for problem in one.problems]
    for one in opened:
        one.close()
    assert not problems, "\n".join(problems)
