"""`doctor`: what is there to sign with, whether the gateway can be reached, and how to mend what is wrong."""

from __future__ import annotations

import json
import os
import platform
import sys
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from itertools import chain
from pathlib import Path
from typing import Any

import click

from hardware.doctor import Examination, Usable, Where
from hardware.findings import CHECKS, Row, Verdict, row
from messages.signature.trust import Trust
from terminals.cli.desk import LINE, SIGNER, TRUST, Desk, options
from terminals.cli.holder import meet_service
from terminals.profile import SIGNERS, Profile
from terminals.proof import load_certificates, load_crl
from terminals.reach import reach
from terminals.trouble import INPUT, OK, Unusable

EXIT_CODES = """\b
Exit codes:
  0 there is a signer that can be used (of the kind that --signer says)
  8 there is none, or a setting cannot be used
"""

_MARKS = {Verdict.GOOD: "ok", Verdict.WARNING: "! ", Verdict.BAD: "X ", Verdict.NOTHING: "- "}


@click.command(epilog=EXIT_CODES)
@click.option("--json", "plain", is_flag=True, help="As JSON, for support: public data only.")
@options(LINE, TRUST, SIGNER)
def doctor(desk: Desk, plain: bool) -> None:
    """Look at pcscd, readers, card, Ikey, SSH agent, certificate file and gateway; say how to mend each.

    No PIN is asked for, and no try of one is used.
    """
    signer = desk.profile.one_of("signer", SIGNERS)
    meet_service(desk.profile)
    trust, problems = _trust(desk.profile)
    looked = Examination(_where(desk.profile, trust), _now())
    ca = desk.profile.path("ca") if desk.profile.get("ca") else None
    rows = chain(problems, looked.rows(), reach(desk.profile.get("url"), ca, _now))
    if plain:
        told = [each.plain(desk.lang) for each in rows]
        click.echo(json.dumps(_plain(told, looked.usable), ensure_ascii=False, indent=1))
    else:
        for each in rows:  # as soon as it is known: a reader may be slow
            _show(desk.lang, each)
    usable = [each for each in looked.usable if signer in ("", each.kind)]
    if not plain:
        names = ", ".join(f"{CHECKS[each.kind][desk.lang == 'zh']} {each.name}" for each in usable)
        desk.say("doctor-usable" if usable else "doctor-unusable", names=names)
    sys.exit(OK if usable else INPUT)


def _show(lang: str, each: Row) -> None:
    colon = "：" if lang == "zh" else ": "
    click.echo(f"{_MARKS[each.verdict]} {each.check(lang)}{colon}{each.found(lang)}")
    if each.mend(lang):
        click.echo(f"   → {each.mend(lang)}")


def _plain(told: Sequence[dict[str, Any]], usable: Sequence[Usable]) -> dict[str, Any]:
    return {
        "version": version("eport-gateway"),
        "system": platform.platform(),
        "python": platform.python_version(),
        "time": _now().isoformat(timespec="seconds"),
        "usable": [{"kind": each.kind, "name": each.name} for each in usable],
        "rows": told,
    }


def _where(profile: Profile, trust: Trust | None) -> Where:
    def passphrase() -> str | None:
        configured = profile.get("p12_password_file") or profile.get("p12_password")
        return profile.secret("p12_password").reveal() if configured else None

    return Where(
        ikey_modules=tuple(
            str(Path(one).expanduser()) for one in profile.get("module").split(os.pathsep) if one
        ),
        certificates=(profile.path("certificate"),) if profile.get("certificate") else (),
        file=profile.path("p12") if profile.get("p12") else None,
        passphrase=passphrase,
        trust=trust,
        ca=profile.get("ca"),
    )


def _trust(profile: Profile) -> tuple[Trust | None, Iterator[Row]]:
    """The configured CA and revocation list; what is wrong with them, as rows."""
    if not profile.get("ca"):
        return None, iter(())
    try:
        crls = [load_crl(profile.path("crl"))] if profile.get("crl") else []
        return Trust(load_certificates(profile.path("ca")), crls), iter(())
    except (Unusable, ValueError) as error:
        return None, iter((row("trust", error=error),))


def _now() -> datetime:
    return datetime.now(UTC)
