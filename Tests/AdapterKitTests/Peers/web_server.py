"""An HTTPS server that takes webhooks and text messages. Prints its port, then each request.

It checks a webhook's signature by itself, after the Standard Webhooks specification.

usage: web_server.py CERTIFICATE KEY SECRET_BASE64 [STATUS…]   statuses of the first answers
"""
import base64
import hashlib
import hmac
import http.server
import json
import ssl
import sys

import parent

parent.end_with()
secret = base64.b64decode(sys.argv[3])
statuses = [int(status) for status in sys.argv[4:]]


class Handler(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("content-length", 0)))
        signed = f"{self.headers.get('webhook-id')}.{self.headers.get('webhook-timestamp')}."
        code = hmac.new(secret, signed.encode() + body, hashlib.sha256).digest()
        expected = "v1," + base64.b64encode(code).decode()
        status = statuses.pop(0) if statuses else 204
        print(
            json.dumps({
                "path": self.path, "type": self.headers.get("content-type"),
                "trace": self.headers.get("traceparent"),
                "id": self.headers.get("webhook-id"), "body": body.decode(),
                "isSigned": self.headers.get("webhook-signature") == expected,
                "authorization": self.headers.get("authorization"), "status": status,
            }), flush=True)
        self.send_response(status)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *arguments):
        pass


server = http.server.HTTPServer(("127.0.0.1", 0), Handler)
context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain(sys.argv[1], sys.argv[2])
server.socket = context.wrap_socket(server.socket, server_side=True)
print(server.server_address[1], flush=True)
server.serve_forever()
