"""Who may send a message of a configured type, and to whom (谁可转发给谁).

Knows that the receivers are signed by nobody, so that the sender's session has to vouch for them, and that a
message goes to all of its receivers or to none; refuses to know how parties are looked up.
"""

from __future__ import annotations

from collections.abc import Mapping

from gateway.services import Holder
from messages.examine import Examined
from messages.faults import CertificateUnfit, Fault, ReceiverUnknown, SenderRefused
from messages.routed import Routed, forbidden
from messages.senders import Senders


def objection(
    routed: Routed, found: Examined, holder: Holder, session: str, kinds: Mapping[str, str]
) -> Fault | None:
    """What stands against a message that is its signer's own, if anything.

    `session` is the party that a bearer token proves, or ''; `kinds` what parties its receivers are, those
    that are not registered, or not active, left out.
    """
    head = found.head
    assert head is not None
    if session != head.sender:
        return SenderRefused(
            f"ReceiverIds is not signed: log in as {head.sender} to send {routed.code} to others, and send "
            "the same bytes with that session"
        )
    if routed.senders:
        objections = Senders(routed.senders).objections(routed.code, routed.root, holder, ())
        if objections:
            return CertificateUnfit(objections[0].text, objections)
    if found.cop_code != holder.cop_code:
        return SenderRefused(f"copCode is {found.cop_code}, the certificate is {holder.cop_code}'s")
    against = [
        *forbidden(head.sender, head.receivers),
        *(f"{each} is not registered here" for each in head.receivers if each not in kinds),
        *(
            f"{each} may not receive {routed.code}"
            for each in head.receivers
            if routed.receivers and each in kinds and kinds[each] not in routed.receivers
        ),
    ]
    if against:
        return ReceiverUnknown(f"{'; '.join(against)}. The message went to nobody: correct its ReceiverIds")
    return None
