"""What somebody who has logged in works with: line, signer, receipts, drafts, sending. Every page has it.

Knows how these are made of a place and credentials, and in which order they end; refuses to know screens.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass

from hardware.signer import SignerError
from messages.annotations import Words
from messages.signature.oids import LEGAL, OPERATOR, card_kind, commits
from messages.signature.sign import Signer
from terminals.client import Gateway
from terminals.compose import Party, party_of
from terminals.proof import Prover, load_certificates, load_crl
from terminals.session import ByCertificate, Credentials, Session
from terminals.trouble import Trouble
from terminals.tui.holder import Holder
from terminals.tui.place import Place
from terminals.tui.systems import EXCHANGING
from terminals.tui.words import both
from terminals.work.drafts import Drafts
from terminals.work.events import Tell, Who
from terminals.work.exchange import Line
from terminals.work.kinds import Hand
from terminals.work.receipts import Ladders
from terminals.work.submission import Sending


class NoSigner(SignerError):
    """Somebody came by password, and has nothing to sign with."""

    sentence = (
        (
            "you came by account and password, so nothing can be signed here: forms can be filled in and "
            "kept; to declare them log in with a card or certificate"
        ),
        "您以账号和密码登录，无法签名：可填写、暂存，申报请用卡或证书登录",
    )


class NoAgentHere(NoSigner):
    """The same over SSH, where the card is at the workstation."""

    sentence = (
        (
            "there is no card here to sign with: forms can be filled in and kept, declaring needs a card; "
            "add it at your workstation (ssh-add -s MODULE) and connect with  ssh -A"
        ),
        (
            "此处没有可用于签名的卡，可填写、暂存，申报须用卡：请在本地工作站用 ssh-add -s 模块 加入卡，"
            "再用  ssh -A  连接"
        ),
    )


class NotInAgent(NoSigner):
    """The same where an agent is there that has no key of theirs."""

    sentence = (
        (
            "your SSH agent holds no key that is registered to you: forms can be filled in and kept, "
            "declaring needs a card; add yours at your workstation (ssh-add -s MODULE), it is found here by "
            "itself"
        ),
        (
            "您的 SSH 代理中没有登记在您名下的密钥，可填写、暂存，申报须用卡：请在本地工作站用 ssh-add -s "
            "模块 加入卡，此处会自动识别"
        ),
    )


@dataclass(slots=True)
class Work:
    """One person at work, from login to the end. A signer may come later."""

    place: Place
    line: Line
    who: Who
    holder: Holder | None  # None: nothing can be signed
    party: Party
    ladders: Ladders
    drafts: Drafts
    sending: Sending

    @property
    def hand(self) -> Hand:
        """Who would send: what `terminals.work.kinds` judges by."""
        if self.holder is None:
            return Hand(self.who.role, "", commits=False)
        certificate = self.holder.certificate
        return Hand(self.who.role, card_kind(certificate), commits(certificate))

    @property
    def device(self) -> Words:
        """What signs, for the status bar: a device and its number, or of which kind of card a key is.

        Nothing is said of whoever has nothing to sign.
        """
        if self.holder is None:
            return both("device-none") if self.who.role in EXCHANGING else Words()
        what, card = self.holder.words, self.card
        if self.holder.removable or card == what:
            return what
        return Words(f"{what.zh} {card.zh}", f"{what.en} {card.en}")

    @property
    def card(self) -> Words:
        """Which of its holder's cards signs; the device where that is not known."""
        assert self.holder is not None
        return both(f"hand-{self.hand.card}") if self.hand.card in (LEGAL, OPERATOR) else self.holder.words

    @property
    def missing(self) -> NoSigner:
        """Why nothing can be signed, and what to do."""
        if not self.place.remote:
            return NoSigner()
        return NotInAgent() if self.place.agent else NoAgentHere()

    def take_up(self, holder: Holder) -> None:
        """Go on with a signer that has come: log in by it, and sign with it from now on.

        Raises LoginRefused, Unreachable, or whatever the signer raises: all is as it was then.
        """
        self.who = self.line.change(ByCertificate(holder.at(both("pin-purpose-login"))))
        self.holder = holder

    def end(self) -> None:
        """Log out, and let the device go. May take seconds; what fails then is nobody's trouble any more."""
        if self.holder is not None:
            self.holder.stop_asking()
        with suppress(Trouble):
            self.line.close()
        if self.holder is not None:
            with suppress(SignerError):
                self.holder.close()
        self.drafts.close()


def begin(
    place: Place, gateway: Gateway, credentials: Credentials, holder: Holder | None, tell: Tell
) -> Work:
    """Log in. Raises LoginRefused, Unreachable, Unusable, or whatever the signer raises."""
    crls = [load_crl(place.crl)] if place.crl else []
    prover = Prover(load_certificates(place.ca), crls)
    line = Line(Session(gateway, credentials), prover, place.state, tell)
    who = line.open()
    party = _party(place, who, holder)
    ladders = Ladders(place.state, line.origin, who.dxp_id)
    drafts = Drafts(place.state, line.origin, who.dxp_id)

    def signer() -> Signer:
        if work.holder is None:
            raise work.missing
        return work.holder.at(both("pin-purpose-sign"))

    receivers = (who.receiver or place.receiver,)
    sending = Sending(line, signer, party, receivers, ladders, drafts, tell=tell)
    work = Work(place, line, who, holder, party, ladders, drafts, sending)
    return work


def _party(place: Place, who: Who, holder: Holder | None) -> Party:
    """As the gateway knows it; for what it doesn't say from the settings and the certificate."""
    read = party_of(holder.certificate) if holder is not None else Party()
    return Party(
        who.dxp_id or place.party.dxp_id or read.dxp_id,
        who.cop_code or place.party.cop_code,
        who.name or place.party.cop_name or read.cop_name,
    )
