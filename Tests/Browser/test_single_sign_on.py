"""Signing in by the agency's own identity provider: `nanoidp`, another's program, with passwords of its
own, PKCE and registered addresses, beside the public defender's desk."""
import json
import pathlib
import re
import sqlite3
import subprocess
import sys
import time
import urllib.error
import urllib.parse
import urllib.request

import pytest
from playwright.sync_api import expect

from conftest import ISSUER, SIGN_ON_SECRET

LEE = ("lee.marsh", "lee at the provider")
ANA = ("ana.cole", "ana at the provider")


class Provider:
    def __init__(self, folder, callback):
        self.folder = folder
        port = urllib.parse.urlparse(ISSUER).port
        client = {
            "client_id": "accord-defender",
            "client_secret": SIGN_ON_SECRET,
            "redirect_uris": [callback],
            "token_endpoint_auth_method": "client_secret_basic",
        }
        # JSON is YAML.
        self.write("settings", {
            "config_version": 1,
            "server": {"host": "127.0.0.1", "port": port},
            "security_profile": "oauth21",
            "oauth": {
                "issuer": ISSUER, "audience": "accord", "token_expiry_minutes": 5,
                "require_pkce": True, "clients": [client],
            },
            "jwt": {"keys_dir": str(folder / "keys")},
        })
        self.groups("accord-leads")
        log = open(folder / "log", "w")
        self.process = subprocess.Popen(
            [sys.executable, "-m", "nanoidp", "--config", str(folder)], stdout=log, stderr=log)
        until = time.monotonic() + 60
        while True:
            try:
                urllib.request.urlopen(ISSUER + "/.well-known/openid-configuration", timeout=5)
                return
            except (urllib.error.URLError, OSError):
                assert time.monotonic() < until, (folder / "log").read_text()
                time.sleep(0.1)

    def write(self, name, document):
        (self.folder / f"{name}.yaml").write_text(json.dumps(document))

    def groups(self, *lees):
        """Before the provider starts: which groups Lee is in."""
        self.write("users", {
            "config_version": 1,
            "users": {
                LEE[0]: {"password": LEE[1], "email": "lee@example.org", "groups": list(lees)},
                ANA[0]: {"password": ANA[1], "email": "ana@example.org", "groups": ["staff"]},
            },
        })

    def stop(self):
        self.process.terminate()
        self.process.wait(timeout=20)


@pytest.fixture(scope="module")
def provider(county, tmp_path_factory):
    callback = f"https://localhost:{county['defender']['port']}/sign-in/callback"
    provider = Provider(pathlib.Path(tmp_path_factory.mktemp("provider")), callback)
    yield provider
    provider.stop()


def leave(one, path="/"):
    """To the provider's own page."""
    one.page.goto(path)
    one.page.get_by_role("link", name="Continue with County sign-in").click()
    expect(one.page.locator("[name=password]")).to_be_visible()
    assert one.page.url.startswith(ISSUER), one.page.url


def show(one, who):
    one.page.fill("[name=username]", who[0])
    one.page.fill("[name=password]", who[1])
    one.page.click("[type=submit]")


def sign_in(one, who=LEE, path="/"):
    leave(one, path)
    show(one, who)
    return one


def callbacks(one):
    """Where the provider sends the browser back to, as it happens."""
    seen = []
    one.page.on(
        "request", lambda asked: seen.append(asked.url) if "/callback?" in asked.url else None)
    return seen


def test_the_provider_says_who_it_is_and_the_role_follows(desk, provider):
    lee = desk("defender", "lee")
    lee.page.goto("/sign-in")
    lee.look("sign-in-single")
    sign_in(lee, path="/views")
    # The page that was asked for, which only a supervisor may see.
    expect(lee.page.locator("h1")).to_have_text("Who looked at whose page")
    expect(lee.page.locator("header .me")).to_contain_text("lee.marsh, supervisor")
    # The provider's own page asks for what is not here; the desk's policy forbade nothing.
    assert not any("Content Security Policy" in one for one in lee.complaints), lee.complaints


def test_it_works_without_scripts(desk, provider):
    lee = sign_in(desk("defender", "lee", scripts=False, phone=True))
    expect(lee.page.locator("header .me")).to_contain_text("supervisor")


def test_whoever_has_no_role_is_told_so_and_not_let_in(desk, provider):
    ana = sign_in(desk("defender", "ana"), ANA)
    expect(ana.page.locator("h1")).to_have_text("You have no role at this desk")
    ana.look("no-role")
    ana.go("/")
    expect(ana.page.locator("h1")).to_have_text("Sign in")


def test_a_wrong_password_is_the_providers_matter(desk, provider):
    lee = desk("defender", "lee")
    leave(lee)
    show(lee, (LEE[0], "not the password"))
    assert lee.page.url.startswith(ISSUER)
    lee.go("/")
    expect(lee.page.locator("h1")).to_have_text("Sign in")


def test_an_answer_counts_once_and_in_its_own_browser(desk, provider):
    lee = desk("defender", "lee")
    seen = callbacks(lee)
    sign_in(lee)
    expect(lee.page.locator("header .me")).to_contain_text("supervisor")
    assert len(seen) == 1
    other = desk("defender", "other")
    for one in [lee, other]:
        assert one.page.goto(seen[0]).status == 400
        expect(one.page.locator("h1")).to_have_text("This sign-in is not valid any more")
    other.look("sign-in-stale")
    other.go("/")
    expect(other.page.locator("h1")).to_have_text("Sign in")


def test_an_answer_that_was_changed_is_not_taken(desk, provider):
    lee = desk("defender", "lee")
    leave(lee)
    state = urllib.parse.parse_qs(urllib.parse.urlparse(lee.page.url).query)["state"][0]
    reply = lee.page.goto(lee.home + "/sign-in/callback?code=x&state=" + "0" * len(state))
    assert reply.status == 400
    # The person gave up: said by the provider, with the right state.
    reply = lee.page.goto(lee.home + f"/sign-in/callback?error=access_denied&state={state}")
    assert reply.status == 403
    expect(lee.page.locator("h1")).to_have_text("You were not signed in")
    # A code that the provider never gave.
    leave(lee)
    state = urllib.parse.parse_qs(urllib.parse.urlparse(lee.page.url).query)["state"][0]
    reply = lee.page.goto(lee.home + f"/sign-in/callback?code=made-up&state={state}")
    assert reply.status == 502
    assert "made-up" not in lee.page.content()
    lee.go("/")
    expect(lee.page.locator("h1")).to_have_text("Sign in")


def test_a_way_out_of_the_desk_is_not_offered(desk, provider):
    lee = desk("defender", "lee")
    lee.page.goto("/sign-in/sso?next=https://evil.example/")
    show(lee, LEE)
    expect(lee.page.locator("header .me")).to_contain_text("supervisor")
    assert lee.page.url.startswith(lee.home)


def test_signing_out_makes_the_provider_ask_again(desk, provider):
    lee = sign_in(desk("defender", "lee"))
    lee.page.click("text=Sign out")
    expect(lee.page.locator("h1")).to_have_text("You are signed out of this desk")
    lee.look("signed-out")
    there = lee.page.get_by_role("link", name="Sign out of County sign-in too")
    assert there.get_attribute("href").startswith(ISSUER + "/logout?")
    leave(lee)
    asked = urllib.parse.parse_qs(urllib.parse.urlparse(lee.page.url).query)
    assert asked["prompt"] == ["login"] and asked["max_age"] == ["0"]
    show(lee, LEE)
    expect(lee.page.locator("header .me")).to_contain_text("supervisor")
    # Once.
    lee.away().context.clear_cookies(name=re.compile(r"accord-\d+$"))
    leave(lee)
    assert "prompt=" not in lee.page.url


def test_a_pause_locks_and_the_provider_unlocks(county, desk, provider):
    lee = sign_in(desk("defender", "lee"), path="/clients")
    expect(lee.page.locator("header .me")).to_contain_text("supervisor")
    lee.away()
    store = sqlite3.connect(
        f"{county.facts['county']}/state/lakewood-defender/desk.sqlite", timeout=20)
    with store:
        store.execute("UPDATE session SET usedAt = usedAt - 3 * 3600000 WHERE account = 'lee.marsh'")
    lee.go("/views")
    expect(lee.page.locator("h1")).to_have_text("Locked, because nobody used it for a while")
    lee.look("locked-single")
    before = [one["value"] for one in lee.context.cookies() if re.search(r"-\d+$", one["name"])]
    lee.page.get_by_role("link", name="Continue with County sign-in").click()
    assert "prompt=login" in lee.page.url
    show(lee, LEE)
    expect(lee.page.locator("h1")).to_have_text("Who looked at whose page")
    after = [one["value"] for one in lee.context.cookies() if re.search(r"-\d+$", one["name"])]
    assert before == after, "the same session goes on"


def test_a_local_account_signs_in_beside_it(desk):
    lee = desk("defender", "lee").sign_in()
    expect(lee.page.locator("header .me")).to_contain_text("Lee Marsh, supervisor")


def test_without_its_provider_a_desk_says_so(desk, provider):
    provider.stop()
    lee = desk("defender", "lee")
    lee.page.goto("/sign-in")
    lee.page.get_by_role("link", name="Continue with County sign-in").click()
    # What was read of the provider lately still counts: the browser itself may find it gone.
    expect(lee.page.locator("h1")).to_have_text(re.compile(
        "Signing in with County sign-in does not work now|This site can.t be reached"))
    if lee.page.url.startswith(lee.home):
        expect(lee.page.locator("h1")).to_have_text(
            "Signing in with County sign-in does not work now")
    lee.sign_in("/sign-in")
    expect(lee.page.locator("header .me")).to_contain_text("Lee Marsh, supervisor")
