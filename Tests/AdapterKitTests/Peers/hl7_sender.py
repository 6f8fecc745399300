"""Sends HL7 files over MLLP with the `hl7` package, on one connection. Prints 0 (it has no port of
its own), then each answer as that package reads it, or
what became of the connection.

usage: hl7_sender.py PORT CA|- CERTIFICATE|- KEY|- FILE…
"""
import json
import ssl
import sys

import hl7
from hl7.client import MLLPClient

port, authorities, certificate, key = sys.argv[1:5]
print(0, flush=True)
with MLLPClient("127.0.0.1", int(port)) as client:
    client.socket.settimeout(30)
    if authorities != "-":
        context = ssl.create_default_context(cafile=authorities)
        if certificate != "-":
            context.load_cert_chain(certificate, key)
        client.socket = context.wrap_socket(client.socket, server_hostname="localhost")
    for path in sys.argv[5:]:
        try:
            with open(path, "rb") as file:
                answer = client.send_message(file.read())
        except OSError as error:
            print(json.dumps({"failed": type(error).__name__}), flush=True)
            continue
        text = answer.decode("utf-8")
        message = hl7.parse(text.strip("\x0b\x1c\r\n"))
        print(
            json.dumps({
                "code": str(message.segment("MSA")[1]), "id": str(message.segment("MSA")[2]),
                "type": str(message.segment("MSH")[9]), "to": str(message.segment("MSH")[5]),
                "isFramed": text.startswith("\x0b") and text.endswith("\x1c\r"), "text": text,
            }), flush=True)
