"""Registering oneself (自助注册) at a gateway: what is typed, what is wrong with it, and the three calls.

Knows the forms that the gateway wants and says beforehand what it would refuse; refuses to know screens. A
request that got no answer may be sent again: nothing comes of it that the first would not have brought.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from typing import Any

from terminals.client import Gateway, Response
from terminals.trouble import NoAnswer

SHORTEST, LONGEST = 12, 64  # characters of a password; the box takes no more
FIELDS = ("role", "copCode", "name", "contact", "telephone", "mail")
OPTIONAL = frozenset({"telephone"})

_FORMS = {
    "copCode": re.compile(r"[0-9A-Z]{10}"),
    "name": re.compile(r"\S(.{0,98}\S)?"),
    "contact": re.compile(r"\S(.{0,98}\S)?"),
    "telephone": re.compile(r"|[0-9+() -]{5,40}"),
    "mail": re.compile(r"(?=.{3,64}$)[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+"),
}
_JSON = {"content-type": "application/json"}


class NotTaken(Exception):
    """The gateway did not take it: `key` and `values` name a saying of the screens."""

    def __init__(self, key: str, **values: object) -> None:
        super().__init__(key)
        self.key = key
        self.values = values


@dataclass(frozen=True, slots=True)
class Terms:
    """Who may register, and whether an address is to be proven (else an operator decides)."""

    roles: tuple[str, ...]
    proves: bool


@dataclass(frozen=True, slots=True)
class Form:
    """What is typed; empty where nothing is."""

    role: str = ""
    copCode: str = ""  # noqa: N815 - as the wire has it
    name: str = ""
    contact: str = ""
    telephone: str = ""
    mail: str = ""

    @classmethod
    def of(cls, typed: Mapping[str, str]) -> Form:
        """Without the blanks around; a number in capitals, an address in small letters."""
        held = {each.name: str(typed.get(each.name, "")).strip() for each in fields(cls)}
        return cls(**held | {"copCode": held["copCode"].upper(), "mail": held["mail"].lower()})

    def plain(self) -> dict[str, str]:
        """By field."""
        return {name: getattr(self, name) for name in FIELDS}

    def wrong(self) -> Iterator[str]:
        """The fields that are missing or have not the form that is wanted, in their order."""
        for name, value in self.plain().items():
            if name == "role":
                if not value:
                    yield name
            elif not _FORMS[name].fullmatch(value):
                yield name


def weak(password: str, form: Form) -> str:
    """Why a password is not taken, as the key of a saying; '' where it is."""
    if not SHORTEST <= len(password) <= LONGEST:
        return "register-password-length"
    if form.mail and form.mail in password.lower():
        return "register-password-mail"
    return ""


class Newcomers:
    """The calls. Each is one try and may raise Trouble; call them in a thread."""

    def __init__(self, gateway: Gateway) -> None:
        self._gateway = gateway

    def terms(self) -> Terms:
        """What the gateway wants."""
        told = json.loads(self._gateway.once("GET", "/v1/registrations/terms").body)
        return Terms(tuple(told["roles"]), told["first"] == "unproven")

    def ask(self, form: Form, password: str) -> bool:
        """Register; whether a code was sent (else an operator decides). Raises NotTaken."""
        given = {name: value for name, value in form.plain().items() if value or name not in OPTIONAL}
        answer = self._post("/v1/registrations", {"kind": "account", **given, "password": password})
        if answer.status != 202:
            raise _refused(answer)
        proves: bool = json.loads(answer.body)["state"] == "unproven"
        return proves

    def confirm(self, code: str, password: str) -> tuple[str, str]:
        """Prove the address: (state, account). Raises NotTaken."""
        answer = self._post("/v1/registrations/confirmations", {"token": code, "password": password})
        if answer.status == 403:
            raise NotTaken("register-code-wrong")
        if answer.status != 200:
            raise _refused(answer)
        told = json.loads(answer.body)
        return str(told["state"]), str(told["account"])

    def _post(self, path: str, body: Mapping[str, Any]) -> Response:
        try:
            return self._gateway.once("POST", path, json.dumps(body).encode(), _JSON)
        except NoAnswer as busy:
            if busy.values.get("status") in (429, 503):
                minutes = max(1, round((busy.retry_after or 60) / 60))
                raise NotTaken("register-later", minutes=minutes) from None
            raise


def _refused(answer: Response) -> NotTaken:
    """What the gateway says to it; it is the gateway's own sentence, in English."""
    if answer.status == 403:
        return NotTaken("register-closed")
    try:
        info = str(json.loads(answer.body)["info"])
    except (ValueError, KeyError, TypeError):
        info = f"HTTP {answer.status}"
    return NotTaken("register-refused", info=info)
