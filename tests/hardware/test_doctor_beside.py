"""The doctor over real Ikeys, agents and certificate files: every finding of theirs, good and bad."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import Encoding

from gateway import pki
from hardware import doctor, ikey
from hardware.doctor import Usable
from hardware.findings import Verdict
from hardware.pkcs11 import Token
from tests.hardware.agents import RealAgent
from tests.hardware.agents import agent as agent
from tests.hardware.examined import NOTHING, certified, look
from tests.hardware.softhsm import SoftHsm
from tests.hardware.softhsm import softhsm as softhsm
from tests.messages.signature.making import Pair

# -- Ikeys ---------------------------------------------------------------------------------------


def test_an_ikey_is_shown_with_its_certificate(softhsm: SoftHsm) -> None:
    """Module, token, certificate; how many tries are left, this module does not say."""
    softhsm.token("Ikey of Li", certified())
    rows, usable = look(replace(NOTHING, ikey_modules=(softhsm.module, softhsm.module)))
    assert "SoftHSM" in rows["ikey-module"].found("en")
    assert "Ikey of Li" in rows["ikey"].found("zh")
    assert rows["certificate"].verdict is Verdict.GOOD
    assert rows["pin-unknown"].verdict is Verdict.NOTHING
    assert [each.kind for each in usable] == ["ikey"]


def test_an_ikey_without_a_pin_and_one_that_hides_its_certificate(softhsm: SoftHsm) -> None:
    """The first cannot be used; the second perhaps, once its PIN is given."""
    softhsm.without_pin("blank")
    rows, usable = look(replace(NOTHING, ikey_modules=(softhsm.module,)))
    assert rows["pin-unset"].verdict is Verdict.BAD
    assert usable == []
    softhsm.token("hides")
    rows, usable = look(replace(NOTHING, ikey_modules=(softhsm.module,)))
    assert rows["certificate-hidden"].verdict is Verdict.NOTHING
    assert [each.kind for each in usable] == ["ikey"]


def test_no_ikey_and_no_module(softhsm: SoftHsm, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing installed, or nothing plugged in, is no fault: something else may sign."""
    rows, _ = look(replace(NOTHING, ikey_modules=(softhsm.module,)))
    assert rows["ikey-none"].verdict is Verdict.NOTHING
    monkeypatch.setattr(doctor, "installed", list)
    rows, _ = look(replace(NOTHING, ikey_modules=()))
    assert rows["ikey-module-none"].verdict is Verdict.NOTHING


def test_a_module_that_is_no_module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file that cannot be loaded is named with the reason; one that nobody named is no fault."""
    broken = tmp_path / "broken.so"
    broken.write_bytes(b"no library")
    rows, _ = look(replace(NOTHING, ikey_modules=(str(broken),), card_module=str(broken)))
    for name in ("ikey-module-broken", "module-missing"):
        assert str(broken) in rows[name].found("en")
    monkeypatch.setattr(doctor, "installed", lambda: [str(broken)])
    rows, _ = look(replace(NOTHING, ikey_modules=()))
    assert rows["ikey-module-idle"].verdict is Verdict.NOTHING


def test_an_ikey_taken_out_while_it_is_looked_at(softhsm: SoftHsm, monkeypatch: pytest.MonkeyPatch) -> None:
    """A row for it, and the examination goes on."""
    softhsm.token("Ikey of Li", certified())
    real: Callable[[Sequence[str]], list[Token]] = ikey.tokens

    def tokens_and_lose(modules: Sequence[str]) -> list[Token]:
        found = real(modules)
        softhsm.take_out()
        return found

    monkeypatch.setattr(ikey, "tokens", tokens_and_lose)
    rows, usable = look(replace(NOTHING, ikey_modules=(softhsm.module,)))
    assert rows["ikey-failed"].verdict is Verdict.BAD
    assert usable == []


# -- the agent -----------------------------------------------------------------------------------


def _pem(path: Path, pair: Pair) -> Path:
    path.write_bytes(pair.certificate.public_bytes(Encoding.PEM))
    return path


def test_an_agent_and_its_keys(agent: RealAgent, tmp_path: Path) -> None:
    """Empty; with a key whose certificate nobody gave; with it; with another one only."""
    where = replace(NOTHING, agent=agent.path)
    rows, _ = look(where)
    assert "ssh-add -s" in rows["agent-empty"].mend("en")
    pair = certified()
    agent.add(pair.key)
    rows, usable = look(where)
    assert "SHA256:" in rows["agent-unnamed"].found("en")
    assert usable == []
    rows, usable = look(replace(where, certificates=(_pem(tmp_path / "own.pem", pair),)))
    assert rows["agent"].verdict is rows["certificate"].verdict is Verdict.GOOD
    assert [each.kind for each in usable] == ["agent"]
    rows, usable = look(replace(where, certificates=(_pem(tmp_path / "other.pem", certified("rsa2048")),)))
    assert rows["agent-unfit"].verdict is Verdict.WARNING
    assert usable == []


def test_a_certificate_for_the_agent_that_cannot_be_read(agent: RealAgent, tmp_path: Path) -> None:
    """It is named, and the keys are shown all the same."""
    agent.add(certified().key)
    (tmp_path / "no.pem").write_text("hello")
    rows, _ = look(
        replace(NOTHING, agent=agent.path, certificates=(tmp_path / "no.pem", tmp_path / "nowhere.pem"))
    )
    assert "nowhere.pem" in rows["agent-certificate-unreadable"].found("en")
    assert "agent-unnamed" in rows


# -- the certificate file ------------------------------------------------------------------------


def test_a_certificate_file_is_opened_only_with_a_passphrase_that_is_configured(tmp_path: Path) -> None:
    """Without one it is seen to be such a file; with the right one it is judged; a wrong one is a fault."""
    pair = certified(card=False)
    path = tmp_path / "holder.p12"
    path.write_bytes(pki.p12(pki.Pair(pair.key, pair.certificate), "holder", "secret words", []))  # type: ignore[arg-type]
    where = replace(NOTHING, file=path)
    rows, usable = look(where)
    assert rows["file-closed"].verdict is Verdict.GOOD
    assert usable == [Usable("file", "holder.p12")]
    rows, usable = look(replace(where, passphrase=lambda: "secret words"))
    assert "证书文件" in rows["certificate"].found("zh")
    assert usable == [Usable("file", "holder.p12")]
    rows, usable = look(replace(where, passphrase=lambda: "other words"))
    assert rows["file-bad"].verdict is Verdict.BAD
    assert usable == []
    assert "words" not in "".join(each.found("en") + repr(each) for each in rows.values())


@pytest.mark.parametrize("content", [None, b"no file of this kind", b"-----BEGIN CERTIFICATE-----"])
def test_a_certificate_file_that_is_none(tmp_path: Path, content: bytes | None) -> None:
    """Missing, of another kind, or PEM."""
    path = tmp_path / "holder.p12"
    if content is not None:
        path.write_bytes(content)
    rows, usable = look(replace(NOTHING, file=path))
    assert "holder.p12" in rows["file-bad"].found("zh")
    assert usable == []
