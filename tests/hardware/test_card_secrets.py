"""No PIN and no key of a card gets into anything that is written, whoever turns up the logs."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from hardware.opensc import keep_pins_out_of_logs
from hardware.signer import ModuleMissing
from hardware.virtual.stack import Stack
from tests.hardware.stack import make_card
from tests.messages.signature.making import holder

RIGHT, WRONG, UNUSABLE = "740169", "385297", "93841"


def written(secret: bytes) -> Iterator[bytes]:
    """The ways in which a log might have `secret`."""
    yield secret
    for hexadecimal in (secret.hex(), secret.hex(" "), secret.hex(":"), secret.hex(",")):
        yield hexadecimal.encode()
        yield hexadecimal.upper().encode()
    yield ", ".join(map(str, secret)).encode()
    yield ", ".join(map(hex, secret)).encode()


def found(written_down: bytes, secrets: dict[str, bytes]) -> set[str]:
    """The names of the secrets that stand in what was written down."""
    return {name for name, secret in secrets.items() for way in written(secret) if way in written_down}


def test_nothing_secret_is_written(stack: Stack, tmp_path: Path) -> None:
    """Not by our code, pyscard, python-pkcs11, libpcsclite, OpenSC with their logs turned up, nor by pcscd.

    A whole session: both keys, errors with all they carry, every repr, the card taken out, and locked.
    """
    path = make_card(tmp_path / "a.card", pin=RIGHT)
    stack.insert(path)
    home = tmp_path / "home"
    home.mkdir()
    talkative = {"OPENSC_DEBUG": "9", "PCSCLITE_DEBUG": "0", "PYTHONDEVMODE": "1", "HOME": str(home)}
    said = home / "said"
    with (
        said.open("wb") as output,
        subprocess.Popen(
            [sys.executable, "-m", "tests.hardware.talkative"],
            env={**os.environ, **talkative},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=output,
        ) as program,
    ):
        assert program.stdin is not None
        assert program.stdout is not None
        program.stdin.write(f"{RIGHT}\n{WRONG}\n{UNUSABLE}\n".encode())
        program.stdin.flush()
        orders = {b"take it out\n": stack.remove, b"put it back\n": lambda: stack.insert(path)}
        obeyed = []
        with (home / "printed").open("wb") as printed:
            for line in program.stdout:
                printed.write(line)
                if line in orders:
                    orders[line]()
                    obeyed.append(line)
                    program.stdin.write(b"\n")
                    program.stdin.flush()
    written_down = b"".join(file.read_bytes() for file in home.rglob("*") if file.is_file())
    log = (stack.folder / "pcscd.log").read_bytes()
    assert program.returncode == 0, written_down.decode()
    assert obeyed == list(orders) * 2
    assert written_down.count(b"CardLocked(") >= 2  # it went all the way
    assert len(written_down) > 100_000  # libpcsclite was talkative indeed
    key = holder("rsa2048").key
    assert isinstance(key, rsa.RSAPrivateKey)
    numbers = key.private_numbers()
    secrets = {"right PIN": RIGHT, "wrong PIN": WRONG, "unusable PIN": UNUSABLE}
    halves = {"d": numbers.d, "p": numbers.p, "q": numbers.q}
    watched = {name: secret.encode() for name, secret in secrets.items()}
    watched |= {name: number.to_bytes(256).lstrip(b"\0")[:16] for name, number in halves.items()}
    watched |= {f"{name} as a number": str(number).encode() for name, number in halves.items()}
    assert found(written_down + log, watched) == set()
    assert found(RIGHT.encode().hex(" ").encode(), watched) == {"right PIN"}  # it would be found


@pytest.mark.parametrize(
    "configuration",
    [
        "app default { debug = 3; }",
        "app default {\n\tdebug = 9;\n\tdebug_file = /tmp/opensc.log;\n}",
        "app default { debug=1; }\napp opensc-pkcs11 { debug = 0x7 ; }",
        'app default { debug = "4"; }',
    ],
)
def test_a_configuration_that_logs_commands_is_refused(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, configuration: str
) -> None:
    """OpenSC would write every PIN into it: the administrator is told where."""
    path = tmp_path / "opensc.conf"
    path.write_text(configuration)
    monkeypatch.setenv("OPENSC_CONF", str(path))
    with pytest.raises(ModuleMissing) as refused:
        keep_pins_out_of_logs("opensc-pkcs11.so")
    assert str(path) in refused.value.told("zh")


@pytest.mark.parametrize(
    "configuration",
    [
        None,
        "",
        "app default { card_drivers = PIV-II; }",
        "app default {\n\t# debug = 3;\n\t# debug_file = opensc-debug.txt;\n}",
        "app default { debug = 2; }",
        "app default { my_debug = 9; debug_file = x; }",
    ],
)
def test_other_configurations_will_do(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, configuration: str | None
) -> None:
    """Up to level 2 no commands are logged; a level in the environment is taken away."""
    path = tmp_path / "opensc.conf"
    if configuration is not None:
        path.write_text(configuration)
    monkeypatch.setenv("OPENSC_CONF", str(path))
    monkeypatch.setenv("OPENSC_DEBUG", "9")
    keep_pins_out_of_logs("opensc-pkcs11.so")
    assert "OPENSC_DEBUG" not in os.environ


def test_a_card_is_not_used_while_its_commands_would_be_logged(
    stack: Stack, tmp_path: Path, card: Path
) -> None:
    """The module is not even loaded."""
    stack.insert(card)
    path = tmp_path / "opensc.conf"
    path.write_text("app default { debug = 9; }")
    done = subprocess.run(
        [sys.executable, "-c", "from hardware.card import inserted; inserted()"],
        env={**os.environ, "OPENSC_CONF": str(path)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert f"debug = 9 in {path} would log PINs" in done.stderr
