"""Part 7: a signature on an open Ikey session over the token's own time, and a whole message signed with it.

The token is SoftHSM2, which signs a hundred times as fast as a real Ikey: what is added to it shows here. Its
own time is python-pkcs11's C_SignInit and C_Sign, on the same token, in turn with the rest.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from statistics import median
from typing import Any
from unittest import mock

from lxml import etree
from pkcs11 import Attribute, Mechanism, ObjectClass

from bench.prebuilt import SAMPLE
from bench.scale import Bench
from hardware.ikey import Ikey, plugged
from hardware.pkcs11 import Module
from hardware.request import hashed
from messages.signature.sign import sign
from tests.hardware.softhsm import PIN, SoftHsm
from tests.messages.signature.making import holder

KINDS = {"RSA-2048": ("rsa2048", Mechanism.RSA_PKCS), "P-256": ("p256", Mechanism.ECDSA)}
BLOCK = 20  # signatures between two looks at the clock


def run(bench: Bench) -> dict[str, Any]:
    """Milliseconds of a signature, by key: the token's own, on the open session, with the message around."""
    store = SoftHsm(bench.folder)
    found = {}
    with mock.patch.dict(os.environ, SOFTHSM2_CONF=str(store.configuration)):
        for name, (kind, mechanism) in KINDS.items():
            store.token(name, holder(kind))
            found[name] = each = _measure(bench, store, name, mechanism)
            bench.say(
                f"{name}: token {each['token_ms']:.3f} ms, open Ikey {each['ikey_ms']:.3f} ms, "
                f"{each['ratio']:.2f} ×; message {each['message_ms']:.3f} ms, {each['message_ratio']:.2f} ×"
            )
    return {"keys": found, "bytes": SAMPLE.stat().st_size}


def _measure(bench: Bench, store: SoftHsm, name: str, mechanism: Mechanism) -> dict[str, Any]:
    began = time.perf_counter()
    [device] = [each for each in plugged([store.module]) if each.label == name]
    with device.open(lambda _: PIN) as ikey:
        opened = time.perf_counter() - began
        assert isinstance(ikey, Ikey)
        data = SAMPLE.read_bytes()
        root = etree.fromstring(data)
        digest = hashed(ikey.certificate.public_key(), data)  # type: ignore[arg-type]
        [token] = [each for each in Module.load(store.module).tokens() if each.label == name]
        with token.module.open(token) as session:
            session.join()
            with session.use() as raw:
                key: Any
                [key] = list(raw.get_objects({Attribute.CLASS: ObjectClass.PRIVATE_KEY}))
            pairs = []
            for number in range(-1, bench.scale.signings):
                pair = (
                    _block(lambda: key.sign(digest, mechanism=mechanism)),
                    _block(lambda: ikey.sign(data)),
                    _block(lambda: sign(root, ikey)),
                )
                if number >= 0:  # the first one warms up
                    pairs.append(pair)
    own, ours, message = (median(pair[place] for pair in pairs) for place in range(3))
    return {
        "token_ms": own,
        "ikey_ms": ours,
        "message_ms": message,
        "ratio": median(pair[1] / pair[0] for pair in pairs),
        "message_ratio": median(pair[2] / pair[0] for pair in pairs),
        "ratios": sorted(pair[1] / pair[0] for pair in pairs),
        "open_ms": opened * 1000,
    }


def _block(call: Callable[[], object]) -> float:
    """Milliseconds of one call, over a block of them."""
    began = time.perf_counter()
    for _ in range(BLOCK):
        call()
    return (time.perf_counter() - began) * 1000 / BLOCK
