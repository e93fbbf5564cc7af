from __future__ import annotations

import json
import stat
import subprocess
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import pkcs12

from gateway import passwords, pki
from gateway.cli import main
from messages.signature import oids
from messages.signature.trust import Trust
from storage import registry
from storage.database import Database


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A demo home, made by the command itself."""
    home = tmp_path_factory.mktemp("demo") / "home"
    done = CliRunner().invoke(main, ["init", "--demo", "--home", str(home)])
    assert done.exit_code == 0, done.output
    return home


@pytest.fixture(scope="module")
def parties(home: Path) -> list[dict[str, str]]:
    """What parties.json says."""
    listed: list[dict[str, str]] = json.loads((home / "demo" / "parties.json").read_text())
    return listed


def _open(home: Path, party: dict[str, str]) -> tuple[Any, x509.Certificate]:
    file = (home / "demo" / party["p12"]).read_bytes()
    key, certificate, _more = pkcs12.load_key_and_certificates(file, party["password"].encode())
    assert certificate is not None
    return key, certificate


def test_every_role_of_the_contract_is_there(parties: list[dict[str, str]]) -> None:
    """Customs, two enterprises with an operator each, two agencies, two officers, a carrier, a watch."""
    roles = sorted(party["role"] for party in parties)
    twice = ["agency", "enterprise", "operator", "officer"] * 2
    assert roles == sorted(["customs", "carrier", "operations", *twice])
    wanted = {"role", "name", "copCode", "dxpId", "p12", "password", "account", "accountPassword"}
    assert all(wanted <= party.keys() for party in parties)


def test_the_terminal_host_is_registered_and_no_party_to_try_out(
    home: Path, parties: list[dict[str, str]]
) -> None:
    """host.json names its file and password; it has the role host, no account, and is not in parties.json."""
    told = json.loads((home / "demo" / "host.json").read_text())
    _, certificate = _open(home, told)
    for name in ("host.json", "host.p12"):
        assert stat.S_IMODE((home / "demo" / name).stat().st_mode) == 0o600
    assert told["dxpId"] not in {party["dxpId"] for party in parties}
    database = Database(f"sqlite:///{home}/gateway.db")
    with database.read() as connection:
        entry = registry.certificate(connection, pki.fingerprint(certificate))
        assert entry is not None
        assert (entry.dxp_id, entry.role) == (told["dxpId"], "host")
        assert [each for each in registry.accounts(connection) if each.dxp_id == told["dxpId"]] == []
    database.close()


def test_an_enterprise_and_its_operator_share_their_party(parties: list[dict[str, str]]) -> None:
    """Both holders of an enterprise act under one dxpId, and the two enterprises under different ones."""
    of_role = {
        role: {party["dxpId"] for party in parties if party["role"] == role}
        for role in ("enterprise", "operator")
    }
    assert of_role["enterprise"] == of_role["operator"]
    assert len(of_role["enterprise"]) == 2


def test_each_certificate_file_opens_and_is_trusted_and_registered(
    home: Path, parties: list[dict[str, str]]
) -> None:
    """What parties.json says is what the registry holds: file, password, party, role and card kind agree."""
    trust = Trust(pki.load_certificates(home / "demo" / "ca.pem"))
    cards = {"enterprise": "legal", "operator": "operator", "agency": "operator"}
    database = Database(f"sqlite:///{home}/gateway.db")
    with database.read() as connection:
        for party in parties:
            key, certificate = _open(home, party)
            trust.check(certificate, datetime.now(UTC))
            assert key.public_key() == certificate.public_key()
            entry = registry.certificate(connection, pki.fingerprint(certificate))
            assert entry is not None
            assert (entry.dxp_id, entry.role) == (party["dxpId"], party["role"])
            assert entry.card == cards.get(party["role"], "")
            owner = registry.party(connection, party["dxpId"])
            assert owner is not None
            assert (owner.cop_code, owner.name) == (party["copCode"], party["name"])
    database.close()


def test_rsa_and_p256_holders_are_both_among_them(home: Path, parties: list[dict[str, str]]) -> None:
    """A trial meets both kinds of signatures that senders make."""
    keys = [_open(home, party)[0] for party in parties]
    assert {type(key.public_key()) for key in keys} >= {
        type(rsa.generate_private_key(65537, 2048).public_key()),
        type(ec.generate_private_key(ec.SECP256R1()).public_key()),
    }


def test_each_account_opens_with_its_password(home: Path, parties: list[dict[str, str]]) -> None:
    """Accounts are stored hashed, and their passwords in parties.json are the right ones."""
    database = Database(f"sqlite:///{home}/gateway.db")
    with database.read() as connection:
        for party in parties:
            account = registry.account(connection, party["account"])
            assert account is not None
            assert party["accountPassword"] not in account.password_hash
            assert passwords.matches(account.password_hash, party["accountPassword"])
    database.close()


def test_the_demo_ca_issued_the_gateways_certificates_directly(home: Path) -> None:
    """A client that knows demo/ca.pem needs nothing else to trust TLS and receipts."""
    ca = pki.load_certificates(home / "demo" / "ca.pem")
    (signer,) = pki.load_certificates(home / "demo" / "gateway.pem")
    (server,) = pki.load_certificates(home / "certs" / "tls.pem")
    assert pki.issued_by(signer, ca) == pki.issued_by(server, ca) == ca[0]
    assert oids.is_gateway(signer)
    assert signer == pki.load_certificates(home / "certs" / "gateway.pem")[0]
    names = server.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert names.get_values_for_type(x509.DNSName) == ["localhost"]
    assert [str(each) for each in names.get_values_for_type(x509.IPAddress)] == ["127.0.0.1"]


def test_passwords_and_keys_are_their_owners_alone(home: Path) -> None:
    """Nothing secret in a demo home is readable by others, the database included."""
    secret = [*home.glob("demo/*.p12"), *home.glob("demo/*.key"), *home.glob("keys/*")]
    secret += [home / "demo" / "parties.json", home / "gateway.db", home / "gateway.toml"]
    assert len(secret) > 10
    assert {stat.S_IMODE(file.stat().st_mode) for file in secret} == {0o600}


def test_xmlsec1_signs_with_a_certificate_file_of_the_demo(
    home: Path, parties: list[dict[str, str]], tmp_path: Path
) -> None:
    """The files work in other programs: xmlsec1 opens one and signs with it."""
    operator = next(party for party in parties if party["role"] == "operator")
    template = tmp_path / "template.xml"
    template.write_text(
        '<a><Signature xmlns="http://www.w3.org/2000/09/xmldsig#"><SignedInfo>'
        '<CanonicalizationMethod Algorithm="http://www.w3.org/2001/10/xml-exc-c14n#"/>'
        '<SignatureMethod Algorithm="http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"/>'
        '<Reference URI=""><Transforms>'
        '<Transform Algorithm="http://www.w3.org/2000/09/xmldsig#enveloped-signature"/></Transforms>'
        '<DigestMethod Algorithm="http://www.w3.org/2001/04/xmlenc#sha256"/><DigestValue/></Reference>'
        "</SignedInfo><SignatureValue/></Signature></a>"
    )
    file = home / "demo" / operator["p12"]
    done = subprocess.run(
        ["xmlsec1", "--sign", "--pkcs12", str(file), "--pwd", operator["password"], str(template)],
        capture_output=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr.decode()
    assert b"<SignatureValue>" in done.stdout


def test_a_second_init_changes_nothing(home: Path) -> None:
    """A home is never overwritten: the command is refused and every file stays as it was."""
    before = {file: file.read_bytes() for file in home.rglob("*") if file.is_file()}
    done = CliRunner().invoke(main, ["init", "--demo", "--home", str(home)])
    assert done.exit_code == 1
    assert "already" in done.output
    assert {file: file.read_bytes() for file in home.rglob("*") if file.is_file()} == before
