"""What may go wrong with a gateway, and what is said of it: a table of rules, each with its way to look.

Knows what is measured and from where on it is an alarm; refuses to know what becomes of an alarm. A rule
reads the database, or the machine that it runs on (`own`): such an alarm is about one gateway, which alone
judges it, and its subject begins with that one's name.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import Connection

from gateway.push.address import host
from gateway.settings import Alarms
from storage import callbacks, nodes, waiting, work
from storage.alarms import Finding
from storage.callbacks import ACTIVE, STOPPED

MOST = 20  # findings of one rule: beyond them the count says enough
HEADS_LATE = 5  # times the pace at which a head is to be signed


@dataclass(frozen=True, slots=True)
class Seen:
    """What the rules look at beside the database."""

    node: str
    now: datetime
    home: Path
    limits: Alarms
    head_seconds: float  # between two signed heads of the journal
    silent_seconds: float  # after which a gateway that gives no sign counts as dead
    ends: Sequence[Finding] = ()  # what of this gateway's own ends soon


Look = Callable[[Connection, Seen], "list[Finding]"]


@dataclass(frozen=True, slots=True)
class Rule:
    """One thing that may be wrong. `words`: zh and en, for people; `todo`: what helps, in both.

    `about`: how a finding's subject and what is told of it are put, where side by side says too little.
    """

    name: str
    words: tuple[str, str]
    todo: tuple[str, str]
    look: Look
    own: bool = False  # about the gateway that looks, and not about all of a database
    about: tuple[str, str] | None = None


def _backlog(connection: Connection, seen: Seen) -> list[Finding]:
    found = work.backlog(connection, seen.now)
    late = seen.now - timedelta(seconds=seen.limits.work_seconds)
    if found.oldest is None or found.oldest > late:
        return []
    return [Finding("", f"{found.count}", found.oldest)]


def _failing(connection: Connection, seen: Seen) -> list[Finding]:
    count, found = waiting.failing(connection, seen.limits.attempts, MOST)
    told = [
        Finding(str(each.id), f"{each.party} ×{each.attempts}: {each.reason}", seen.now) for each in found
    ]
    if count > len(told):
        told.append(Finding("", f"{count}", seen.now))
    return told


def _unread(connection: Connection, seen: Seen) -> list[Finding]:
    before = seen.now - timedelta(days=seen.limits.unread_days)
    return [
        Finding(party, f"{count}", since) for party, count, since in waiting.unread(connection, before, MOST)
    ]


def _undecided(connection: Connection, seen: Seen) -> list[Finding]:
    count, oldest = waiting.undecided(connection)
    if oldest is None or oldest > seen.now - timedelta(hours=seen.limits.approval_hours):
        return []
    return [Finding("", f"{count}", oldest)]


def _notices(connection: Connection, seen: Seen) -> list[Finding]:
    count, latest = waiting.refused(connection, seen.now - timedelta(days=1))
    return [] if latest is None else [Finding("", f"{count}", latest)]


def _callbacks(connection: Connection, seen: Seen) -> list[Finding]:
    told = [  # the URL's path may hold a secret
        Finding(
            each.party, f"{host(each.url)}: {each.error or each.state}", each.broken_at or each.changed_at
        )
        for each in callbacks.listed(connection)
        if each.state == STOPPED or (each.state == ACTIVE and each.broken_at is not None)
    ]
    told.sort(key=lambda each: each.since)
    return told if len(told) <= MOST else [*told[:MOST], Finding("", f"{len(told)}", seen.now)]


def _heads(connection: Connection, seen: Seen) -> list[Finding]:
    late = seen.now - timedelta(seconds=HEADS_LATE * seen.head_seconds)
    found = []
    for node, signed in waiting.heads(connection).items():
        last = waiting.last_entry(connection, node)
        if signed < late and last is not None and signed < last < late:
            found.append(Finding(node, "", signed))
    return found


def _silent(connection: Connection, seen: Seen) -> list[Finding]:
    before = seen.now - timedelta(seconds=seen.silent_seconds)
    return [
        Finding(each.name, "", each.seen_at)
        for each in nodes.listed(connection)
        if each.seen_at is not None and each.seen_at < before and each.name != seen.node
    ]


def _disk(_connection: Connection, seen: Seen) -> list[Finding]:
    usage = shutil.disk_usage(seen.home)
    share = 100 * usage.free / usage.total
    if share >= seen.limits.disk_percent:
        return []
    return [Finding(seen.node, f"{usage.free // 2**20} MiB", seen.now)]


def _ends(_connection: Connection, seen: Seen) -> list[Finding]:
    return list(seen.ends)


RULES = (
    Rule(
        "backlog",
        ("待处理节点积压", "nodes wait too long to be processed"),
        (
            "查看网关日志；增加网关，或检查数据库",
            "read the gateway's log; add a gateway, or look at the database",
        ),
        _backlog,
    ),
    Rule(
        "failing",
        ("处理反复失败", "a step fails again and again"),
        ("排除原因后重试：eport-gateway work retry", "mend the cause, then: eport-gateway work retry"),
        _failing,
    ),
    Rule(
        "unread",
        ("回执长期无人领取", "receipts that nobody reads"),
        ("联系该用户，检查其软件", "call the party: its software may have stopped"),
        _unread,
    ),
    Rule(
        "approvals",
        ("注册申请待审核", "registrations wait for a decision"),
        ("在运行管理界面审核", "decide on them on the operations screen"),
        _undecided,
    ),
    Rule(
        "notices",
        ("对外通知发送失败", "notices to the outside were refused"),
        ("检查邮件服务器设置和收件地址", "look at the mail server's settings and at the addresses"),
        _notices,
    ),
    Rule(
        "callbacks",
        ("推送中断", "a callback is not posted to any more"),
        ("联系该用户；回执仍可轮询领取", "call the party; its receipts can be polled meanwhile"),
        _callbacks,
    ),
    Rule(
        "heads",
        ("日志链头签名滞后", "the journal's head is not signed"),
        ("查看该网关的日志", "read that gateway's log"),
        _heads,
    ),
    Rule(
        "silent",
        ("网关失去联系", "a gateway gives no sign of life"),
        ("重新启动该网关；其余网关已接替", "start it again; the others do its work meanwhile"),
        _silent,
    ),
    Rule(
        "disk",
        ("磁盘空间不足", "the disk is nearly full"),
        ("清理或扩充磁盘；必要时归档", "make room; archive what is old"),
        _disk,
        own=True,
        about=("网关 {subject}：剩余 {told}", "gateway {subject}: {told} free"),
    ),
    Rule(
        "ends",
        ("证书或吊销列表即将到期", "a certificate or revocation list ends soon"),
        ("续期证书，更新吊销列表", "renew it, issue the list's next edition"),
        _ends,
        own=True,
    ),
)
"""Every rule, in the order in which they are shown."""

BY_NAME = {rule.name: rule for rule in RULES}
