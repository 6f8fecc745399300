"""A FHIR server for tests: takes only resources that are valid by the published structure (the
package `fhir.resources`), creates on condition, answers searches by pages, with ETags, and refuses
search parameters that it does not know. Prints its port, then each resource that was written.

usage: fhir_server.py TOKEN [STATUS…]   statuses of the first POSTs, in place of taking them

PUT /fhir/TYPE/ID writes as the records system's own people would. PUT /next takes a list of what the
next searches do: a status, `cut` (half an answer), `unsorted`, `circle` (the next page is this one).
"""
import hashlib
import http.server
import json
import sys
import urllib.parse

import parent
from fhir.resources.R4B import get_fhir_model_class

parent.end_with()

token = sys.argv[1]
statuses = [int(status) for status in sys.argv[2:]]
stored = {}
clock = 0
faults = []
known = {"_sort", "_count", "_lastUpdated", "_include", "code", "status", "start"}


def outcome(kind, **places):
    # The diagnostics quote a person, as real servers' do.
    issue = {"severity": "error", "code": kind, "diagnostics": "Ana Clay, 1990-05-21", **places}
    return {"resourceType": "OperationOutcome", "issue": [issue]}


class Handler(http.server.BaseHTTPRequestHandler):
    def do_PUT(self):
        global faults
        body = self.rfile.read(int(self.headers.get("content-length", 0)))
        if self.path == "/next":
            faults = json.loads(body)
            return self.answer(200, {})
        kind, name = self.path.split("/")[-2:]
        if self.is_known():
            self.write(kind, name, json.loads(body))

    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("content-length", 0)))
        kind = self.path.rsplit("/", 1)[-1]
        if not self.is_known():
            return None
        if statuses:
            status = statuses.pop(0)
            return self.answer(status, outcome("required", expression=["Task.status"]))
        wanted = urllib.parse.parse_qs(self.headers.get("if-none-exist", ""))
        system, _, value = wanted.get("identifier", ["|"])[0].partition("|")
        for (other, _), resource in stored.items():
            numbers = resource.get("identifier", [])
            if other == kind and {"system": system, "value": value} in numbers:
                print(json.dumps({"kind": kind, "status": 200, "resource": resource}), flush=True)
                return self.answer(200, resource)
        return self.write(kind, str(len(stored) + 1), json.loads(body))

    def write(self, kind, name, resource):
        global clock
        try:
            get_fhir_model_class(kind).model_validate(resource)
        except Exception as error:
            print(json.dumps({"invalid": str(error)}), flush=True)
            return self.answer(422, outcome("structure"))
        clock += 1
        resource["id"] = name
        resource["meta"] = {
            "lastUpdated": f"2026-06-17T08:{clock // 60:02}:{clock % 60:02}Z",
            "versionId": str(clock)}
        status = 200 if (kind, name) in stored else 201
        stored[(kind, name)] = resource
        print(json.dumps({
            "kind": kind, "status": status, "resource": resource,
            "trace": self.headers.get("traceparent")}), flush=True)
        return self.answer(status, resource)

    def do_GET(self):
        place = urllib.parse.urlparse(self.path)
        kind = place.path.rsplit("/", 1)[-1]
        query = urllib.parse.parse_qs(place.query)
        if not self.is_known():
            return None
        fault = faults.pop(0) if faults else None
        if isinstance(fault, int):
            return self.answer(fault, outcome("transient"), {"Retry-After": "120"})
        unknown = sorted(set(query) - known)
        if unknown and "handling=strict" in self.headers.get("prefer", ""):
            return self.answer(400, outcome("not-supported"))
        found = self.find(kind, query)
        if fault == "unsorted":
            found.reverse()
        start = int(query.get("start", ["0"])[0])
        page = found[start:start + 2]
        bundle = {
            "resourceType": "Bundle", "type": "searchset", "link": [],
            # Two to a page, whatever was asked for, as servers may.
            "entry": [{"resource": r, "search": {"mode": "match"}} for r in page],
        }
        if "_include" in query:
            for resource in page:
                patient = stored.get(tuple(resource["patient"]["reference"].split("/")))
                if patient:
                    bundle["entry"].append({"resource": patient, "search": {"mode": "include"}})
        if start + 2 < len(found) or fault == "circle":
            rest = {name: values[0] for name, values in query.items()}
            rest["start"] = start + 2 if fault != "circle" else start
            link = place.path + "?" + urllib.parse.urlencode(rest)
            # A page's address may be whole, or begin at the root.
            if start == 0:
                link = "http://127.0.0.1:%d%s" % (server.server_address[1], link)
            bundle["link"].append({"relation": "next", "url": link})
        tag = 'W/"%s"' % hashlib.sha256(json.dumps(bundle).encode()).hexdigest()[:16]
        if self.headers.get("if-none-match") == tag:
            print(json.dumps({"unchanged": self.path}), flush=True)
            return self.answer(304, None, {"ETag": tag})
        return self.answer(200, bundle, {"ETag": tag}, cut=fault == "cut")

    def find(self, kind, query):
        since = query.get("_lastUpdated", ["ge"])[0][2:]
        wanted = query.get("status", [""])[0].split(",")
        return sorted(
            (r for (k, _), r in stored.items()
             if k == kind and r["meta"]["lastUpdated"] >= since
             and (wanted == [""] or r.get("status") in wanted)),
            key=lambda r: r["meta"]["lastUpdated"])

    def is_known(self):
        if self.headers.get("authorization") == "Bearer " + token:
            return True
        self.answer(401, outcome("login"))
        return False

    def answer(self, status, document, headers={}, cut=False):
        body = b"" if document is None else json.dumps(document).encode()
        if cut:
            body = body[:len(body) // 2]
        self.send_response(status)
        self.send_header("Content-Type", "application/fhir+json")
        for name, value in headers.items():
            self.send_header(name, value)
        if status != 304:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *arguments):
        pass


server = http.server.HTTPServer(("127.0.0.1", 0), Handler)
print(server.server_address[1], flush=True)
server.serve_forever()
