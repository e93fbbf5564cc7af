"""Whether the gateway can be reached, and what its answer tells of its certificate and of the clock here.

Knows one request without a login, and the table of what it may find; refuses to send anything of the user's.
Nothing is read from a gateway whose certificate does not hold, its clock neither.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path

import httpx
from cryptography import x509

from hardware.findings import Finding, Row, Verdict
from hardware.judge import ENDING, local
from terminals.client import origin_of, tls
from terminals.trouble import Unusable

CLOCK_OFF = 60.0  # seconds; a login's nonce lives no longer
PATIENCE = 10.0  # seconds for the one request
ASKED, ALIVE = "/healthz", 200

_TABLE: dict[str, Finding] = {
    "gateway-none": Finding(
        "gateway", Verdict.NOTHING,
        ("no address is configured", "未配置网关地址"),
        ("give it with --url and its CA with --ca, or a demo's home with --demo",
         "请用 --url 指定地址、--ca 指定 CA，或用 --demo 指定演示目录"),
    ),
    "gateway-setting": Finding(
        "gateway", Verdict.BAD,
        ("{error}", "{error}"),
        ("correct the setting", "请更正该设置"),
    ),
    "gateway-away": Finding(
        "gateway", Verdict.BAD,
        ("{origin} does not answer ({reason})", "{origin} 没有应答（{reason}）"),
        ("is the address right, does the gateway run, does a firewall stand between?",
         "请检查地址、网关是否运行、是否有防火墙阻隔"),
    ),
    "gateway-untrusted": Finding(
        "gateway", Verdict.BAD,
        ("{origin}: its TLS certificate does not hold ({reason})",
         "{origin}：TLS 证书未通过验证（{reason}）"),
        ("is --ca this gateway's CA, the host name its own, and this machine's clock right ({now})?",
         "请检查 --ca 是否为该网关的 CA、主机名是否正确、本机时钟（{now}）是否正确"),
    ),
    "gateway-odd": Finding(
        "gateway", Verdict.BAD,
        ("{origin} answers HTTP {status}", "{origin} 应答 HTTP {status}"),
        ("is this the address of a gateway? If it is, tell whoever runs it",
         "请确认该地址是网关；若是，请告知网关运维人员"),
    ),
    "gateway": Finding("gateway", Verdict.GOOD, ("{origin} answers", "{origin} 正常应答")),
    "clock-unknown": Finding(
        "clock", Verdict.NOTHING,
        ("the gateway does not tell its time", "网关未报告时间"),
    ),
    "clock-behind": Finding(
        "clock", Verdict.BAD,
        ("this machine is {seconds} s behind the gateway", "本机比网关慢 {seconds} 秒"),
        ("set the clock (timedatectl set-ntp true)", "请校准时钟（timedatectl set-ntp true）"),
    ),
    "clock-ahead": Finding(
        "clock", Verdict.BAD,
        ("this machine is {seconds} s ahead of the gateway", "本机比网关快 {seconds} 秒"),
        ("set the clock (timedatectl set-ntp true)", "请校准时钟（timedatectl set-ntp true）"),
    ),
    "clock": Finding("clock", Verdict.GOOD, ("as the gateway's", "与网关一致")),
    "gateway-certificate-ending": Finding(
        "gateway-certificate", Verdict.WARNING,
        ("it ends in {days} days, on {end}", "将于 {days} 天后（{end}）到期"),
        ("tell whoever runs the gateway", "请告知网关运维人员"),
    ),
    "gateway-certificate": Finding(
        "gateway-certificate", Verdict.GOOD,
        ("it holds until {end}", "有效期至 {end}"),
    ),
}  # fmt: skip


def reach(url: str, ca: Path | None, clock: Callable[[], datetime]) -> Iterator[Row]:
    """The rows of the gateway at `url`, whose CA is in the file `ca`; `clock` is this machine's."""
    if not url or ca is None:
        yield _row("gateway-none")
        return
    try:
        origin, context = origin_of(url), tls(ca)
    except Unusable as error:
        yield _row("gateway-setting", error=error)
        return
    try:
        with (
            httpx.Client(base_url=origin, verify=context, trust_env=False, timeout=PATIENCE) as client,
            client.stream("GET", ASKED) as answer,
        ):
            here, status, date = clock(), answer.status_code, answer.headers.get("date", "")
            line = answer.extensions["network_stream"].get_extra_info("ssl_object")
            certificate = x509.load_der_x509_certificate(line.getpeercert(True))
    except httpx.ConnectError as error:
        untrusted = "CERTIFICATE" in str(error) or "SSL" in str(error)
        key = "gateway-untrusted" if untrusted else "gateway-away"
        yield _row(key, origin=origin, reason=error, now=local(clock()))
        return
    except httpx.HTTPError as error:
        yield _row("gateway-away", origin=origin, reason=str(error) or type(error).__name__)
        return
    yield _row("gateway" if status == ALIVE else "gateway-odd", origin=origin, status=status)
    yield _clock(date, here)
    yield _certificate(certificate, here)


def _clock(date: str, here: datetime) -> Row:
    """`date` is the answer's Date (RFC 9110, 6.6.1), to the second."""
    try:
        there = parsedate_to_datetime(date)
    except (TypeError, ValueError):
        return _row("clock-unknown")
    if there.tzinfo is None:
        there = there.replace(tzinfo=UTC)  # a Date of zone -0000
    off = (here - there).total_seconds()
    if abs(off) <= CLOCK_OFF:
        return _row("clock")
    return _row("clock-ahead" if off > 0 else "clock-behind", seconds=round(abs(off)))


def _certificate(certificate: x509.Certificate, here: datetime) -> Row:
    end = certificate.not_valid_after_utc
    if end - here < ENDING:
        return _row("gateway-certificate-ending", days=(end - here).days, end=local(end))
    return _row("gateway-certificate", end=local(end))


def _row(key: str, **values: object) -> Row:
    return Row(key, _TABLE[key], values)
