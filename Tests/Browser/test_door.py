"""The desk's door: who gets in, what a browser is told, what a stranger can do."""
import re
import ssl
import subprocess
import urllib.error
import urllib.request

from playwright.sync_api import expect


def answer(county, agency, path, data=None, headers=None):
    """One request without a browser; redirects are not followed."""

    class Stay(urllib.request.HTTPRedirectHandler):
        def redirect_request(self, *_):
            return None

    trust = ssl.create_default_context()
    trust.check_hostname = False
    trust.verify_mode = ssl.CERT_NONE
    opener = urllib.request.build_opener(Stay, urllib.request.HTTPSHandler(context=trust))
    request = urllib.request.Request(
        f"https://localhost:{county[agency]['port']}{path}", data=data, headers=headers or {}
    )
    try:
        return opener.open(request, timeout=20)
    except urllib.error.HTTPError as error:
        return error


PAGES = ["/", "/holds", "/hold/x", "/queue", "/exports", "/views", "/holds?show=open", "/none"]


def test_nobody_sees_a_page_without_signing_in(county):
    for path in PAGES:
        reply = answer(county, "prosecutor", path)
        assert reply.status == 303 and reply.headers["location"].startswith("/sign-in"), path
    assert answer(county, "prosecutor", "/events").status == 401
    assert answer(county, "prosecutor", "/calendar/" + "0" * 32).status == 404
    posted = answer(
        county,
        "prosecutor",
        "/find",
        b"incident=1",
        {"Content-Type": "application/x-www-form-urlencoded"},
    )
    assert posted.status == 303 and posted.headers["location"].startswith("/sign-in")


def test_every_answer_is_safe_for_a_browser(county):
    for path in ["/sign-in", "/holds", "/assets/desk.css", "/nowhere", "/healthz"]:
        headers = answer(county, "prosecutor", path).headers
        policy = headers["content-security-policy"]
        assert "default-src 'none'" in policy and "frame-ancestors 'none'" in policy, path
        assert "unsafe" not in policy
        assert headers["x-frame-options"] == "DENY"
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["strict-transport-security"].startswith("max-age=")
    assert answer(county, "prosecutor", "/sign-in").headers["cache-control"] == "no-store"


def test_the_cookie_is_for_the_browser_alone(county, desk):
    pat = desk("prosecutor", "pat").sign_in()
    expect(pat.page.locator("h1")).to_have_text("Holds on filing")
    cookie = next(one for one in pat.context.cookies() if not one["name"].endswith("-door"))
    assert cookie["name"].startswith("__Host-")
    assert cookie["httpOnly"] and cookie["secure"] and cookie["sameSite"] == "Lax"


def test_a_form_from_elsewhere_is_not_taken(county, desk):
    pat = desk("prosecutor", "pat").sign_in()
    cookie = next(one for one in pat.context.cookies() if not one["name"].endswith("-door"))
    token = pat.page.locator("[name=form-token]").first.get_attribute("value")
    form = {
        "Content-Type": "application/x-www-form-urlencoded",
        "Cookie": f"{cookie['name']}={cookie['value']}",
    }
    right = f"form-token={token}&incident=26-999999".encode()
    assert answer(county, "prosecutor", "/find", right, form).status == 200
    wrong = b"form-token=00000000000000000000000000000000&incident=26-999999"
    assert answer(county, "prosecutor", "/find", wrong, form).status == 403
    assert answer(county, "prosecutor", "/find", b"incident=26-999999", form).status == 403
    for header in [{"Origin": "https://evil.example"}, {"Sec-Fetch-Site": "cross-site"}]:
        assert answer(county, "prosecutor", "/find", right, form | header).status == 403
    huge = right + b"&x=" + b"a" * 100_000
    assert answer(county, "prosecutor", "/find", huge, form).status == 400


def test_roles_keep_people_to_their_own(county, desk):
    officer = desk("sheriff", "officer").sign_in()
    for path in ["/people", "/views", "/holds"]:
        officer.go(path)
        expect(officer.page.locator("h1")).to_have_text(
            re.compile("This page is not there|Your account may not do this")
        )
    pat = desk("prosecutor", "pat").sign_in()
    pat.go("/views")
    expect(pat.page.locator("h1")).to_have_text("Your account may not do this")
    sam = desk("prosecutor", "sam").sign_in()
    sam.go("/views")
    expect(sam.page.locator("h1")).to_have_text("Who looked at whose page")
    sam.look("views")


def test_sign_in_says_what_is_wrong_and_gets_slow(county, desk):
    county.verb(
        "prosecutor", "desk", "user", "add", "guest", "--role", "clerk",
        "--without-second-factor", text="an account to guess at\n",
    )
    guest = desk("prosecutor", "guest", phone=True)
    guest.go("/sign-in").look("sign-in")
    guest.sign_in(password="not the password")
    expect(guest.page.get_by_text("There is a problem")).to_be_visible()
    expect(guest.page.locator(".error-summary")).to_be_focused()
    guest.look("sign-in-wrong")
    for _ in range(5):
        guest.sign_in("/sign-in", password="not the password")
    expect(guest.page.get_by_text("Too many tries")).to_be_visible()
    guest.sign_in("/sign-in", password="an account to guess at")
    expect(guest.page.get_by_text("Too many tries")).to_be_visible()


def test_a_second_factor_is_asked_for(county, desk):
    said = county.verb(
        "prosecutor", "desk", "user", "add", "twofold", "--role", "clerk",
        text="two factors are better\n",
    )
    secret = re.search(r"By hand: (\w+)", said).group(1)
    one = desk("prosecutor", "twofold")
    one.sign_in(password="two factors are better")
    expect(one.page.get_by_text("do not fit together")).to_be_visible()
    code = subprocess.run(
        ["python3", "-c", CODE, secret], capture_output=True, text=True, check=True
    ).stdout.strip()
    one.page.fill("[name=name]", "twofold")
    one.page.fill("[name=password]", "two factors are better")
    one.page.fill("[name=code]", code)
    one.page.click("main button")
    expect(one.page.locator("h1")).to_have_text("Holds on filing")


# RFC 6238 once more, by another hand than the desk's.
CODE = """
import base64, hashlib, hmac, struct, sys, time
key = base64.b32decode(sys.argv[1] + "=" * (-len(sys.argv[1]) % 8))
mac = hmac.new(key, struct.pack(">Q", int(time.time()) // 30), hashlib.sha1).digest()
start = mac[-1] & 15
print(f"{(struct.unpack('>I', mac[start:start + 4])[0] & 0x7FFFFFFF) % 10**6:06d}")
"""


def test_a_password_never_stands_on_the_command_line(county):
    daemon = f"{county.facts['bin']}/accord-prosecutor"
    told = subprocess.run(
        [daemon, "desk", "user", "add", "--help"], capture_output=True, text=True, check=True
    ).stdout
    assert "--password" not in told
    refused = subprocess.run(
        [daemon, "desk", "user", "add", "weak", "--role", "clerk", "--config",
         county["prosecutor"]["config"]],
        input="short\n", capture_output=True, text=True,
    )
    assert refused.returncode != 0 and "12 characters" in refused.stderr


def test_signing_out_ends_the_session(county, desk):
    pat = desk("prosecutor", "pat").sign_in()
    cookie = next(one for one in pat.context.cookies() if not one["name"].endswith("-door"))
    pat.page.click("text=Sign out")
    expect(pat.page.locator("h1")).to_have_text("Sign in")
    kept = {"Cookie": f"{cookie['name']}={cookie['value']}"}
    assert answer(county, "prosecutor", "/holds", headers=kept).status == 303


def test_the_calendar_holds_counts_and_no_names(county, desk):
    pat = desk("prosecutor", "pat").sign_in("/exports")
    pat.look("exports")
    address = pat.page.locator("code").inner_text()
    reply = answer(county, "prosecutor", "/calendar/" + address.split("/calendar/")[1])
    text = reply.read().decode()
    assert text.startswith("BEGIN:VCALENDAR\r\n") and text.endswith("END:VCALENDAR\r\n")
    assert "Finch" not in text and "26-55" not in text
    assert all(len(line.encode()) <= 75 for line in text.split("\r\n")), "RFC 5545, 3.1"


def test_a_desk_works_without_scripts(county, desk):
    pat = desk("prosecutor", "pat", scripts=False).sign_in()
    expect(pat.page.locator("h1")).to_have_text("Holds on filing")
    pat.page.fill("[name=incident]", "26-000000")
    pat.page.click("text=Find")
    expect(pat.page.get_by_text("No hold on this incident")).to_be_visible()
    robin = desk("provider", "robin", scripts=False).sign_in()
    expect(robin.page.locator("h1")).to_have_text("Hand-offs")
    robin.go("/rota")
    expect(robin.page.get_by_text("Robin Aldous").first).to_be_visible()
    expect(pat.page.locator("[data-print]")).to_have_count(0)


def test_everything_is_reached_by_keyboard(county, desk):
    pat = desk("prosecutor", "pat").sign_in()
    expect(pat.page.locator("h1")).to_have_text("Holds on filing")
    reached = []
    for _ in range(40):
        pat.page.keyboard.press("Tab")
        if pat.page.evaluate("document.activeElement === document.body"):
            break
        name = pat.page.evaluate(
            "document.activeElement.innerText || document.activeElement.name"
        )
        reached.append(name)
        outline = pat.page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
        assert outline != "none", f"no visible focus on {name}"
    assert reached[0] == "Skip to the content"
    for name in ["Sign out", "Holds", "Filing queue", "incident", "Find"]:
        assert name in reached, f"{name} is not reached: {reached}"
