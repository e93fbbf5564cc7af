"""How receipts and replies look: as text for people, as XML for archives, as JSON lines for programs.

Knows the fields and their order; refuses to know where they came from. JSON holds every field of a return
under the names that the wire uses, and whether it is proven.
"""

from __future__ import annotations

import json
import sys
from typing import Any

import click

from messages.wire import return_time, wire_time
from receipts.codes import label
from receipts.document import Receipt, Unreadable
from terminals.cli.desk import Desk
from terminals.receipts import Delivered
from terminals.submit import Answered

FORMATS = ("text", "xml", "json")
format_option = click.option(
    "--format", "style", type=click.Choice(FORMATS), default="text", show_default=True,
    help="text for people; xml: one DxpMsg a line, as delivered; json: one object a return, a line each.",
)  # fmt: skip


def answered(desk: Desk, file: str, answer: Answered) -> None:
    """What the gateway replied to one file: code, info, and each result with its place and rule."""
    desk.say("accepted" if answer.accepted else "refused", file=file, code=answer.code, info=answer.info)
    for found in answer.results:
        desk.say("result", path=found.path, line=found.line, text=found.text, rule=found.rule)
    if answer.accepted:
        desk.say("accepted-id", id=answer.cop_msg_id)


def delivered(desk: Desk, one: Delivered, style: str) -> None:
    """One document of a mailbox in the style asked for."""
    if style == "xml":
        sys.stdout.buffer.write(one.raw + b"\n")
        sys.stdout.buffer.flush()
    elif style == "json":
        for item in _objects(one):
            click.echo(json.dumps(item, ensure_ascii=False))
    else:
        _text(desk, one)
    if one.fault and style != "text":
        desk.note("not-proven", type=one.type, id=one.cop_msg_id, reason=one.fault)


def _text(desk: Desk, one: Delivered) -> None:
    if one.fault:
        desk.say("not-proven", type=one.type, id=one.cop_msg_id, reason=one.fault)
        return
    if not one.returns:
        desk.say(
            "message-came", time=one.time, type=one.type, sender=one.sender, id=one.cop_msg_id,
            who=one.proof.who,
        )  # fmt: skip
    for found in one.returns:
        if isinstance(found, Unreadable):
            desk.say(
                "unreadable", type=one.type, ori=found.ori_message_type, id=found.ori_cop_msg_id,
                info=found.info,
            )  # fmt: skip
        else:
            desk.say(
                "receipt", time=wire_time(found.time), type=one.type, status=found.status,
                label=label(found.status, desk.lang), case=found.case or "-", id=found.ori_cop_msg_id,
                info=found.info,
            )  # fmt: skip


def _objects(one: Delivered) -> list[dict[str, Any]]:
    about = {
        "type": one.type,
        "copMsgId": one.cop_msg_id,
        "senderId": one.sender,
        "creatTime": one.time,
        "proven": not one.fault,
        "signer": one.proof.who,
    }
    if one.fault:
        return [{**about, "fault": one.fault}]
    return [{**about, **_fields(found)} for found in one.returns] or [about]


def _fields(found: Receipt | Unreadable) -> dict[str, Any]:
    if isinstance(found, Unreadable):
        return {
            "oriCopMsgId": found.ori_cop_msg_id,
            "oriMessageType": found.ori_message_type,
            "returnInfo": found.info,
        }
    return {
        "guid": found.guid,
        "caseNo": found.case,
        "oriCopMsgId": found.ori_cop_msg_id,
        "oriGuid": found.ori_guid,
        "oriDigest": found.ori_digest,
        "returnStatus": found.status,
        "returnTime": return_time(found.time),
        "returnInfo": found.info,
        **({"receiverId": found.receiver} if found.receiver else {}),
    }
