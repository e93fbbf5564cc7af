"""Sending forms: one or several models become one signed message, kept until the gateway has answered.

Knows the order in which nothing is lost: take a copy, build, sign, keep on disk, note, deliver, forget.
Refuses to know which signer it is, and what any system's rules are: what the gateway refuses comes back with
the paths of its fields, which FormModel.blame shows.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from lxml import etree

from messages import envelope
from messages.faults import Fault, Violation
from messages.registry import BY_CODE
from messages.signature.sign import Signer
from messages.system import CASE, content
from messages.wire import CST, app_time, new_guid
from messages.xml import parse
from terminals import submit
from terminals.compose import Mode, Outgoing, Party, fill
from terminals.pending import Kept as Envelope
from terminals.pending import Pending
from terminals.submit import Answered, Request
from terminals.trouble import NotProven, Unreachable
from terminals.work.checks import Purpose
from terminals.work.drafts import Drafts
from terminals.work.events import Kept, Tell
from terminals.work.exchange import Line
from terminals.work.model import FormModel
from terminals.work.receipts import Ladders, Sent

_SECOND = timedelta(seconds=1)
_ANSWERS = ("answer-unexpected", "answer-unreadable")
"""What Unreachable says where a gateway answers all the same, as to one message that it chokes on."""

_NUMBER = re.compile(r"\[([0-9]+)\]")


@dataclass(frozen=True, slots=True)
class Piece:
    """One form of a message, as it was when it was taken: the model may go on changing."""

    code: str
    guid: str
    event: str  # save, declare, delete …
    form: str  # the model's id
    revision: int
    title: str  # the internal number, for people
    case: str
    app_time: str
    node: bytes  # the business node (业务节点) as XML


@dataclass(frozen=True, slots=True)
class Answer:
    """What the gateway said at once. `violations` are a tuple a node, in the message's order; `general` are
    those of no node. `sent` are the nodes as they were noted, by which an open form is found again.
    """

    accepted: bool
    code: str
    info: str
    cop_msg_id: str  # under which the gateway has it
    violations: tuple[tuple[Violation, ...], ...]
    general: tuple[Violation, ...]
    sent: tuple[Sent, ...]


class Sending:
    """How a terminal sends; `signer` opens the card, Ikey, agent or file when there is something to sign.

    One message at a time is signed. What one thread delivers, no other one does at the same time.
    """

    def __init__(
        self,
        line: Line,
        signer: Callable[[], Signer],
        party: Party,
        receivers: tuple[str, ...],
        ladders: Ladders,
        drafts: Drafts,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        tell: Tell = lambda _: None,
    ) -> None:
        """`tell` is told when something is kept."""
        self._line = line
        self._signer = signer
        self._party = party
        self._receivers = receivers
        self._ladders = ladders
        self._drafts = drafts
        self._clock = clock
        self._tell = tell
        self._pending = Pending(line.state, line.origin, party.dxp_id)
        self._turn = threading.Lock()
        self._under_way: set[str] = set()  # names of envelopes that some thread delivers now

    # -- taking a copy

    def piece(self, model: FormModel, purpose: Purpose, control: Mapping[str, str] | None = None) -> Piece:
        """Take a copy of a form for sending; quick, in the screen's own thread.

        `control` overrides what the terminal fills in by itself, such as appType of what is no case.
        """
        kind = BY_CODE[model.form.code][1]
        when = self._app_time(model.app_time)
        guid = new_guid()
        filled = {**model.control(purpose), **(control or {}), "guid": guid, "appTime": when}
        node = model.node(filled)
        own = next((name for name in kind.order if name != CASE), "")
        return Piece(
            code=kind.code,
            guid=guid,
            event=kind.event(content(node, kind.lists)),
            form=model.id,
            revision=model.revision,
            title=model.head.text(own) if own else model.case,
            case=model.case,
            app_time=when,
            node=etree.tostring(node),
        )

    def _app_time(self, last: str) -> str:
        """Now, but later than the last: seconds count (旧报文), and another desk's clock may be ahead."""
        now = app_time(self._clock())
        if not last or last < now:
            return now
        return app_time(datetime.strptime(last, "%Y%m%d%H%M%S").replace(tzinfo=CST) + _SECOND)

    # -- sending

    def send(self, pieces: Sequence[Piece]) -> Answer:
        """Sign the pieces, all of one type, as one message and deliver it.

        Raises what the signer raises, or Unusable: then nothing was sent and nothing is kept. Raises
        Unreachable or NotProven without an answer that counts: then the signed message is kept, goes out by
        `send_kept`, and must not be sent anew.
        """
        code = pieces[0].code
        root = self._message(code, pieces)
        outgoing = Outgoing(f"{code}-{pieces[0].guid}.xml", etree.tostring(root), root, ready=False)
        request = Request(outgoing, Mode.SIGN, self._party, self._receivers)
        now = self._clock()
        with self._turn:
            kept = submit.keep(request, self._pending, self._signer, now)
            self._under_way.add(kept.path.name)
        cop = envelope.parse(kept.body).head.cop_msg_id
        try:
            return self._deliver(kept, cop, [_sent(cop, piece, now) for piece in pieces])
        except (Unreachable, NotProven):
            self._tell(Kept())
            raise

    @property
    def kept(self) -> int:
        """How many signed messages have no answer yet."""
        return len(self._pending)

    def send_kept(self) -> Iterator[Answer]:
        """Deliver what was kept, oldest first, but for what is being delivered already.

        One that gets no answer that counts holds up no other while the gateway answers at all; the first
        such failure is raised at the end, as `send` raises it.
        """
        failed: Unreachable | NotProven | None = None
        for kept in self._pending:
            try:
                cop = envelope.parse(kept.body).head.cop_msg_id
            except Fault:
                continue  # nothing of ours
            with self._turn:
                if kept.path.name in self._under_way or not kept.path.exists():
                    continue
                self._under_way.add(kept.path.name)
            try:
                answer = self._deliver(kept, cop)
            except (Unreachable, NotProven) as trouble:
                failed = failed or trouble
                if isinstance(trouble, Unreachable) and trouble.key not in _ANSWERS:
                    break
            else:
                yield answer
        if failed is not None:
            raise failed

    def _message(self, code: str, pieces: Sequence[Piece]) -> etree._Element:
        namespace = BY_CODE[code][0].namespace
        root = etree.Element(
            f"{{{namespace}}}{BY_CODE[code][1].root}",
            nsmap={None: namespace},  # type: ignore[dict-item]  # lxml-stubs know no default
            guid=new_guid(),
            version="1.0",
        )
        root.extend(parse(piece.node) for piece in pieces)
        fill(root, self._party)
        return root

    def _deliver(self, kept: Envelope, cop: str, new: Sequence[Sent] = ()) -> Answer:
        """Deliver one that is under way; what is `new` is noted before."""
        try:
            self._ladders.note(new) if new else None
            answered = self._line.send(
                lambda: submit.deliver(
                    kept, self._line.session.gateway, self._pending, self._line.prover, self._line.session
                )
            )
        finally:
            self._under_way.discard(kept.path.name)
        self._ladders.answered(cop, answered.code, answered.cop_msg_id)
        sent = self._ladders.sent(answered.cop_msg_id)
        if answered.accepted:
            for one in sent:
                self._drafts.forget(one.form, one.revision) if one.form else None
        return _answer(kept, answered, sent)


def _sent(cop: str, piece: Piece, now: datetime) -> Sent:
    return Sent(
        cop_msg_id=cop,
        node=piece.guid,
        system=BY_CODE[piece.code][0].name,
        code=piece.code,
        event=piece.event,
        title=piece.title,
        case=piece.case,
        time=now,
        form=piece.form,
        revision=piece.revision,
        app_time=piece.app_time,
    )


def _answer(kept: Envelope, answered: Answered, sent: tuple[Sent, ...]) -> Answer:
    root = parse(envelope.parse(kept.body).data)
    names = [str(etree.QName(node).localname) for node in root]
    nodes = [place for place, name in enumerate(names) if name not in ("BaseTransfer", "Signature")]
    found: list[list[Violation]] = [[] for _ in nodes]
    general = []
    for violation in answered.results:
        step = [*violation.path.split("/"), "", "", ""][2]  # below the root
        name, number = _NUMBER.sub("", step), _NUMBER.search(step)
        place = int(number[1]) - 1 if number else 0
        if nodes and name == names[nodes[0]] and place < len(nodes):
            found[place].append(violation)
        else:
            general.append(violation)
    guids = [child.text for node in root for child in node if etree.QName(child).localname == "guid"]
    order = {guid: place for place, guid in enumerate(guids)}
    return Answer(
        accepted=answered.accepted,
        code=answered.code,
        info=answered.info,
        cop_msg_id=answered.cop_msg_id,
        violations=tuple(map(tuple, found)),
        general=tuple(general),
        sent=tuple(sorted(sent, key=lambda one: order.get(one.node, len(order)))),
    )
