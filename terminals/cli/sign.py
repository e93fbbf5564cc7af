"""`sign`: a file signed, not sent."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from pathlib import Path

import click

from messages.signature.oids import subject_of
from terminals.cli.desk import RECEIVER, SIGNER, Desk, options
from terminals.compose import Mode, envelope_of, read_file, sender_of, signed
from terminals.trouble import Unusable

EXIT_CODES = """\b
Exit codes:
  0 signed
  8 a file, certificate or setting cannot be used
  9 the card, Ikey, agent or certificate does not sign
"""


@click.command(epilog=EXIT_CODES)
@click.argument("file", type=click.Path(path_type=Path))
@click.option("-o", "--output", type=click.Path(path_type=Path), help="Where to write it [standard output].")
@click.option("--envelope", is_flag=True, help="Wrap it in a DxpMsg, ready to POST.")
@click.option("--fresh", is_flag=True, help="New guids, appTime and inner number.")
@click.option("--to", "to", multiple=True, help="Receiver's dxpId for the envelope, up to 5.")
@options(RECEIVER, SIGNER)
def sign(
    desk: Desk, file: Path, output: Path | None, envelope: bool, fresh: bool, to: tuple[str, ...]
) -> None:
    """Fill in BaseTransfer of the business message FILE, sign it, and write it out."""
    outgoing = read_file(file)
    if outgoing.ready:
        raise Unusable("not-a-message", file=file, root="DxpMsg")
    receivers = to or ((desk.profile.need("receiver"),) if envelope else ())
    now = datetime.now(UTC)
    mode = Mode.FRESH if fresh else Mode.SIGN
    document = signed(outgoing, mode, desk.party, lambda: desk.holder.at(file.name), now)
    if envelope:
        document = envelope_of(outgoing, document, sender_of(document), receivers, now)
    if output is None:
        sys.stdout.buffer.write(document)
        sys.stdout.buffer.flush()
        return
    try:
        output.write_bytes(document)
    except OSError as error:
        raise Unusable("file-unwritable", file=output, reason=error.strerror or error) from None
    who = subject_of(desk.holder.certificate)
    desk.note("signed", file=file, who=who, output=output)
