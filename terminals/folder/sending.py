"""One batch through all its steps: read, signed, kept, sent, answered, its files moved.

Knows the order in which nothing is lost, and what ends it early: a signer that is away, a gateway that no
longer knows the certificate, a disk that is full. Refuses to know who gives out batches, and tells only what
happened. A file that somebody signed already, and a DxpMsg, go out as they are.
"""

from __future__ import annotations

import base64
from collections.abc import Set
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal, Protocol

from cryptography.hazmat.primitives.serialization import Encoding
from lxml import etree

from messages import envelope
from messages.faults import FAULTS, Fault
from messages.signature.sign import SigningFailed, checked, refuse_id
from messages.signature.template import TemplateSigner
from messages.xml import line_of, text
from terminals.client import Gateway
from terminals.compose import (
    SIGNATURE,
    Outgoing,
    Party,
    as_counted,
    envelope_of,
    fill,
    sender_of,
    understood,
)
from terminals.folder import names
from terminals.folder.batch import Batch, Result, storage
from terminals.folder.content import read
from terminals.folder.signing import Signing, changed_hands, passes
from terminals.language import say
from terminals.proof import Prover
from terminals.session import Session
from terminals.submit import PATH, Answered, judge, receivers_of
from terminals.trouble import (
    NO_SIGNATURE,
    REFUSED,
    NoAnswer,
    NotProven,
    NotSigned,
    Trouble,
    Unreachable,
    Unusable,
)

UNKNOWN_CERTIFICATE = "1002"  # DESIGN.md: expired, revoked or unknown; so every file would be refused
_CERTIFICATE = "folder-certificate"
_XML = {"content-type": "application/xml"}

End = Literal["", "left", "away", "fatal"]
"""How a batch ended: all done; left for later; the signer is away; the client must stop."""


@dataclass(frozen=True, slots=True)
class Told:
    """Something that happened, for the log: `event` and its values, `words` for people, an exit code."""

    event: str
    values: dict[str, object]
    words: str = ""
    code: int = 0
    end: End = ""


class Tell(Protocol):
    """Takes what happened, in its order; any thread may call it."""

    def __call__(self, *told: Told) -> None:
        """All of it at once."""
        ...


@dataclass(frozen=True, slots=True)
class Means:
    """What a lane sends with. `customs`: whom files go to whose box names nobody else."""

    gateway: Gateway
    prover: Prover
    signing: Signing
    party: Party
    customs: str
    session: Session
    lang: str


class Lane:
    """Takes one batch after the other; several lanes work side by side."""

    def __init__(self, means: Means, tell: Tell) -> None:
        self._means = means
        self._tell = tell

    def run(self, batch: Batch) -> None:
        """Do all that can be done for the batch now; the last that is told is that it ended, and how."""
        if self._leaving():
            self._end(batch, None, "left")
            return
        try:
            trouble = self._steps(batch)
            end: End = "" if batch.close() else "left"
        except OSError as error:
            self._end(batch, storage(error, batch.path), "fatal")
            return
        if trouble is None:
            self._end(batch, None, end)
        elif passes(trouble) or changed_hands(trouble):
            self._end(batch, trouble, "away")
        elif self._leaving():
            self._end(batch, None, "left")
        else:
            self._end(batch, trouble, "fatal")

    def _leaving(self) -> bool:
        return self._means.gateway.left

    def _steps(self, batch: Batch) -> Trouble | None:
        """Why it went no further, if so. Raises OSError."""
        kept = batch.kept()
        made: dict[str, bytes] = {}
        unfit: list[Result] = []
        trouble: Trouble | None = None
        for name in batch.files():
            if name in kept or trouble is not None:
                continue
            try:
                made[name] = self._envelope(batch, name)
            except NotSigned as error:
                trouble = error
            except Unusable as error:
                if changed_hands(error):
                    trouble = error
                else:
                    unfit.append(self._unfit(batch, name, error))
        if made:
            batch.keep(made)
            kept.update(made)
        batch.settle(unfit)
        left = {name: kept[name] for name in batch.files() if name in kept}
        stop = self._exchange(batch, left)
        if stop is not None and stop.key == _CERTIFICATE:
            self._return(batch, kept.keys() - made.keys())
        elif trouble is not None:
            self._return(batch, kept.keys())
        return stop or trouble

    def _exchange(self, batch: Batch, envelopes: dict[str, bytes]) -> Trouble | None:
        """Send each and write down what came back, also of those before one that fails."""
        results: list[Result] = []
        told: list[Told] = []
        stop: Trouble | None = None
        for name, body in envelopes.items():
            try:
                answered = self._answer(body)
            except Trouble as trouble:
                stop = trouble
                break
            if answered.code == UNKNOWN_CERTIFICATE and self._ours(body):
                stop = Trouble(_CERTIFICATE, code=answered.code, info=answered.info)
                stop.exit_code = REFUSED
                batch.give_back(name)
                break
            results.append(Result(name, answered.accepted, answered.body, _reason(answered)))
            told.append(self._told(batch, name, answered))
        batch.settle(results)
        self._tell(*told)
        return stop

    def _return(self, batch: Batch, sent: Set[str]) -> None:
        """What has surely not been accepted goes back to OutBox, where its owner looks for it."""
        for name in batch.files():
            if name not in sent:
                batch.give_back(name)

    def _ours(self, body: bytes) -> bool:
        """Whether an envelope's message has our certificate: one that others signed may have another."""
        certificate = self._means.signing.certificate.public_bytes(Encoding.DER)
        try:
            return base64.b64encode(certificate) in envelope.parse(body).data
        except Fault:
            return False

    def _envelope(self, batch: Batch, name: str) -> bytes:
        means = self._means
        called, content = read(batch.path / name)
        outgoing = understood(called, content, names.shown(name))
        if outgoing.ready:
            return outgoing.content
        if outgoing.root.find(SIGNATURE) is None:
            data, sender = self._signed(outgoing, names.shown(name)), means.party.dxp_id
        else:
            data, sender = outgoing.content, sender_of(outgoing.content) or means.party.dxp_id
        return envelope_of(outgoing, data, sender, batch.box.to or (means.customs,), datetime.now(UTC))

    def _signed(self, outgoing: Outgoing, said: str) -> bytes:
        """The business message, filled in, canonical and signed: half the time of terminals.compose."""
        signer = self._means.signing.at(said)
        try:
            refuse_id(outgoing.root)
            fill(outgoing.root, self._means.party)
            canonical = etree.tostring(outgoing.root, method="c14n", exclusive=True)
            sealed = TemplateSigner.of(signer.certificate, lambda data: checked(signer, data)).seal(canonical)
        except (ValueError, SigningFailed) as error:
            raise Unusable("sign-failed", file=said, reason=error) from None
        return as_counted(sealed, line_of(outgoing.root))

    def _answer(self, body: bytes) -> Answered:
        """The gateway's proven answer; whatever else comes back is told, and asked again after a while."""
        means = self._means
        routed = bool(set(receivers_of(body)) - {means.customs})

        def attempt() -> Answered:
            try:
                if routed:
                    answer = means.session.request("POST", PATH, body, _XML)
                else:
                    answer = means.gateway.once("POST", PATH, body, _XML)
                return judge(answer, body, means.gateway.origin, means.prover)
            except (NotProven, Unreachable) as trouble:
                self._tell(Told("no-answer", {}, trouble.told(means.lang)))
                raise NoAnswer("reason-said", reason=trouble) from None

        return means.gateway.patiently(attempt)

    def _told(self, batch: Batch, name: str, answered: Answered) -> Told:
        values: dict[str, object] = {
            "box": batch.box.name,
            "file": names.shown(name),
            "code": answered.code,
            "info": answered.info,
            "copMsgId": answered.cop_msg_id,
        }
        key, event = ("accepted", "accepted") if answered.accepted else ("refused", "refused")
        words = say(
            self._means.lang, key, file=f"{batch.box.name}/{names.shown(name)}", code=answered.code,
            info=answered.info,
        )  # fmt: skip
        return Told(event, values, words)

    def _unfit(self, batch: Batch, name: str, trouble: Unusable) -> Result:
        """A file that cannot be sent: FailBox says why, and nothing of it has left."""
        values: dict[str, object] = {"box": batch.box.name, "file": names.shown(name), "info": str(trouble)}
        self._tell(Told("unfit", values, f"{batch.box.name}/{trouble.told(self._means.lang)}"))
        return Result(name, False, _local(name, batch.when, trouble), _both(trouble))

    def _end(self, batch: Batch, trouble: Trouble | None, end: End) -> None:
        words = "" if trouble is None else trouble.told(self._means.lang)
        code = 0 if trouble is None else trouble.exit_code
        if end == "away":
            code = NO_SIGNATURE
        values: dict[str, object] = {"box": batch.box.name, "batch": batch.when}
        self._tell(Told("batch", values, words, code, end))


def _both(trouble: Trouble) -> str:
    return f"{trouble.told('zh')}\n{trouble.told('en')}\n"


def _reason(answered: Answered) -> str:
    """What stands beside a refused file, in Chinese, then English: the code and what it means, the gateway's
    own words, and each result with its place and rule; those that say no more than the info do not.
    """
    if answered.accepted:
        return ""
    lines = []
    for place, lang in enumerate(("zh", "en")):
        code, info = answered.code, answered.info
        if code in FAULTS:
            lines.append(
                say(lang, "folder-refused-for", code=code, words=FAULTS[code].words[place], info=info)
            )
        else:
            lines.append(say(lang, "folder-refused", code=code, info=info))
        lines += dict.fromkeys(
            say(
                lang, "result" if one.line else "result-whole", path=one.path, line=one.line, text=one.text,
                rule=one.rule,
            )
            for one in answered.results
            if one.line or one.text != info
        )  # fmt: skip
    return "\n".join(lines) + "\n"


def _local(name: str, when: str, trouble: Trouble) -> bytes:
    """The `Failed_` document of a file that was refused here: unsigned, since no gateway has seen it."""
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f"<ImportFailed><FileName>{text(names.shown(name))}</FileName><Time>{when}</Time>"
        f'<Info xml:lang="zh">{text(trouble.told("zh"))}</Info>'
        f'<Info xml:lang="en">{text(trouble.told("en"))}</Info></ImportFailed>\n'
    ).encode()
