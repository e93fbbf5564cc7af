"""PKCS#11 over a real SoftHSM2: what a module may be asked, by whom, and what its failures are called."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pkcs11
import pytest
from pkcs11 import PKCS11Error

from hardware.pin import PinExpired, PinLength, PinNeverSet
from hardware.pkcs11 import Module, Session, Token
from hardware.pkcs11.errors import translate
from hardware.signer import (
    AnotherDevice,
    CardLocked,
    CardRemoved,
    DeviceFailed,
    KeyMissing,
    KeyUnsuitable,
    ModuleMissing,
    PinCancelled,
    PinUnusable,
    SignerError,
    TokenMissing,
    WrongPin,
)
from tests.hardware.checking import PATIENCE, good, in_child
from tests.hardware.softhsm import PIN, SO_PIN, SoftHsm
from tests.hardware.softhsm import softhsm as softhsm
from tests.messages.signature.making import METHODS, Pair, holder

RSA, P256 = holder("rsa2048"), holder("p256")


def token(softhsm: SoftHsm, label: str = "eins") -> Token:
    """The token with this label, as it is now."""
    [found] = [each for each in Module.load(softhsm.module).tokens() if each.label == label]
    return found


def session(softhsm: SoftHsm, label: str = "eins", pin: str = PIN) -> Session:
    """A session on it, logged in."""
    it = token(softhsm, label)
    made = it.module.open(it)
    try:
        made.login(pin)
    except SignerError:
        made.close()
        raise
    return made


# -- modules and tokens --------------------------------------------------------------------------


def test_a_module_is_loaded_once_whatever_it_is_called(softhsm: SoftHsm, tmp_path: Path) -> None:
    """Two ways to one file are one module, so that there is one lock for it."""
    link = tmp_path / "ikey.so"
    link.symlink_to(softhsm.module)
    assert Module.load(str(link)) is Module.load(softhsm.module)


@pytest.mark.parametrize("content", [None, b"", b"no module", b"\x7fELF"])
def test_what_is_no_module_is_called_so(tmp_path: Path, content: bytes | None) -> None:
    """A path to nothing, or to something else, is ModuleMissing with the path and a reason."""
    path = tmp_path / "libother.so"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(ModuleMissing, match=r"libother\.so"):
        Module.load(str(path))


def test_a_module_without_its_store_is_called_so(softhsm: SoftHsm) -> None:
    """One that cannot be initialised is ModuleMissing, and works again when the reason is gone."""
    softhsm.token("eins")
    module = Module.load(softhsm.module)
    text = softhsm.configuration.read_text()
    softhsm.configuration.write_text("directories.tokendir = /nonexistent/\n")
    with pytest.raises(ModuleMissing):
        module.tokens()
    softhsm.configuration.write_text(text)
    assert token(softhsm).label == "eins"


def test_tokens_are_seen_that_other_programs_made_later(softhsm: SoftHsm) -> None:
    """Each look shows what is there now, though the module was loaded before."""
    module = Module.load(softhsm.module)
    assert [each.label for each in module.tokens() if each.initialised] == []
    softhsm.token("eins")
    softhsm.token("zwei")
    assert {each.label for each in module.tokens() if each.initialised} == {"eins", "zwei"}
    softhsm.delete("eins")
    assert {each.label for each in module.tokens() if each.initialised} == {"zwei"}


def test_a_look_does_not_disturb_an_open_session(softhsm: SoftHsm) -> None:
    """While something is open the module is not initialised anew; afterwards it is."""
    softhsm.token("eins", RSA)
    with session(softhsm) as open_session:
        key = open_session.key(RSA.certificate)
        softhsm.token("zwei")
        assert token(softhsm).serial == open_session.token.serial
        assert good(RSA.certificate, key.sign(b"data"))
    assert token(softhsm, "zwei").pin_set


def test_a_slot_is_not_taken_for_its_token(softhsm: SoftHsm) -> None:
    """A slot that holds another token than it did is AnotherDevice; one that holds none, TokenMissing."""
    softhsm.token("eins")
    it = token(softhsm)
    with pytest.raises(AnotherDevice, match=it.serial):
        it.module.open(replace(it, serial="0123456789abcdef"))
    softhsm.delete("eins")
    with pytest.raises(TokenMissing, match=it.serial):
        it.module.open(it)


# -- keys ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["rsa2048", "rsa3072", "p256", "p384", "p521"])
def test_every_kind_of_key_signs(softhsm: SoftHsm, kind: str) -> None:
    """With its own hash, which is made here, in the form that messages want; long data and none too."""
    softhsm.token("eins", holder(kind))
    with session(softhsm) as open_session:
        key = open_session.key(holder(kind).certificate)
        assert key.algorithm == METHODS[kind]
        for data in (b"", b"data", b"x" * 1_000_000):
            assert good(holder(kind).certificate, key.sign(data), data)


@pytest.mark.parametrize("kind", ["rsa1024", "k256"])
def test_a_key_that_no_message_takes_is_refused(softhsm: SoftHsm, kind: str) -> None:
    """Too short, or on another curve."""
    softhsm.token("eins", holder(kind))
    with session(softhsm) as open_session, pytest.raises(KeyUnsuitable, match="2048"):
        open_session.key(holder(kind).certificate)


def test_keys_are_found_by_their_certificates(softhsm: SoftHsm) -> None:
    """Of several pairs on a token, each certificate has its own key."""
    pairs = [holder("p256"), holder("rsa2048"), holder("p384")]
    softhsm.token("eins", *pairs)
    with session(softhsm) as open_session:
        assert {each.certificate for each in open_session.certificates()} == {p.certificate for p in pairs}
        assert sorted(open_session.key_ids()) == [b"\x01", b"\x02", b"\x03"]
        for pair in pairs:
            assert good(pair.certificate, open_session.key(pair.certificate).sign(b"data"))


def test_a_certificate_that_is_not_there_is_another_device(softhsm: SoftHsm) -> None:
    """The token is asked for it in every session."""
    softhsm.token("eins", RSA)
    with session(softhsm) as open_session, pytest.raises(AnotherDevice, match="holder rsa2048"):
        open_session.key(P256.certificate)


def test_a_certificate_without_its_key_is_called_so(softhsm: SoftHsm) -> None:
    """KeyMissing names the token."""
    softhsm.token("eins")
    softhsm.certificate("eins", RSA.certificate, 1)
    with session(softhsm) as open_session, pytest.raises(KeyMissing, match="eins"):
        open_session.key(RSA.certificate)


def test_a_signature_that_the_certificate_does_not_verify_is_not_given_out(softhsm: SoftHsm) -> None:
    """A key under the wrong certificate makes no signature that leaves this program."""
    softhsm.token("eins")
    softhsm.key("eins", holder("rsa3072").key, 1)
    softhsm.certificate("eins", RSA.certificate, 1)
    with session(softhsm) as open_session, pytest.raises(DeviceFailed, match="certificate"):
        open_session.key(RSA.certificate).sign(b"data")


# -- the PIN -------------------------------------------------------------------------------------


def test_a_wrong_pin_is_called_so_and_the_right_one_still_works(softhsm: SoftHsm) -> None:
    """It is in no text of the error, and nothing of it is left open."""
    softhsm.token("eins", RSA)
    with pytest.raises(WrongPin) as caught:
        session(softhsm, pin="99999999")
    assert (
        "99999999" not in f"{caught.value!r} {caught.value} {caught.value.told('zh')} {caught.value.values}"
    )
    with session(softhsm) as open_session:
        assert good(RSA.certificate, open_session.key(RSA.certificate).sign(b"data"))
    softhsm.token("zwei")
    assert token(softhsm, "zwei").initialised


@pytest.mark.parametrize("pin", ["", "1", "1" * 300])
def test_a_pin_of_a_wrong_length_is_called_so(softhsm: SoftHsm, pin: str) -> None:
    """Unusable, or wrong; never a failure of the device."""
    softhsm.token("eins")
    with pytest.raises((PinUnusable, WrongPin)):
        session(softhsm, pin=pin)


def test_a_login_is_shared_and_ends_with_the_last_session(softhsm: SoftHsm) -> None:
    """Closing one session leaves another one on the same token logged in; after both the PIN counts again."""
    softhsm.token("eins", RSA)
    first, second = session(softhsm), session(softhsm, pin="not looked at")
    key = second.key(RSA.certificate)
    first.close()
    assert good(RSA.certificate, key.sign(b"data"))
    second.close()
    second.close()
    with pytest.raises(WrongPin):
        session(softhsm, pin="99999999")


def test_the_office_is_not_the_holder(softhsm: SoftHsm) -> None:
    """A login as security officer counts for no holder's session; the PIN that it sets does."""
    softhsm.token("eins", RSA)
    it = token(softhsm)
    with it.module.open(it, write=True) as office:
        office.login(SO_PIN, office=True)
        with it.module.open(it, write=True) as other:
            with pytest.raises(DeviceFailed):
                other.login(PIN)
            assert not other.join()
        office.init_pin("271828")
    with pytest.raises(WrongPin):
        session(softhsm)
    with session(softhsm, pin="271828") as open_session:
        assert good(RSA.certificate, open_session.key(RSA.certificate).sign(b"data"))


def test_a_closed_session_signs_no_more(softhsm: SoftHsm) -> None:
    """Not even when another one keeps the login."""
    softhsm.token("eins", RSA)
    with session(softhsm), session(softhsm) as second:
        key = second.key(RSA.certificate)
        second.close()
        with pytest.raises(CardRemoved):
            key.sign(b"data")


# -- removal -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "use",
    [
        lambda session, key: key.sign(b"data"),
        lambda session, key: session.key(RSA.certificate),
        lambda session, key: session.renewed(RSA.certificate, b"\x01", PIN),
    ],
)
def test_a_token_that_went_away_is_called_so(
    softhsm: SoftHsm, use: Callable[[Session, object], object]
) -> None:
    """Whatever was being done; the session is closed for good, and the module fit for what comes."""
    softhsm.token("eins", RSA)
    lost = session(softhsm)
    key = lost.key(RSA.certificate)
    softhsm.take_out()
    with pytest.raises(CardRemoved):
        use(lost, key)
    lost.close()
    softhsm.put_in()
    with pytest.raises(CardRemoved):
        key.sign(b"data")
    with session(softhsm) as again:
        assert good(RSA.certificate, again.key(RSA.certificate).sign(b"data"))


def test_a_token_that_goes_leaves_the_others_alone(softhsm: SoftHsm) -> None:
    """A session on one token works on while another token is deleted."""
    softhsm.token("eins", RSA)
    softhsm.token("zwei", P256)
    with session(softhsm, "eins") as lost, session(softhsm, "zwei") as kept:
        gone, key = lost.key(RSA.certificate), kept.key(P256.certificate)
        softhsm.delete("eins")
        with pytest.raises(CardRemoved):
            gone.sign(b"data")
        assert lost.lost
        assert good(P256.certificate, key.sign(b"data"))
        assert [each.label for each in kept.module.tokens() if each.initialised] == ["zwei"]


def test_a_login_ends_when_its_token_goes(softhsm: SoftHsm) -> None:
    """For all sessions that shared it, so that nobody goes on without the PIN when the token is back."""
    softhsm.token("eins", RSA)
    with session(softhsm) as first, session(softhsm):
        key = first.key(RSA.certificate)
        softhsm.take_out()
        with pytest.raises(CardRemoved):
            key.sign(b"data")
        softhsm.put_in()
        with pytest.raises(WrongPin):
            session(softhsm, pin="99999999")
        with session(softhsm) as again:
            assert good(RSA.certificate, again.key(RSA.certificate).sign(b"data"))


def test_a_module_that_begins_anew_loses_its_sessions(softhsm: SoftHsm) -> None:
    """They say so, and a new one wants the PIN."""
    softhsm.token("eins", RSA)
    with session(softhsm) as before:
        key = before.key(RSA.certificate)
        before.module.renew()
        with pytest.raises(CardRemoved):
            key.sign(b"data")
        with pytest.raises(WrongPin):
            session(softhsm, pin="99999999")
        with session(softhsm) as after:
            assert good(RSA.certificate, after.key(RSA.certificate).sign(b"data"))


CALLED: list[tuple[PKCS11Error, type[SignerError]]] = [
    (pkcs11.DeviceRemoved(), CardRemoved),
    (pkcs11.SessionHandleInvalid(), CardRemoved),
    (pkcs11.TokenNotPresent(), CardRemoved),
    (pkcs11.UserNotLoggedIn(), CardRemoved),
    (pkcs11.GeneralError(), DeviceFailed),
    (pkcs11.DeviceError(), DeviceFailed),
    (PKCS11Error("Unmapped error code 80000001"), DeviceFailed),
    (pkcs11.PinIncorrect(), WrongPin),
    (pkcs11.PinLocked(), CardLocked),
    (pkcs11.PinLenRange(), PinLength),
    (pkcs11.PinExpired(), PinExpired),
    (pkcs11.UserPinNotInitialized(), PinNeverSet),
    (pkcs11.FunctionCancelled(), PinCancelled),
    (pkcs11.MechanismInvalid(), KeyUnsuitable),
]


@pytest.mark.parametrize(("error", "called"), CALLED, ids=lambda each: getattr(each, "__name__", None))
def test_errors_are_called_by_what_the_user_can_do(error: PKCS11Error, called: type[SignerError]) -> None:
    """Each of PKCS#11's has a class with a sentence in both languages."""
    found = translate(error, "A1")
    assert type(found) is called
    assert found.told("en")
    assert found.told("zh")


def test_a_wrong_pin_says_how_many_tries_are_left() -> None:
    """None left is a locked device."""
    assert translate(pkcs11.PinIncorrect(), "A1", 1).values == {"tries": 1}
    assert type(translate(pkcs11.PinIncorrect(), "A1", 0)) is CardLocked


# -- threads and processes -----------------------------------------------------------------------


def test_threads_use_a_module_together(softhsm: SoftHsm) -> None:
    """Signing on two tokens, opening and looking, all at once: nothing is mixed up, nothing crashes."""
    softhsm.token("eins", RSA)
    softhsm.token("zwei", P256)
    rounds = 40

    def sign(label: str, pair: Pair) -> int:
        with session(softhsm, label) as one:
            key = one.key(pair.certificate)
            return sum(
                good(pair.certificate, key.sign(f"{n}".encode()), f"{n}".encode()) for n in range(rounds)
            )

    def look(label: str, pair: Pair) -> int:
        seen = 0
        for _ in range(rounds):
            it = token(softhsm, label)
            with it.module.open(it) as one:
                seen += pair.certificate in [each.certificate for each in one.certificates()]
        return seen

    jobs = [(sign, "eins", RSA), (sign, "zwei", P256), (look, "eins", RSA)] * 3
    with ThreadPoolExecutor(len(jobs)) as pool:
        done = [pool.submit(job, label, pair) for job, label, pair in jobs]
        assert [each.result(PATIENCE) for each in done] == [rounds] * len(jobs)


def test_a_child_does_not_use_its_parents_session(softhsm: SoftHsm) -> None:
    """After a fork the child opens for itself, with the PIN; the parent goes on as before."""
    softhsm.token("eins", RSA)
    with session(softhsm) as parents:
        key = parents.key(RSA.certificate)

        def child() -> bool:
            with pytest.raises(CardRemoved):
                key.sign(b"data")
            with pytest.raises(WrongPin):
                session(softhsm, pin="99999999")
            with session(softhsm) as own:
                return good(RSA.certificate, own.key(RSA.certificate).sign(b"data"))

        assert in_child(child)
        assert good(RSA.certificate, key.sign(b"data"))


def test_a_fork_while_the_module_is_busy_does_not_hang_the_child(softhsm: SoftHsm) -> None:
    """The lock that another thread holds is the parent's only."""
    softhsm.token("eins", RSA)
    module = Module.load(softhsm.module)
    held, done = threading.Event(), threading.Event()

    def hold() -> None:
        with module.lock:
            held.set()
            done.wait(PATIENCE)

    thread = threading.Thread(target=hold)
    thread.start()
    try:
        assert held.wait(PATIENCE)
        assert in_child(lambda: token(softhsm).label == "eins")
    finally:
        done.set()
        thread.join()
