"""Two agencies, both written in Python, tell one story through a real router.

    story.py COUNTY_FOLDER SUBMIT_PORT STEP
Steps: first (everything up to an unread message), second (after the router was killed)."""

import re
import sys
import time

from accord_client import Client, add_segment, envelope


def key(county, name):
    """The CURVE pair of a key file; a foreign client would make its own."""
    with open(f"{county}/keys/{name}.yaml") as file:
        text = file.read()
    curve = text[text.index("curve:"):text.index("signing:")]
    return [re.search(rf"{half}: \"?(\S+?)\"?\s*$", curve, re.M).group(1)
            for half in ("public", "secret")]


def client(county, port, name):
    public, secret = key(county, name)
    router, _ = key(county, "router")
    return Client(f"{county}/{name}.json", "127.0.0.1", port, router, public, secret)


def release(provider, now):
    message = envelope("roi.signed", "care-coordination", participant="person-1")
    roi = message.release_signed
    roi.id, roi.version, roi.kind = "roi-python-1", 1, "multi-party"
    roi.disclosers.add().agency = "harbor-behavioral"
    roi.recipients.add().agency = "lakewood-prosecutor"
    scope = roi.information.add()
    scope.categories.append("participation")
    scope.labels.append("part-2")
    roi.purposes.append("diversion")
    roi.signed_at, roi.expires_at = now, now + 90 * 86_400_000
    roi.form_image_hash = bytes(32)
    roi.statements.extend(["right-to-revoke", "redisclosure", "no-condition-of-treatment"])
    roi.signer = "patient"
    # What was recorded before the signature is covered too: the first message waits for it.
    roi.covers_earlier = True
    provider.publish(message, control=True)


def intake(provider, day):
    message = envelope("intake.completed", "diversion", participant="person-1", subject="case-1")
    add_segment(message, "participation", completed_on=("date", day))
    return provider.publish(message)


def main():
    county, port, step = sys.argv[1], int(sys.argv[2]), sys.argv[3]
    provider = client(county, port, "harbor-behavioral")
    prosecutor = client(county, port, "lakewood-prosecutor")
    provider.connect()
    prosecutor.connect()
    now = int(time.time() * 1000)
    if step == "first":
        # Before any release: accepted, held, and nothing reaches the prosecutor.
        intake(provider, "2026-03-01")
        provider.run_until(lambda c: not c.state["spool"])
        release(provider, now)
        provider.run_until(lambda c: not c.state["spool"])
        prosecutor.run_until(lambda c: len(c.state["applied"]) == 1)
        got = prosecutor.state["applied"][0]
        assert got["topic"] == "intake.completed", got
        assert got["source"] == "harbor-behavioral", got
        assert got["participant"] not in ("", "person-1"), "an alias crossed over"
        assert got["fields"] == {"completed-on": "2026-03-01"}, got
        assert got["scopes"] == ["roi-python-1"], got
        version, trace, parent, flags = got["traceparent"].split("-")
        assert (version, trace, flags) == ("00", got["id"], "01") and int(parent, 16), got
        # What the catalogue does not allow is refused by code and place, and loses nothing else.
        wrong = envelope("intake.completed", "diversion", participant="person-1", subject="case-1")
        add_segment(wrong, "participation", shoe_size=("integer", 44))
        provider.publish(wrong)
        provider.run_until(lambda c: c.refused)
        assert provider.refused[0][1:] == ("unknown-field", "shoe-size"), provider.refused
        # Spooled while nobody reads: it waits for the prosecutor's return.
        prosecutor.close_sockets()
        intake(provider, "2026-03-02")
        provider.run_until(lambda c: not c.state["spool"])
    else:
        # The router was killed and started again: both resume where they were.
        prosecutor.run_until(lambda c: len(c.state["applied"]) == 2)
        intake(provider, "2026-03-03")
        prosecutor_numbers = lambda c: [item["number"] for item in c.state["applied"]]
        provider.run_until(lambda c: not c.state["spool"])
        prosecutor.run_until(lambda c: len(c.state["applied"]) == 3)
        assert prosecutor_numbers(prosecutor) == [1, 2, 3], prosecutor_numbers(prosecutor)
        days = [item["fields"]["completed-on"] for item in prosecutor.state["applied"]]
        assert days == ["2026-03-01", "2026-03-02", "2026-03-03"], days
    print("good")


if __name__ == "__main__":
    main()
