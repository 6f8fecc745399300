"""The officer's form at the roadside, where there is no signal."""
import base64
import json

from playwright.sync_api import expect

KEPT = """() => new Promise((resolve) => {
  const open = indexedDB.open('accord-captures', 1);
  open.onsuccess = () => {
    const all = open.result.transaction('sealed').objectStore('sealed').getAll();
    all.onsuccess = () => resolve(JSON.stringify(all.result));
  };
})"""


def test_a_referral_is_written_without_a_signal_and_sent_later(county, desk):
    officer = desk("sheriff", "officer", phone=True).sign_in("/refer")
    page = officer.page
    assert page.evaluate("navigator.serviceWorker.ready.then((one) => one.active !== null)")
    page.goto("/refer")
    officer.context.set_offline(True)
    # Opened anew: the blank form was kept.
    page.goto("/refer")
    expect(page.locator("h1")).to_have_text("New referral")
    page.fill("[name=meeting_place]", "Mile post 14")
    page.fill("[name=officer_callback]", "555-0177")
    page.fill("[name=incident_no]", "26-660014")
    page.check("text=Theft of the third degree (11.204)")
    page.fill("[name=first_name]", "Ines")
    page.fill("[name=last_name]", "Hollis")
    officer.sign()
    page.click("text=Send and call the case manager")
    expect(page.get_by_text("Kept on this device, sealed")).to_be_visible()
    kept = page.evaluate(KEPT)
    envelopes = [base64.b64decode(one["envelope"]) for one in json.loads(kept)]
    assert len(envelopes) == 1 and len(envelopes[0]) > 500
    for word in ["Hollis", "Mile post 14", "26-660014"]:
        assert word not in kept and word.encode() not in envelopes[0]
    # What the browser keeps of pages is the blank form and what it looks like.
    names = page.evaluate(
        """async () => {
          const cache = await caches.open('accord-blank-1');
          return (await cache.keys()).map((one) => new URL(one.url).pathname).sort();
        }"""
    )
    assert names == ["/assets/capture.js", "/assets/desk.css", "/assets/desk.js", "/refer"]
    officer.look("refer-kept")
    officer.context.set_offline(False)
    expect(page.get_by_text("Kept on this device, sealed")).to_be_hidden(timeout=20_000)
    robin = desk("provider", "robin").sign_in()
    expect(robin.page.get_by_text("Mile post 14")).to_be_visible(timeout=20_000)
    # Once, however often it was tried.
    officer.go("/mine")
    expect(page.locator("main table tbody tr")).to_have_count(1)
