"""Believes messages, or not, as a receiver does who has read the specification of Standard Webhooks
and nothing of ours.

    check_webhook.py SECRET FILE

Each line of the file is a message: webhook-id, webhook-timestamp, webhook-signature and the body in
Base64, with tabs between them. Prints the id of each that is to be believed, and why one is not.
"""

import base64
import hmac
import sys
import time

TOLERANCE_SECONDS = 300


def problem(secret, name, sent, signatures, body):
    if abs(time.time() - int(sent)) > TOLERANCE_SECONDS:
        return "too old or too new"
    signed = f"{name}.{sent}.".encode() + body
    code = base64.b64encode(hmac.digest(secret, signed, "sha256")).decode()
    if not any(hmac.compare_digest(f"v1,{code}", given) for given in signatures.split(" ")):
        return "not signed by who has the secret"
    return None


def main(secret, file):
    key = base64.b64decode(secret.removeprefix("whsec_"), validate=True)
    with open(file, encoding="ascii") as messages:
        for line in messages:
            name, sent, signatures, body = line.rstrip("\n").split("\t")
            print(problem(key, name, sent, signatures, base64.b64decode(body)) or name)


main(*sys.argv[1:])
