"""A FHIR server for tests: takes only resources that are valid by the published structure (the
package `fhir.resources`), does conditional updates, and answers searches by pages. Prints its port,
then each resource that was put.

usage: fhir_server.py TOKEN [STATUS…]   statuses of the first PUTs, in place of taking them
"""
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


class Handler(http.server.BaseHTTPRequestHandler):
    def do_PUT(self):
        self.take(replaces=True)

    def do_POST(self):
        self.take(replaces=False)

    def take(self, replaces):
        global clock
        body = self.rfile.read(int(self.headers.get("content-length", 0)))
        place = urllib.parse.urlparse(self.path)
        kind = place.path.rsplit("/", 1)[-1]
        wanted = urllib.parse.parse_qs(place.query).get("identifier", [""])[0]
        if self.headers.get("authorization") != "Bearer " + token:
            return self.answer(401, {})
        if statuses:
            return self.answer(statuses.pop(0), {})
        try:
            resource = json.loads(body)
            get_fhir_model_class(kind).model_validate(resource)
        except Exception as error:
            print(json.dumps({"invalid": str(error)}), flush=True)
            return self.answer(422, {})
        key = (kind, wanted if replaces else resource["id"])
        clock += 1
        resource["meta"] = {"lastUpdated": f"2026-06-17T08:{clock // 60:02}:{clock % 60:02}Z"}
        status = 200 if key in stored else 201
        stored[key] = resource
        print(
            json.dumps({"kind": kind, "identifier": wanted, "status": status,
                        "resource": resource}), flush=True)
        return self.answer(status, resource)

    def do_GET(self):
        place = urllib.parse.urlparse(self.path)
        kind = place.path.rsplit("/", 1)[-1]
        query = urllib.parse.parse_qs(place.query)
        if self.headers.get("authorization") != "Bearer " + token:
            return self.answer(401, {})
        since = query.get("_lastUpdated", ["ge"])[0][2:]
        start = int(query.get("start", ["0"])[0])
        found = sorted(
            (r for (k, _), r in stored.items()
             if k == kind and r["meta"]["lastUpdated"] >= since),
            key=lambda r: r["meta"]["lastUpdated"])
        bundle = {
            "resourceType": "Bundle", "type": "searchset", "link": [],
            # Two to a page, whatever was asked for, as servers may.
            "entry": [{"resource": r} for r in found[start:start + 2]],
        }
        if start + 2 < len(found):
            rest = urllib.parse.urlencode({"start": start + 2, "_lastUpdated": "ge" + since})
            host = "127.0.0.1:%d" % server.server_address[1]
            bundle["link"].append(
                {"relation": "next", "url": f"http://{host}{place.path}?{rest}"})
        return self.answer(200, bundle)

    def answer(self, status, document):
        body = json.dumps(document).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/fhir+json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *arguments):
        pass


server = http.server.HTTPServer(("127.0.0.1", 0), Handler)
print(server.server_address[1], flush=True)
server.serve_forever()
