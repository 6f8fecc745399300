"""Sends bookings one after the other, each again until it is answered well, whatever happens to the
other end: a hospital's or court's system. Prints `answered N` after each.

usage: stubborn_sender.py hl7|http PORT COUNT TOKEN
"""
import http.client
import json
import sys
import time

from hl7.client import MLLPClient

kind, port, count, token = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), sys.argv[4]


def by_hl7(number):
    text = "\r".join([
        "MSH|^~\\&|CORRHEALTH|JAIL|ACCORD|SHERIFF|20260617021500-0700||ADT^A01|"
        f"K{number}|P|2.5.1",
        "EVN|A01|20260617021000-0700",
        f"PID|1||{number}^^^JAIL^MR||Hale{number}^Tom||19851101|M",
        f"PV1|1|I|||||||||||||||||K-{number}",
    ])
    with MLLPClient("127.0.0.1", port) as client:
        client.socket.settimeout(10)
        return f"MSA|AA|K{number}\r".encode() in client.send_message(text)


def by_http(number):
    event = {
        "specversion": "1.0", "id": f"k{number}", "source": "/court", "type": "jail.booked",
        "data": {
            "booking_no": f"K-{number}", "last_name": f"Hale{number}", "first_name": "Tom",
            "event": "A", "changed_at": "2026-06-17T02:10:00-07:00",
        },
    }
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    connection.request("POST", "/v1/messages", json.dumps(event), {
        "Content-Type": "application/cloudevents+json", "Authorization": f"Bearer {token}"})
    return connection.getresponse().status == 202


send = by_hl7 if kind == "hl7" else by_http
until = time.monotonic() + 90
for number in range(1, count + 1):
    while True:
        try:
            if send(number):
                break
        except (OSError, http.client.HTTPException):
            pass
        if time.monotonic() > until:
            sys.exit(f"no answer to {number}")
        time.sleep(0.02)
    print(f"answered {number};", flush=True)
