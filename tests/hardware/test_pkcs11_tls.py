"""A PKCS#11 module and TLS in one process: what one leaves behind in OpenSSL is no fault of the other."""

from __future__ import annotations

import ssl
from contextlib import suppress

import pytest

from hardware.ikey import plugged
from hardware.pkcs11 import Module
from tests.hardware.asking import Holder
from tests.hardware.softhsm import PIN, SoftHsm
from tests.hardware.softhsm import softhsm as softhsm
from tests.messages.signature.making import holder

RSA = holder("rsa2048")


def connected() -> ssl.SSLObject:
    """The client's end of a TLS connection in memory, without certificates, whose peer says nothing now."""
    to_client, to_server = ssl.MemoryBIO(), ssl.MemoryBIO()
    ends = []
    for role in (ssl.PROTOCOL_TLS_CLIENT, ssl.PROTOCOL_TLS_SERVER):
        context = ssl.SSLContext(role)
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        context.maximum_version = ssl.TLSVersion.TLSv1_2
        context.set_ciphers("AECDH:@SECLEVEL=0")
        server = role == ssl.PROTOCOL_TLS_SERVER
        bios = (to_server, to_client) if server else (to_client, to_server)
        ends.append(context.wrap_bio(*bios, server_side=server))
    client, server_end = ends
    for end in (client, server_end, client):
        with suppress(ssl.SSLWantReadError):
            end.do_handshake()
    server_end.do_handshake()
    client.do_handshake()
    return client


def test_looking_for_tokens_does_not_break_a_tls_connection(softhsm: SoftHsm) -> None:
    """SoftHSM leaves errors in OpenSSL's list when it is initialised; TLS does not take them for its own."""
    softhsm.token("ikey")
    module = Module.load(softhsm.module)
    line = connected()
    assert module.tokens()
    with pytest.raises(ssl.SSLWantReadError):
        line.read()


def test_a_wrong_pin_and_then_the_right_one_do_not_break_a_tls_connection(softhsm: SoftHsm) -> None:
    """SoftHSM tries a PIN by decrypting with it: that this failed is nothing to the login that follows."""
    softhsm.token("ikey", RSA)
    [found] = plugged([softhsm.module])
    line = connected()
    with found.open(Holder("99999999", PIN)) as signer:
        signer.sign(b"data")
    with pytest.raises(ssl.SSLWantReadError):
        line.read()
