"""A program that uses a card and tells all it can: logs at their most talkative, errors whole, every repr.

It runs as a process of its own. Its PINs come over standard input, and what it writes must not have them. The
test that runs it takes the card out and puts it back when told to.
"""

from __future__ import annotations

import gc
import logging
import sys
import traceback
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric import ec, rsa

from hardware import card, pcsc, presence, seat
from hardware.pkcs11 import Key, Module, Session, Token
from hardware.signer import CardRemoved, Found, PinRequest, SignerError
from hardware.slots import Use

TOLD = (
    Found, Key, Module, PinRequest, Session, SignerError, Token, card.Card, pcsc.Connection, pcsc.Context,
    pcsc.Reader, presence.Event, presence.Watch, seat.Seat,
)  # fmt: skip


def told(error: BaseException) -> None:
    """All that is to be known of an error: its traceback and chain, arguments and sentences."""
    traceback.print_exception(error)
    chain: BaseException | None = error
    while chain is not None:
        print(repr(chain), chain.args, getattr(chain, "values", ""))
        if isinstance(chain, SignerError):
            print(chain.told("en"), chain.told("zh"))
        chain = chain.__cause__ or chain.__context__


def everything() -> None:
    """What each object of ours says of itself."""
    for each in gc.get_objects():
        if isinstance(each, TOLD):
            print(repr(each), str(each))


def use(key: Use, *pins: str) -> None:
    """Open the card and sign twice, with these PINs in turn."""
    given = list(pins)

    def ask(request: PinRequest) -> str | None:
        print(request)
        return given.pop(0) if given else None

    try:
        [found] = card.inserted(key=key)
        with found.open(ask) as signer:
            print(len(signer.sign(b"x")), len(signer.sign(b"y")))
            everything()
            order("take it out")
            signer.sign(b"z")
    except SignerError as error:
        told(error)
        everything()
        if isinstance(error, CardRemoved):
            order("put it back")


def order(what: str) -> None:
    """Have the test do it."""
    print(what)
    sys.stdin.readline()


def main() -> None:
    """Use both keys, with the right PIN and with wrong ones, until the card is locked."""
    logging.basicConfig(level=0, stream=sys.stdout)
    sys.stdout.reconfigure(line_buffering=True)  # type: ignore[union-attr]
    right, wrong, unusable = (sys.stdin.readline().strip() for _ in range(3))
    with presence.Watch(print):
        use("sign", right, right)
        use("auth", right)
        use("sign", unusable)
        use("auth", unusable)
        use("sign", wrong, wrong)
        use("sign", wrong)
        use("auth", right)
    own = Path("/proc/self")
    print((own / "cmdline").read_bytes(), (own / "environ").read_bytes())
    assert not any(
        isinstance(each, rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey) for each in gc.get_objects()
    )


if __name__ == "__main__":
    main()
