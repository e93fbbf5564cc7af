"""The ways in: what there is to log in with at a place, and logging in with it.

Knows the order (IC card, Ikey, agent, certificate file, account), how each becomes credentials, and that
nothing on a host's own readers is anybody's. Everything here may take long and is called in a thread. Refuses
to know screens: a PIN is asked for through `Pins`, a password was asked for before.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from cryptography import x509
from cryptography.x509.oid import NameOID

from hardware.agent import agent_signers
from hardware.choose import Wish, choose
from hardware.file import open_file
from hardware.signer import Found, KeyMissing, ModuleMissing, Several, SignerError, TokenMissing
from messages.annotations import Words
from messages.signature.oids import commits
from terminals.compose import party_of
from terminals.profile import Secret
from terminals.session import ByCertificate, ByPassword, ByToken, Credentials
from terminals.trouble import Unusable
from terminals.tui.holder import KINDS, Holder, Pins, opened
from terminals.tui.place import Place
from terminals.tui.told import told
from terminals.tui.words import both

DEVICES = ("card", "ikey", "agent")
Lost = Callable[[SignerError], None]


@dataclass(frozen=True, slots=True)
class Way:
    """One way in. `kind` is a signer's, or token (the host has opened a session), or account."""

    kind: str
    found: Found | None = None  # of a device
    name: str = ""  # an account, or a certificate file
    secret: Secret | None = None  # its password, where that is known already

    @property
    def words(self) -> Words:
        """What it is, and whose."""
        if self.found is not None:
            return _device(self.found)
        if self.kind == "file":
            return _beside(KINDS["file"], Path(self.name).name)
        return _beside(both("way-account"), self.name)

    @property
    def asks(self) -> bool:
        """Whether a name and a password have to be typed first."""
        return self.kind in ("file", "account") and self.secret is None


@dataclass(frozen=True, slots=True)
class Look:
    """What was found, the best way first, and what is wrong with the devices that were not."""

    ways: tuple[Way, ...]
    reasons: tuple[Words, ...] = ()


def look(place: Place) -> Look:
    """Every way in that there is now."""
    ways: list[Way] = []
    reasons: list[Words] = []
    for kind in DEVICES:
        try:
            ways += [Way(found.kind, found) for found in _devices(place, kind)]
        except SignerError as error:
            if not _silent(place, kind, error):
                reasons.append(told(error))
    return Look((*ways, *others(place)), tuple(reasons))


def others(place: Place) -> tuple[Way, ...]:
    """The ways that are no devices: they are known without looking. Over SSH few have a file there."""
    token = (Way("token", name=place.account, secret=Secret(place.token)),) if place.token else ()
    file = Way("file", name=str(place.p12 or ""), secret=place.passphrase)
    account = Way("account", name=place.account, secret=place.password)
    return (*token, account, file) if place.remote else (*token, file, account)


def open_way(
    place: Place, way: Way, name: str, secret: Secret | None, pins: Pins, lost: Lost
) -> tuple[Credentials, Holder | None]:
    """Credentials for a way, and the signer that goes with them. Raises SignerError, Unusable.

    `name` and `secret` are what was typed, for a way that asks.
    """
    if way.found is not None:
        return _signed(opened(way.found, pins, lost))
    given = secret or way.secret or Secret("")
    if way.kind == "file":
        return _signed(Holder(open_file(file_of(place, name or way.name), given.reveal()), pins, lost))
    if way.kind == "token":
        return ByToken(way.name, given.reveal()), None
    return ByPassword(name or way.name, given.reveal()), None


def agent_holder(
    place: Place, certificates: Sequence[x509.Certificate], pins: Pins, lost: Lost
) -> Holder | None:
    """A signer by the place's agent for one of these, one that binds its holder first; None: no key of them.

    Raises SignerError.
    """
    wanted = sorted(certificates, key=lambda each: not commits(each))
    try:
        found = agent_signers(wanted, place.agent)[0]
    except KeyMissing:
        return None
    return opened(found, pins, lost)


def file_of(place: Place, name: str) -> Path:
    """The certificate file that was named. Over SSH it is in the person's own area, whatever is typed."""
    if not place.remote:
        return Path(name).expanduser()
    area = place.area.resolve()
    path = (area / name.lstrip("/")).resolve()
    if not path.is_relative_to(area):
        raise Unusable("file-unreadable", file=name, reason="it is not in your own area")
    return path


def _signed(holder: Holder) -> tuple[Credentials, Holder]:
    return ByCertificate(holder.at(both("pin-purpose-login"))), holder


def _devices(place: Place, kind: str) -> list[Found]:
    """The devices of one kind, each once, with the certificate that is for signing."""
    if kind == "agent":
        there = place.agent and place.certificates
        return agent_signers(place.certificates, place.agent)[:1] if there else []
    if place.wish is None or place.wish.kind not in ("", kind):
        return []
    wish = replace(place.wish, kind=kind)
    try:
        return [choose(wish)]
    except Several as several:
        if wish.device:
            raise several
        return list(_each(wish, kind))


def _each(wish: Wish, kind: str) -> Iterator[Found]:
    """Every one of several devices."""
    if kind == "card":
        from hardware.card import inserted  # loads the system's libraries, which not every machine has

        found = inserted(key=wish.card_key)
    else:
        from hardware.ikey import plugged

        found = plugged(wish.modules)
    for serial in dict.fromkeys(one.serial for one in found):
        yield choose(replace(wish, device=serial))


def _silent(place: Place, kind: str, error: SignerError) -> bool:
    """Whether it goes without saying: nobody asked for an Ikey, and nobody has one."""
    wished = place.wish is not None and place.wish.kind == kind
    return kind == "ikey" and not wished and isinstance(error, ModuleMissing | TokenMissing)


def _device(found: Found) -> Words:
    kind = KINDS[found.kind]
    parts = [found.label, found.serial if found.kind != "agent" else ""]
    if found.certificate is not None:
        parts += [holder_name(found), party_of(found.certificate).cop_name]
    text = "  ".join(dict.fromkeys(part for part in parts if part))
    return _beside(kind, text)


def holder_name(found: Found) -> str:
    """Whose certificate it is: the common name."""
    assert found.certificate is not None
    names = found.certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
    return str(names[0].value) if names else ""


def _beside(words: Words, text: str) -> Words:
    return Words(f"{words.zh}  {text}".rstrip(), f"{words.en}  {text}".rstrip())
