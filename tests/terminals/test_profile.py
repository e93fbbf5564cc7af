"""Where settings come from."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from terminals.profile import DEMO_URL, gather
from terminals.trouble import Unusable
from tests.terminals.office import CUSTOMS, DXP_ID, PASSWORD, Office


def toml(folder: Path, text: str) -> dict[str, str | None]:
    """Options that name a file with this text."""
    file = folder / "eport-terminal.toml"
    file.write_text(text, encoding="utf-8")
    return {"config": str(file)}


def test_options_win_over_demo_over_environment_over_file(office: Office, tmp_path: Path) -> None:
    """Each source fills only what a stronger one left open."""
    written = toml(
        tmp_path, 'default = "a"\n[profiles.a]\nurl = "f"\ncrl = "f"\ncop_name = "f"\nstate = "/f"'
    )
    environ = {"EPORT_URL": "e", "EPORT_CRL": "e", "EPORT_COP_NAME": "e"}
    demo = {"demo": str(office.home), "as": "operator"}
    assert gather(written, {}).get("url") == "f"
    assert gather(written, environ).get("url") == "e"
    found = gather({**written, **demo, "dxp_id": "O"}, environ)
    assert (found.get("url"), found.get("dxp_id")) == ("e", "O")
    assert gather({**demo, "url": "o"}, environ).get("url") == "o"
    assert gather(demo, {}).get("url") == DEMO_URL
    assert (found.get("crl"), found.get("state")) == ("e", "/f")
    assert found.get("cop_name") == "浦东演示进出口有限公司"


def test_a_demo_gateway_is_asked_where_its_own_settings_say(office: Office, tmp_path: Path) -> None:
    """Port and scheme come from the home's gateway.toml; an EPORT_URL is stronger than that."""
    home = tmp_path / "home"
    shutil.copytree(office.home, home)
    demo = {"demo": str(home), "as": "operator"}
    (home / "gateway.toml").write_text("[listen]\nport = 9443\n", encoding="utf-8")
    assert gather(demo, {}).get("url") == "https://localhost:9443"
    assert gather(demo, {"EPORT_URL": "https://127.0.0.1:1"}).get("url") == "https://127.0.0.1:1"
    (home / "gateway.toml").write_text("[listen]\nport = 9443\ntls = false\n", encoding="utf-8")
    assert gather(demo, {}).get("url") == "http://localhost:9443"


@pytest.mark.parametrize("name", ["operator", "operator1", DXP_ID, "浦东演示进出口有限公司", "李录"])
def test_a_demo_party_goes_by_role_account_or_name(office: Office, name: str) -> None:
    """Everything needed to send comes from the demo home."""
    found = gather({"demo": str(office.home), "as": name}, {})
    assert (found.get("dxp_id"), found.get("receiver"), found.path("p12")) == (DXP_ID, CUSTOMS, office.p12)
    assert found.secret("p12_password").reveal() == PASSWORD


def test_an_unknown_demo_party_names_those_there_are(office: Office) -> None:
    """The refusal lists the roles."""
    with pytest.raises(Unusable, match="customs, operator"):
        gather({"demo": str(office.home), "as": "pirate"}, {})


def test_another_certificate_is_another_identity(office: Office) -> None:
    """With --p12 nothing of the demo party's identity is mixed in."""
    found = gather({"demo": str(office.home), "as": "operator", "p12": "mine.p12"}, {})
    assert (found.get("dxp_id"), found.get("p12_password"), found.get("receiver")) == ("", "", CUSTOMS)


def test_the_demo_account_can_be_used_instead_of_its_certificate(office: Office) -> None:
    """With --account the password of that account comes along, the certificate does not."""
    found = gather({"demo": str(office.home), "as": "operator", "account": "operator1"}, {})
    assert (found.get("p12"), found.secret("password").reveal()) == ("", "right")


def test_passwords_come_from_files_and_show_nowhere(tmp_path: Path) -> None:
    """The first line of the file; neither the profile's nor the secret's repr has it."""
    file = tmp_path / "password"
    file.write_text("hush hush\n", encoding="utf-8")
    found = gather({}, {"EPORT_P12_PASSWORD_FILE": str(file), "EPORT_PASSWORD": "also hush", "HOME": "/h"})
    secret = found.secret("p12_password")
    assert secret.reveal() == "hush hush"
    assert "hush" not in f"{found!r} {secret!r} {found.secret('password')!r}"


def test_a_stronger_source_s_password_replaces_a_weaker_one_s_file(tmp_path: Path) -> None:
    """A password in the environment is not overruled by a password file in the TOML file."""
    written = toml(tmp_path, 'default = "a"\n[profiles.a]\np12_password_file = "old"')
    assert gather(written, {"EPORT_P12_PASSWORD": "new"}).secret("p12_password").reveal() == "new"


def test_a_missing_password_is_asked_for(tmp_path: Path) -> None:
    """With a prompt it is asked for; without one the ways to give it are said."""
    found = gather({}, {"HOME": str(tmp_path)})
    assert found.secret("p12_password", lambda name: f"asked {name}").reveal() == "asked p12_password"
    with pytest.raises(Unusable, match="EPORT_P12_PASSWORD_FILE"):
        found.secret("p12_password")


def test_paths_in_the_file_are_relative_to_it(tmp_path: Path) -> None:
    """A profile can be moved together with its files."""
    written = toml(tmp_path, '[profiles.a]\nca = "ca.pem"')
    assert gather({**written, "profile": "a"}, {}).path("ca") == tmp_path / "ca.pem"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('[profiles.a]\nurll = "x"', "urll"),
        ('[profiles.a]\np12_password = "x"', "p12_password"),
        ('[profiles.b]\nurl = "x"', "'a'"),
        ("[profiles", "TOML"),
        ('url = "x"', "url"),
    ],
)
def test_a_wrong_file_is_refused_with_the_reason(tmp_path: Path, text: str, told: str) -> None:
    """A slip, a password in the file, or a profile there is not does not pass silently."""
    with pytest.raises(Unusable, match=told):
        gather({**toml(tmp_path, text), "profile": "a"}, {})


def test_a_missing_setting_says_all_ways_to_give_it(tmp_path: Path) -> None:
    """Option, variable and file are named."""
    with pytest.raises(Unusable) as failure:
        gather({}, {"HOME": str(tmp_path)}).need("url")
    for way in ("--url", "EPORT_URL", "eport-terminal.toml"):
        assert way in str(failure.value)


def test_a_demos_cursors_and_pending_messages_lie_in_its_own_home(office: Office, tmp_path: Path) -> None:
    """A new demo on the same port does not go on from where another's mailbox was read."""
    environment = {"XDG_STATE_HOME": str(tmp_path)}
    options = {"demo": str(office.home), "as": "operator"}
    assert gather(options, environment).path("state") == office.home / "demo" / "terminal"
    mine = {**options, "state": str(tmp_path / "mine")}
    assert gather(mine, environment).path("state") == tmp_path / "mine"


def test_a_demos_virtual_cards_are_found_in_its_home(office: Office, tmp_path: Path) -> None:
    """The smart-card service of `virtual-card` is used once it is there; an option is stronger."""
    home = tmp_path / "home"
    shutil.copytree(office.home, home)
    demo = {"demo": str(home), "as": "operator"}
    assert gather(demo, {}).get("pcscd") == ""
    service = home / "demo" / "card" / "pcscd.comm"
    service.parent.mkdir()
    service.touch()
    assert gather(demo, {}).get("pcscd") == str(service)
    assert gather({**demo, "pcscd": "/other"}, {}).get("pcscd") == "/other"


@pytest.mark.parametrize("chosen", [{"p12": "mine.p12"}, {"account": "operator1"}])
def test_an_identity_of_the_command_line_goes_without_the_device_of_elsewhere(
    tmp_path: Path, chosen: dict[str, str | None]
) -> None:
    """--p12 and --account replace a signer of environment or file, unless --signer is given too."""
    written = toml(tmp_path, 'default = "a"\n[profiles.a]\nsigner = "ikey"')
    environ = {"EPORT_SIGNER": "card"}
    assert gather(written, environ).get("signer") == "card"
    assert gather({**written, **chosen}, environ).get("signer") == ""
    assert gather({**written, **chosen, "signer": "agent"}, environ).get("signer") == "agent"


def test_a_pin_is_taken_from_a_file_only(tmp_path: Path) -> None:
    """Not from the environment, where other processes of the user could read it."""
    file = tmp_path / "pin"
    file.write_text("73519264\n", encoding="utf-8")
    found = gather({"pin_file": str(file)}, {"EPORT_PIN": "11111111", "HOME": "/h"})
    assert found.secret("pin").reveal() == "73519264"
    assert "pin" not in found.values
