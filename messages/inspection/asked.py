"""What a terminal can ask about reports, results and disposals before it sends them.

Knows what stands in two fields that do not fit each other, or in one that does not fit the day; refuses to
know cases. The workflow refuses for the same reasons, a disposal to the second.
"""

from __future__ import annotations

from collections.abc import Iterator

from messages.annotations import Words
from messages.asked import Against, Asked
from messages.workflow import Body


def report(form: Body, today: str) -> Iterator[Against]:
    """Of the lots inspected some have failed, not more than there were."""
    batches, failed = str(form.get("batches", "")), str(form.get("failed", ""))
    if batches and failed and int(failed) > int(batches):
        yield Against(
            "failed",
            Words(
                f"不合格批次 {failed} 大于实施检验批次 {batches}",
                f"Lots that failed: {failed} is more than the {batches} inspected",
            ),
        )


def result(form: Body, today: str) -> Iterator[Against]:
    """A certificate is valid today at least."""
    until = str(form.get("resultValidTo", ""))
    if until and until < today:
        yield Against(
            "resultValidTo",
            Words(f"证书有效期 {until} 早于今天", f"Certificate valid until: {until} lies in the past"),
        )


def disposal(form: Body, today: str) -> Iterator[Against]:
    """It ends after its beginning; one that begins at once, not before today."""
    begin, end = str(form.get("beginTime", "")), str(form.get("endTime", ""))
    if end and begin and end <= begin:
        yield Against(
            "endTime",
            Words(
                f"处置到期时间 {end} 须晚于开始时间 {begin}",
                f"Ends at: {end} is not after its beginning {begin}",
            ),
        )
    elif end and not begin and end < today:
        yield Against("endTime", Words(f"处置到期时间 {end} 早于今天", f"Ends at: {end} lies in the past"))


ASKED = {"PSI151": Asked(result), "PSI191": Asked(disposal), "PSI211": Asked(report)}
"""By message type."""
