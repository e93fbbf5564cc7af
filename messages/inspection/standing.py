"""Whether an agency may be entrusted now, and filed anew: what is filed of it and what customs has imposed.

Records only, whose validity decides to the second: `agency` by the agency's code, and `disposal` by the code
and the disposal's number. A disposal revokes the filing that it names (撤销备案), so that one filed anew is
none of it. Whoever reads these locks the agency, whoever writes a disposal claims it.
"""

from __future__ import annotations

from collections.abc import Sequence

from messages.faults import NodeFault
from messages.inspection.names import FILED, NOT_FILED, NOT_RECOGNISED, SYSTEM_NAME, TO_PUT_RIGHT
from messages.workflow import Body, Fact, Facts, Record, RecordInForce, RecordsUnder

REFUSING, REVOKING, RECTIFYING = "1", "2", "3"  # kinds of disposals
_STATES = {
    None: ("正常", "in good standing"),
    REFUSING: ("不予认可装运前检验结果", "results not recognised"),
    RECTIFYING: ("限期整改", "to be put right"),
}


def lock(code: object) -> str:
    """What is locked while an agency is entrusted, filed or disposed of."""
    return f"{SYSTEM_NAME}/agency/{code}"


def filed(code: object) -> RecordInForce:
    """What is filed of the agency of this code."""
    return RecordInForce(SYSTEM_NAME, "agency", str(code))


def disposals(code: object) -> RecordsUnder:
    """What is imposed on it now."""
    return RecordsUnder(SYSTEM_NAME, "disposal", f"{code}/")


def facts(code: object) -> tuple[Fact, ...]:
    """All that is asked here of an agency."""
    return filed(code), disposals(code)


def standing(code: object, known: Facts) -> Record | None:
    """What is filed of an agency and not revoked."""
    return _not_revoked(known[filed(code)], known[disposals(code)])


def mail(code: object, known: Facts) -> str:
    """The address that is filed of an agency; '' where none is, or nothing is filed."""
    agency: Record | None = known[filed(code)]
    return str(agency.body.get("mail", "")) if agency else ""


def mail_among(code: object, known: Facts) -> str:
    """The same, where all that are filed are known (`EVERY`)."""
    return mail(code, {filed(code): next((each for each in known[EVERY[0]] if each.key == code), None)})


def everyone(known: Facts) -> list[dict[str, object]]:
    """What the public is told of each filed agency, by code: with what is imposed on it, and until when."""
    found = []
    imposed: dict[str, list[Record]] = {}
    for disposal in known[EVERY[1]]:
        imposed.setdefault(disposal.key.partition("/")[0], []).append(disposal)
    for agency in known[EVERY[0]]:
        against = imposed.get(agency.key, [])
        if _not_revoked(agency, against) is not None:
            found.append({**_public(agency), **_told(_binding(against))})
    return found


EVERY: tuple[Fact, Fact] = (
    RecordsUnder(SYSTEM_NAME, "agency", ""),
    RecordsUnder(SYSTEM_NAME, "disposal", ""),
)
"""What `everyone` must be told."""


def check_entrusting(code: object, known: Facts) -> Record:
    """What is filed of an agency that may be entrusted now. Raises NodeFault for one that may not."""
    agency = standing(code, known)
    if agency is None:
        raise NodeFault(
            NOT_FILED,
            f"检验机构 {code} 未备案或备案已撤销，不能委托 / it is not filed: it cannot be entrusted",
        )
    binding = _binding(known[disposals(code)])
    if binding is None:
        return agency
    end = binding.get("endTime", "")
    if binding["kind"] == REFUSING:
        raise NodeFault(
            NOT_RECOGNISED,
            f"检验机构 {code} 处于不予认可处置期间（至 {end}），不能委托 / not recognised until then",
        )
    raise NodeFault(
        TO_PUT_RIGHT,
        f"检验机构 {code} 处于限期整改期间（期限 {end}），不能委托 / it has to put things right first",
    )


def check_filing(code: object, known: Facts) -> None:
    """Raises NodeFault where an agency cannot be filed anew now (重新备案)."""
    kinds = {str(each.body["kind"]) for each in known[disposals(code)]}
    if REFUSING in kinds:
        raise NodeFault(
            NOT_RECOGNISED, "不予认可处置期间不予重新备案 / not while its results are not recognised"
        )
    if RECTIFYING in kinds:
        raise NodeFault(TO_PUT_RIGHT, "请完成限期整改后重新备案 / put things right first, then file anew")
    agency = standing(code, known)
    if agency is not None:
        raise NodeFault(
            FILED,
            f"该机构已备案，证书编号 {agency.body['certNo']}，请用变更 / it is filed: change what is filed",
        )


def _not_revoked(agency: Record | None, against: Sequence[Record]) -> Record | None:
    if agency is None or any(
        each.body["kind"] == REVOKING and each.body["certNo"] == agency.body["certNo"] for each in against
    ):
        return None
    return agency


def _binding(against: Sequence[Record]) -> Body | None:
    """Of several that keep an agency from being entrusted, the one that is told: 限期整改 has no sure end."""
    for kind in (RECTIFYING, REFUSING):
        of_kind = [each.body for each in against if each.body["kind"] == kind]
        if of_kind:
            return max(of_kind, key=lambda body: str(body.get("endTime", "")))
    return None


def _public(agency: Record) -> dict[str, object]:
    names = ("certNo", "agencyName", "country", "address", "phone", "mail")
    told = {name: agency.body[name] for name in names if name in agency.body}
    return {"agencyCode": agency.key, **told}


def _told(binding: Body | None) -> dict[str, object]:
    zh, en = _STATES[str(binding["kind"]) if binding else None]
    ends = {"endTime": binding["endTime"]} if binding and binding.get("endTime") else {}
    return {"state": zh, "stateEn": en, "open": binding is None, **ends}
