"""A mail server for tests: aiosmtpd as it is, told by the addresses of a message what to do with it.

Writes its port to stdout, then an object a line for each message that it took: the log of what was delivered.
Addresses: `rcpt-450@…` is refused with that code as a recipient, `mail-451@…` as a sender, `data-552@…` when the message is
there; `dies@…` takes the message and closes the connection instead of saying so; `hangs@…` takes it and says nothing.
"""

import argparse
import asyncio
import json
import re
import ssl
import sys
from email import message_from_bytes, policy

from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword


def told(stage, addresses):
    for address in addresses:
        code = re.match(stage + r"-(\d\d\d)@", address)
        if code:
            return f"{code[1]} the {stage} said so, for {address}"
    return None


class Handler:
    def __init__(self, out):
        self.out = out

    def write(self, entry):
        self.out.write(json.dumps(entry) + "\n")
        self.out.flush()

    async def handle_MAIL(self, server, session, envelope, address, options):
        refused = told("mail", [address])
        if not refused:
            envelope.mail_from = address
            envelope.mail_options.extend(options)
        return refused or "250 OK"

    async def handle_RCPT(self, server, session, envelope, address, options):
        refused = told("rcpt", [address])
        if not refused:
            envelope.rcpt_tos.append(address)
        return refused or "250 OK"

    async def handle_DATA(self, server, session, envelope):
        refused = told("data", envelope.rcpt_tos)
        if refused:
            return refused
        message = message_from_bytes(envelope.content, policy=policy.default)
        parts = [
            {
                "type": part.get_content_type(),
                "name": part.get_filename(),
                "text": part.get_content() if part.get_content_maintype() == "text" else None,
                "bytes": len(part.get_payload(decode=True)),
            }
            for part in message.walk()
            if not part.is_multipart()
        ]
        self.write({
            "from": envelope.mail_from,
            "to": envelope.rcpt_tos,
            "headers": {name: str(value) for name, value in message.items()},
            "defects": [str(defect) for part in message.walk() for defect in part.defects],
            "parts": parts,
            "tls": server.transport.get_extra_info("sslcontext") is not None,
            "login": session.auth_data.login.decode() if session.auth_data else None,
            "peer": session.peer[1],
        })
        if any(address.startswith("dies@") for address in envelope.rcpt_tos):
            server.transport.abort()
        if any(address.startswith("hangs@") for address in envelope.rcpt_tos):
            await asyncio.sleep(3600)
        return "250 taken as number 1"


def known(server, session, envelope, mechanism, data):
    fine = isinstance(data, LoginPassword) and (data.login, data.password) == (b"ada", b"pass word\xc3\xa9")
    return AuthResult(success=fine, handled=fine, auth_data=data if fine else None, message=None if fine else "535 5.7.8 who are you")


async def main():
    args = argparse.ArgumentParser()
    args.add_argument("--security", choices=["starttls", "tls", "none"], required=True)
    args.add_argument("--certificate")
    args.add_argument("--key")
    args.add_argument("--login", action="store_true")
    args.add_argument("--no-utf8", action="store_true")
    args = args.parse_args()
    context = None
    if args.certificate:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(args.certificate, args.key)
    starttls = context if args.security == "starttls" else None

    def serve():
        return SMTP(
            Handler(sys.stdout),
            hostname="mail.test",
            enable_SMTPUTF8=not args.no_utf8,
            tls_context=starttls,
            require_starttls=starttls is not None,
            authenticator=known if args.login else None,
            auth_required=args.login,
            auth_require_tls=False,
        )

    loop = asyncio.get_running_loop()
    over = context if args.security == "tls" else None
    server = await loop.create_server(serve, "127.0.0.1", 0, ssl=over)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


asyncio.run(main())
