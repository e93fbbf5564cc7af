from __future__ import annotations

import stat
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID

from gateway import pki, requested
from gateway.tools import trust
from messages.signature import oids

NOW = datetime.now(UTC).replace(microsecond=0)


@pytest.fixture(scope="module")
def ca() -> pki.Pair:
    """A CA made now."""
    return pki.authority("Test CA", NOW)


def _openssl(*arguments: str) -> str:
    done = subprocess.run(["openssl", *arguments], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_openssl_chains_every_kind_of_certificate_to_the_ca(ca: pki.Pair, tmp_path: Path) -> None:
    """An independent implementation accepts signer, gateway and server certificates, extensions included."""
    key = pki.new_key()
    made = {
        "card": pki.issue_signer(ca, key, pki.subject("李四", "进出口公司", "DXPENT1"), NOW, card="operator"),
        "gateway": pki.issue_signer(ca, key, pki.subject("Gateway"), NOW, gateway=True),
        "server": pki.issue_server(ca, key, ["localhost", "127.0.0.1"], NOW),
    }
    (tmp_path / "ca.pem").write_bytes(pki.pem(ca.certificate))
    for name, certificate in made.items():
        (tmp_path / name).write_bytes(pki.pem(certificate))
        purpose = ["-purpose", "sslserver"] if name == "server" else []
        told = _openssl(
            "verify", "-x509_strict", *purpose, "-CAfile", str(tmp_path / "ca.pem"), str(tmp_path / name)
        )
        assert told.endswith("OK\n")


def test_a_certificate_says_its_card_kind_and_whether_it_is_a_gateways(ca: pki.Pair) -> None:
    """Card kind and the gateway's usage are read back, and neither stands where it was not given."""
    key = pki.new_key()
    plain = pki.issue_signer(ca, key, pki.subject("A"), NOW)
    legal = pki.issue_signer(ca, key, pki.subject("A"), NOW, card="legal")
    gateway = pki.issue_signer(ca, key, pki.subject("A"), NOW, gateway=True)
    assert [oids.card_kind(each) for each in (plain, legal, gateway)] == ["", "legal", ""]
    assert [oids.is_gateway(each) for each in (plain, legal, gateway)] == [False, False, True]


def test_a_pkcs12_file_opens_in_openssl_with_its_password_only(ca: pki.Pair, tmp_path: Path) -> None:
    """OpenSSL 3 reads the file without legacy algorithms; a wrong password opens nothing."""
    key = pki.new_key("RSA-2048")
    pair = pki.Pair(key, pki.issue_signer(ca, key, pki.subject("A"), NOW))
    file = tmp_path / "a.p12"
    file.write_bytes(pki.p12(pair, "a", "right", [ca.certificate]))
    shown = _openssl("pkcs12", "-in", str(file), "-passin", "pass:right", "-nodes")
    assert shown.count("BEGIN CERTIFICATE") == 2
    assert "BEGIN PRIVATE KEY" in shown
    wrong = subprocess.run(
        ["openssl", "pkcs12", "-in", str(file), "-passin", "pass:wrong", "-nodes"],
        capture_output=True,
        check=False,
    )
    assert wrong.returncode != 0


def test_a_request_asks_for_the_usage_and_the_names_it_needs() -> None:
    """A CA that copies the requests' extensions issues what `check_own` accepts."""
    key = pki.new_key()
    gateway = pki.signing_request(key, pki.subject("G"), gateway=True)
    server = pki.signing_request(key, pki.subject("S"), hosts=["gw.example", "192.0.2.1"])
    asked = gateway.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    names = server.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert gateway.is_signature_valid
    assert oids.GATEWAY_SIGNER in asked
    assert names.get_values_for_type(x509.DNSName) == ["gw.example"]
    assert [str(each) for each in names.get_values_for_type(x509.IPAddress)] == ["192.0.2.1"]


def test_a_secret_is_readable_by_its_owner_only_and_replaced_whole(tmp_path: Path) -> None:
    """A key file is never open to others and keeps nothing of an older, longer one."""
    file = tmp_path / "key"
    pki.write_whole(file, b"x" * 100)
    pki.write_whole(file, b"new")
    assert file.read_bytes() == b"new"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert list(tmp_path.iterdir()) == [file]


def test_a_revocation_list_is_recognised_by_the_ca_that_signed_it(ca: pki.Pair, tmp_path: Path) -> None:
    """A list of another CA, also one of the same name, does not count."""
    crl = pki.revocation_list(ca, [(17, NOW)], NOW)
    file = tmp_path / "crl.pem"
    file.write_bytes(pki.pem(crl))
    assert pki.load_revocation_list(file).get_revoked_certificate_by_serial_number(17) is not None
    assert pki.issued_list(crl, [ca.certificate])
    assert not pki.issued_list(crl, [pki.authority("Test CA", NOW).certificate])


def _own(ca: pki.Pair, fault: str) -> tuple[pki.PrivateKey, list[x509.Certificate], datetime]:
    key = pki.new_key()
    used = pki.new_key() if fault == "key" else key
    issuer = pki.authority("Test CA", NOW) if fault == "issuer" else ca
    certificate = pki.issue_signer(issuer, used, pki.subject("G"), NOW, gateway=fault != "usage", days=30)
    chain = [certificate, pki.authority("other", NOW).certificate] if fault == "chain" else [certificate]
    return key, chain, NOW + timedelta(days=31 if fault == "date" else 1)


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        ("key", "not for the gateway's gateway key"),
        ("issuer", "not issued by a configured CA"),
        ("usage", "lacks the extended key usage"),
        ("date", "valid from"),
        ("chain", "a broken chain"),
    ],
)
def test_an_own_certificate_is_refused_with_the_reason(ca: pki.Pair, fault: str, said: str) -> None:
    """What could not work later is refused when it is installed, and the text says why."""
    key, chain, at = _own(ca, fault)
    with pytest.raises(pki.PkiError, match=said):
        pki.check_own("gateway", key, chain, [ca.certificate], at)


def test_a_fitting_own_certificate_is_accepted(ca: pki.Pair) -> None:
    """The certificate of the gateway's key, by a configured CA, with the usage and in date, passes."""
    key, chain, at = _own(ca, "none")
    pki.check_own("gateway", key, chain, [ca.certificate], at)


def test_files_that_hold_something_else_are_refused_with_their_name(tmp_path: Path) -> None:
    """The text names the file and what was expected in it."""
    file = tmp_path / "thing"
    file.write_text("nothing of the kind")
    for load in (pki.load_key, pki.load_certificates, pki.load_revocation_list):
        with pytest.raises(pki.PkiError, match="thing"):
            load(file)


def test_a_bundle_that_is_cut_off_is_not_taken_for_a_shorter_one(ca: pki.Pair, tmp_path: Path) -> None:
    """A file of two CAs of which one arrived is refused, so that no CA is lost unnoticed."""
    file = tmp_path / "bundle.pem"
    whole = pki.pem(ca.certificate, pki.authority("Second", NOW).certificate)
    file.write_bytes(whole)
    assert len(pki.load_certificates(file)) == 2
    file.write_bytes(whole[:-40])
    with pytest.raises(pki.PkiError, match=r"bundle\.pem"):
        pki.load_certificates(file)


def _trust_folders(folder: Path, authority: bytes, crl: bytes) -> tuple[Path, Path]:
    for name, content in (("ca", authority), ("crl", crl)):
        (folder / name).mkdir()
        (folder / name / "file.pem").write_bytes(content)
    return folder / "ca", folder / "crl"


@pytest.mark.parametrize("encoding", [Encoding.PEM, Encoding.DER])
def test_trust_is_read_from_pem_and_der(ca: pki.Pair, tmp_path: Path, encoding: Encoding) -> None:
    """CAs and lists work as their CA hands them out, in either encoding, whatever the file is called."""
    crl = pki.revocation_list(ca, [(17, NOW)], NOW)
    folders = _trust_folders(tmp_path, ca.certificate.public_bytes(encoding), crl.public_bytes(encoding))
    made = trust(*folders)
    assert made.unusable_crls == ()
    made.check(pki.issue_signer(ca, pki.new_key(), pki.subject("A"), NOW), NOW)


@pytest.mark.parametrize("encoding", [Encoding.PEM, Encoding.DER])
@pytest.mark.parametrize("cut", ["ca", "crl"])
def test_trust_that_cannot_be_read_is_one_error(
    ca: pki.Pair, tmp_path: Path, encoding: Encoding, cut: str
) -> None:
    """Wherever a file was cut off while it was written, there is one error to keep the old trust for."""
    whole = {
        "ca": ca.certificate.public_bytes(encoding),
        "crl": pki.revocation_list(ca, [(n, NOW) for n in range(1, 9)], NOW).public_bytes(encoding),
    }
    ca_folder, crl_folder = _trust_folders(tmp_path, whole["ca"], whole["crl"])
    file = (ca_folder if cut == "ca" else crl_folder) / "file.pem"
    for length in range(0, len(whole[cut]) - 4, 37):
        file.write_bytes(whole[cut][:length])
        with pytest.raises(pki.PkiError, match=r"file\.pem"):
            trust(ca_folder, crl_folder)


def test_a_holders_certificate_is_no_ca_for_trust(ca: pki.Pair, tmp_path: Path) -> None:
    """A certificate put into the wrong folder is the same error, with its holder's name."""
    holder = pki.issue_signer(ca, pki.new_key(), pki.subject("Wrong place"), NOW)
    folders = _trust_folders(tmp_path, pki.pem(holder), pki.pem(pki.revocation_list(ca, [], NOW)))
    with pytest.raises(pki.PkiError, match="Wrong place"):
        trust(*folders)


def _request(*extensions: x509.ExtensionType) -> str:
    builder = x509.CertificateSigningRequestBuilder().subject_name(pki.subject("A"))
    for extension in extensions:
        builder = builder.add_extension(extension, critical=False)
    return pki.pem(builder.sign(pki.new_key(), SHA256())).decode()


@pytest.mark.parametrize(
    ("extension", "named"),
    [
        (x509.ExtendedKeyUsage([oids.GATEWAY_SIGNER]), "gateway signer"),
        (x509.ExtendedKeyUsage([ExtendedKeyUsageOID.ANY_EXTENDED_KEY_USAGE]), "extended key usage"),
        (oids.card_extension("legal"), "card kind"),
        (x509.BasicConstraints(ca=True, path_length=None), "CA True"),
    ],
)
def test_a_request_for_what_no_holder_may_have_is_refused(extension: x509.ExtensionType, named: str) -> None:
    """A CA that copies requested extensions never sees a request to be a gateway, a card's holder or a CA."""
    with pytest.raises(pki.PkiError, match=named):
        requested.check(_request(extension))


def test_an_ordinary_request_is_taken() -> None:
    """A request with nothing, or with what holders have, passes; what is no request does not."""
    requested.check(_request())
    requested.check(
        _request(
            x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CLIENT_AUTH]),
            x509.BasicConstraints(ca=False, path_length=None),
        )
    )
    with pytest.raises(pki.PkiError, match="PKCS#10"):
        requested.check("-----BEGIN CERTIFICATE REQUEST-----\nAAAA\n-----END CERTIFICATE REQUEST-----\n")
