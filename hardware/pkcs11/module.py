"""PKCS#11 modules, each loaded once, under one lock, and the tokens that are in their slots now.

Knows when a module must be initialised again, and processes that fork; refuses to know what happens in a
session, and which modules there are.
"""

from __future__ import annotations

import os
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar

import pkcs11
from pkcs11 import PKCS11Error, TokenFlag
from pkcs11._pkcs11 import lib as Library  # noqa: N812 - a class; pkcs11.lib() counts paths, not modules

from hardware.opensc import keep_pins_out_of_logs
from hardware.pkcs11.errors import translate, words
from hardware.pkcs11.openssl import ModuleLock
from hardware.pkcs11.session import Login, Session, handle_of
from hardware.signer import AnotherDevice, ModuleMissing, TokenMissing


@dataclass(frozen=True, slots=True)
class Token:
    """A token as it was when it was looked at."""

    module: Module = field(repr=False)
    slot: int
    reader: str  # the slot's description: of a card, the reader's name, cut at 64 bytes
    label: str
    serial: str
    manufacturer: str
    model: str
    initialised: bool  # it has a label and an SO PIN
    pin_set: bool
    pin_to_be_changed: bool  # it is the one that came with the device, or has expired
    pin_pad: bool  # it is typed at the device itself (protected authentication path)
    tries: int | None  # for the PIN, as far as flags tell: 0 when locked, 1 before that, otherwise unknown
    pin_missed: bool  # a wrong one was given since the last right one


class Module:
    """A PKCS#11 module, loaded once a process. Every call of it happens under its one lock.

    Modules claim to be safe for threads and are not: four threads crash SoftHSM within seconds.
    """

    _loaded: ClassVar[dict[str, Module]] = {}
    _loading: ClassVar[ModuleLock] = ModuleLock()

    def __init__(self, path: str, library: Library) -> None:
        self.path = path
        self.lock = ModuleLock()
        self.sessions: set[Session] = set()
        self.logins: dict[int, Login] = {}  # by slot
        self._library = library
        self._retired: list[Library] = []
        self._forked = False

    def __repr__(self) -> str:
        return f"Module({self.path})"

    @classmethod
    def load(cls, path: str) -> Module:
        """The module at `path`, the same object each time. Raises ModuleMissing."""
        real = os.path.realpath(path)
        with cls._loading:
            if real not in cls._loaded:
                if not Path(real).is_file():
                    raise ModuleMissing(module=path, reason="no such file")
                if "opensc" in Path(real).name:
                    keep_pins_out_of_logs(path)
                try:
                    cls._loaded[real] = cls(path, Library(real))
                except PKCS11Error as error:
                    raise ModuleMissing(module=path, reason=words(error)) from None
            return cls._loaded[real]

    @property
    def maker(self) -> str:
        """Who made the module, in its own words."""
        return self._library.manufacturer_id

    def tokens(self) -> list[Token]:
        """The tokens that are there now, also those that came after the module was loaded.

        Some modules look for new tokens only when they are initialised, so that is done again where no
        session is open. Raises ModuleMissing when that fails.
        """
        with self.lock:
            try:
                if not self.sessions:
                    self._initialise_again()
                slots = self._library.get_slots(token_present=True)
            except PKCS11Error as error:
                raise ModuleMissing(module=self.path, reason=words(error)) from None
            return [token for slot in slots if (token := self._token(slot)) is not None]

    def renew(self) -> None:
        """Initialise it again, whatever is open: those sessions are lost. Raises ModuleMissing."""
        with self.lock:
            for session in list(self.sessions):
                session.close()
            try:
                self._initialise_again()
            except PKCS11Error as error:
                raise ModuleMissing(module=self.path, reason=words(error)) from None

    def look(self, slot: int) -> Token | None:
        """The token in `slot` at this moment."""
        with self.lock:
            raw = self._raw(slot)
            return self._token(raw.slot) if raw is not None else None

    def open(self, token: Token, *, write: bool = False) -> Session:
        """A session on `token`, which must still be there.

        Raises TokenMissing, AnotherDevice when its slot holds another one by now, DeviceFailed.
        """
        with self.lock:
            raw = self._raw(token.slot)
            now = self._token(raw.slot) if raw is not None else None
            if raw is None or now is None:
                raise TokenMissing(which=f"{token.label} {token.serial}")
            login = self.logins.get(now.slot)
            out = login is not None and not login.alive()  # and in again, with nobody logged in
            for session in list(self.sessions):
                if session.token.slot == now.slot and (out or session.token.serial != now.serial):
                    session.close()  # it is of the time before, and would lend this one its login
            if out:
                self.logins.pop(now.slot, None)  # should a session have been lost that used it
            if now.serial != token.serial:
                raise AnotherDevice(serial=token.serial, found=now.serial)
            try:
                session = Session(now, raw, self.begin(raw, rw=write))
            except PKCS11Error as error:
                raise translate(error, token.serial) from None
            self.sessions.add(session)
            return session

    def begin(self, raw: pkcs11.Token, **how: Any) -> pkcs11.Session:
        """A session of the module's, opened as `how` says; whoever had its handle before has lost it.

        A module forgets the sessions of a token that is taken out, and may give their handles again (OpenSC's
        are addresses): an older session would go on as the new one, which is another token's perhaps.
        """
        opened = raw.open(**how)
        handle = handle_of(opened)
        for session in [each for each in self.sessions if each.handle == handle]:
            self.sessions.discard(session)
        for slot in [slot for slot, login in self.logins.items() if login.handle == handle]:
            del self.logins[slot]
        return opened

    def _raw(self, slot: int) -> pkcs11.Token | None:
        with suppress(PKCS11Error):
            for each in self._library.get_slots(token_present=True):
                if each.slot_id == slot:
                    return each.get_token()
        return None

    def _token(self, slot: pkcs11.Slot) -> Token | None:
        try:
            raw = slot.get_token()
        except PKCS11Error:  # gone meanwhile, or no token that this module knows
            return None
        flags = raw.flags
        final = 1 if flags & TokenFlag.USER_PIN_FINAL_TRY else None
        return Token(
            module=self,
            slot=slot.slot_id,
            reader=slot.slot_description,
            label=raw.label,
            serial=raw.serial.decode("utf-8", "replace").strip(" \0"),
            manufacturer=raw.manufacturer_id,
            model=raw.model,
            initialised=bool(flags & TokenFlag.TOKEN_INITIALIZED),
            pin_set=bool(flags & TokenFlag.USER_PIN_INITIALIZED),
            pin_to_be_changed=bool(flags & TokenFlag.USER_PIN_TO_BE_CHANGED),
            pin_pad=bool(flags & TokenFlag.PROTECTED_AUTHENTICATION_PATH),
            tries=0 if flags & TokenFlag.USER_PIN_LOCKED else final,
            pin_missed=bool(flags & TokenFlag.USER_PIN_COUNT_LOW),
        )

    def _initialise_again(self) -> None:
        if not self._forked:
            self._library.reinitialize()
            return
        # In the child of a fork PKCS#11 wants C_Initialize and nothing before it. A module that notices the
        # fork then lets go of the parent's readers without a word to them; another one says that it is
        # initialised already, and has to be finalised first.
        try:
            library = Library(os.path.realpath(self.path))
        except PKCS11Error:
            self._library.reinitialize()
        else:
            self._retired.append(self._library)  # its end would finalise the module
            self._library = library
        self._forked = False

    @classmethod
    def _in_child(cls) -> None:
        """After a fork: another thread may have held a lock, and the sessions are the parent's."""
        cls._loading = ModuleLock()
        for module in cls._loaded.values():
            module.lock = ModuleLock()
            module.sessions.clear()
            module.logins.clear()
            module._forked = True


os.register_at_fork(after_in_child=Module._in_child)
