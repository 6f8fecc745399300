"""A mail server (aiosmtpd) with STARTTLS and sign-in. Prints its port, then each mail as JSON.

usage: mail_server.py CERTIFICATE KEY
"""
import asyncio
import json
import ssl
import sys

import parent
from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword

parent.end_with()


class Post:
    async def handle_DATA(self, server, session, envelope):
        print(
            json.dumps({
                "from": envelope.mail_from,
                "to": envelope.rcpt_tos,
                "text": envelope.content.decode("ascii"),
                "tls": session.ssl is not None,
                "user": (session.auth_data or b"").decode(),
            }), flush=True)
        return "250 taken"


def sign_in(server, session, envelope, mechanism, data):
    known = isinstance(data, LoginPassword) and data == LoginPassword(b"accord", b"secret")
    return AuthResult(success=known, auth_data=data.login if known else None)


async def main():
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(sys.argv[1], sys.argv[2])
    server = await asyncio.get_running_loop().create_server(
        lambda: SMTP(
            Post(), require_starttls=True, tls_context=context, authenticator=sign_in,
            auth_required=True, auth_require_tls=True, hostname="localhost"),
        "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


asyncio.run(main())
