"""The prosecutor's warnings and races, the defender's clients, and a hub that is away."""
import re
import time

from playwright.sync_api import expect


def refer(county, number, incident, last, first="Case"):
    now = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    county.drop(
        "sheriff", "referrals", f"{number}.json",
        '{"referral_id": "%s", "door": "arrest-diversion", "referred_at": "%s",'
        ' "incident_no": "%s", "agency_ori": "ZZ0290000", "offenses": ["11.204"],'
        ' "offense_level": "misdemeanor", "officer_badge": "422", "officer_callback": "555-0108",'
        ' "meeting_place": "Lobby", "last_name": "%s", "first_name": "%s", "dob": "1991-01-01",'
        ' "roi_outcome": "signed", "roi_signed_at": "%s", "roi_signer_capacity": "patient",'
        ' "roi_witness": "422", "roi_recipients": ["lakewood-prosecutor", "harbor-behavioral"],'
        ' "roi_information": ["handoff-details", "hold"], "roi_purposes": ["coordination"],'
        ' "roi_expires_on": "2039-12-31", "roi_form": "field-1", "roi_image_sha256": "%s"}'
        % (number, now, incident, last, first, now, "cd" * 32),
    )


def test_a_held_case_in_the_filing_queue_cannot_be_missed(county, desk):
    pat = desk("prosecutor", "pat").sign_in("/exports")
    refer(county, "lr-queue-1", "26-770001", "Stone")
    pat.go("/holds")
    expect(pat.page.get_by_role("link", name="26-770001", exact=True)).to_be_visible(timeout=20_000)
    county.drop(
        "prosecutor", "filing-queue", "today.csv",
        "Incident Number,Case Number,Filing Date\n26 770001,C-88,2026-12-01\n26-1,C-89,\n",
    )
    words = "STOP: incident 26 770001 is under a hold and stands in your filing queue"
    expect(pat.page.get_by_text("stands in your filing queue")).to_be_visible(timeout=20_000)
    pat.look("stop")
    for path in ["/holds", "/queue", "/exports"]:
        pat.go(path)
        expect(pat.page.get_by_role("alert").get_by_text(words)).to_be_visible()
    pat.go("/queue").look("queue")
    pat.page.get_by_role("button", name="I have seen this").click()
    expect(pat.page.get_by_text("Seen by pat")).to_be_visible()
    expect(pat.page.get_by_text(words)).to_be_visible()
    # Deciding the hold ends it.
    pat.page.get_by_role("link", name="26 770001").first.click()
    pat.page.click("a:has-text('Void')")
    pat.page.click("button:has-text('Opened in error')")
    expect(pat.page.get_by_text("The hold is void.")).to_be_visible()
    expect(pat.page.get_by_text(words)).to_have_count(0)
    assert pat.complaints == []


def test_two_people_do_not_decide_past_each_other(county, desk):
    refer(county, "lr-race-1", "26-770002", "Reed")
    pat = desk("prosecutor", "pat").sign_in("/holds")
    expect(pat.page.get_by_role("link", name="26-770002", exact=True)).to_be_visible(timeout=20_000)
    # An incident's number opens the hold itself, and stands in no address.
    pat.page.fill("[name=incident]", "26 770002")
    pat.page.click("text=Find")
    expect(pat.page.locator("h1")).to_have_text("Hold on filing: incident 26-770002")
    assert "770002" not in pat.page.url and "race" not in pat.page.url
    pat.page.click("a:has-text('Extend')")
    pat.look("decide-extended")
    sam = desk("prosecutor", "sam").sign_in()
    sam.go(pat.page.url.rsplit("/", 1)[0])
    sam.page.click("a:has-text('Decline to file')")
    sam.page.click("button:has-text('Interest of justice')")
    expect(sam.page.get_by_text("Declined to file.")).to_be_visible()
    pat.page.click("button:has-text('More time is needed')")
    expect(pat.page.locator("h1")).to_have_text("This hold has ended")
    sam.go("/views")
    expect(sam.page.locator("td", has_text="lr-race-1").first).to_be_visible()


def test_an_extension_needs_its_day(county, desk):
    refer(county, "lr-extend-1", "26-770003", "Marsh")
    pat = desk("prosecutor", "pat").sign_in("/holds")
    pat.page.get_by_role("link", name="26-770003", exact=True).click(timeout=20_000)
    pat.page.click("a:has-text('Extend')")
    pat.page.evaluate("document.querySelector('main form').noValidate = true")
    pat.page.fill("[name=due_on]", "")
    pat.page.click("button:has-text('More time is needed')")
    expect(pat.page.locator(".error-summary").get_by_text("new last day")).to_be_visible()
    pat.look("decide-error")
    pat.page.fill("[name=due_on]", "2039-01-31")
    pat.page.click("button:has-text('Agreed with counsel')")
    expect(pat.page.get_by_text("The hold is extended.")).to_be_visible()
    expect(pat.page.get_by_text("31 Jan 2039").first).to_be_visible()
    pat.page.emulate_media(media="print")
    expect(pat.page.get_by_text("All holds")).to_be_hidden()
    expect(pat.page.get_by_text("Marsh, Case")).to_be_visible()
    with pat.page.expect_download() as saved:
        pat.page.emulate_media(media="screen")
        pat.go("/exports").page.click("text=Save as CSV")
    text = open(saved.value.path(), encoding="utf-8").read()
    assert text.startswith("referral_id,hold_no,incident_no") and "26-770003" in text


def test_the_defender_sees_clients_and_assigns_counsel(county, desk):
    now = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    lee = desk("defender", "lee", phone=True).sign_in()
    for number, incident, last in [("lr-def-1", "26-880001", "Alto"), ("lr-def-2", "26-880001", "Basso")]:
        refer(county, number, incident, last)
        # The full release replaces the field release, which the provider must have been told.
        county.await_text("provider", "cases.csv", f"{number},p-")
        county.drop(
            "provider", "releases", f"roi-{number}.json",
            '{"roi_id": "roi-%s", "version": 1, "kind": "general", "referral_id": "%s",'
            ' "last_name": "%s", "first_name": "Case", "dob": "1991-01-01",'
            ' "signer_capacity": "patient", "witness": "cm-1", "signed_at": "%s",'
            ' "recipients": ["lakewood-sheriff", "lakewood-prosecutor", "lakewood-defender",'
            ' "harbor-behavioral"], "information": ["hold", "bookings", "defense-assignment"],'
            ' "purposes": ["coordination"], "expires_on": "2039-12-31", "form": "multi-1",'
            ' "image_sha256": "%s"}' % (number, number, last, now, "ef" * 32),
        )
        county.await_text("provider", "releases.csv", f"roi-{number},1,{number},")
    pat = desk("prosecutor", "pat").sign_in("/holds")
    for name in ["Alto, Case", "Basso, Case"]:
        row = pat.go("/holds").page.locator("tr", has_text=name)
        expect(row).to_be_visible(timeout=20_000)
        row.get_by_role("link").first.click()
        pat.page.click("a:has-text('Open the hold')")
        pat.page.click("text=Open it as asked")
        expect(pat.page.get_by_text("The hold is open.")).to_be_visible()
    lee.go("/clients?show=unassigned")
    expect(lee.page.get_by_text("26-880001")).to_have_count(0)
    expect(lee.page.get_by_text("Hold opened").nth(1)).to_be_visible(timeout=20_000)
    lee.look("clients")
    # Those of this incident: other clients may be there.
    links = []
    for index in range(lee.go("/clients?show=unassigned").page.locator("td a").count()):
        lee.go("/clients?show=unassigned").page.locator("td a").nth(index).click()
        if "26-880001" in lee.text():
            links.append(lee.page.url)
    assert len(links) == 2
    for link in links:
        lee.go(link)
        lee.page.fill("[name=attorney]", "Morgan Vale")
        lee.look("client")
        lee.page.click("text=Assign counsel")
        expect(lee.page.get_by_text("Counsel is assigned.")).to_be_visible()
    lee.go("/conflicts")
    expect(lee.page.get_by_text("Morgan Vale")).to_be_visible()
    lee.look("conflicts")
    lee.go("/clients")
    expect(lee.page.get_by_text("Possible conflict").first).to_be_visible()
    # A number finds both, and stands in no address.
    lee.page.fill("[name=words]", "26-880001")
    lee.page.get_by_role("button", name="Find").click()
    expect(lee.page.locator("h1")).to_have_text("Find a client")
    expect(lee.page.locator("td a")).to_have_count(2)
    assert "880001" not in lee.page.url
    lee.look("found")
    lee.page.fill("[name=words]", "Nobody")
    lee.page.get_by_role("button", name="Find").click()
    expect(lee.page.get_by_text("The hub has told this office of no such client.")).to_be_visible()
    lee.look("found-nobody")


def test_a_hub_that_is_away_is_said_and_nothing_is_lost(county, desk):
    refer(county, "lr-away-1", "26-770004", "Wells")
    pat = desk("prosecutor", "pat").sign_in("/holds")
    expect(pat.page.get_by_role("link", name="26-770004", exact=True)).to_be_visible(timeout=20_000)
    county.say("kill-router")
    try:
        work_while_away(pat)
    finally:
        county.say("start-router")
    expect(pat.page.get_by_text("Not in touch with the hub")).to_have_count(0, timeout=90_000)
    robin = desk("provider", "robin").sign_in("/people")
    robin.page.get_by_role("link", name="Case Wells").click(timeout=20_000)
    expect(robin.page.get_by_text("open", exact=True)).to_be_visible(timeout=20_000)


def work_while_away(pat):
    expect(pat.page.get_by_text("Not in touch with the hub")).to_be_visible(timeout=90_000)
    pat.look("hub-away")
    pat.page.get_by_role("link", name="26-770004", exact=True).click()
    pat.page.click("a:has-text('Open the hold')")
    pat.page.click("text=Open it as asked")
    expect(pat.page.get_by_text("once the hub is in touch again")).to_be_visible()
    expect(pat.page.get_by_text(re.compile("of your messages wait here"))).to_be_visible()
