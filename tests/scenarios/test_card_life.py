"""What becomes of a card: renewed, unlocked, revoked, issued by an outside CA, pulled out in the middle."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography import x509

from gateway import pki, revocations
from gateway.cli.pins import Source
from hardware.card import inserted
from hardware.office import look_card
from hardware.signer import CardLocked, WrongPin
from hardware.virtual import medium
from hardware.virtual.stack import Stack
from tests.hardware.asking import Holder
from tests.hardware.stack import blank_card, make_card
from tests.scenarios.counter import OPERATOR, PIN, PUK, Counter, openssl
from tests.scenarios.house import Desk, House


@pytest.fixture
def counter(house: House, stack: Stack, tmp_path: Path) -> Counter:
    """A counter of the serving gateway."""
    return Counter(house, stack, tmp_path)


def crl(house: House) -> x509.CertificateRevocationList:
    """The list of the demo's CA."""
    [ca] = pki.load_certificates(house.home / "demo/ca.pem")
    return pki.load_revocation_list(revocations.place(house.home / "certs/crl", ca))


# -- revoking ------------------------------------------------------------------------------------


def test_a_revoked_card_is_refused_at_once_and_on_the_list(counter: Counter) -> None:
    """The very next message gets 1002; OpenSSL verifies the list, which names both certificates and why."""
    counter.blank()
    number = counter.issue()
    with counter.holder(signatures=3) as person:
        body, second = (person.envelope(person.signed()) for _ in range(2))
        assert counter.send(person, body) == "0000"
        counter.run("card", "revoke", number, "--reason", "遗失于港区", "--why", "lost")
        assert counter.send(person, second) == "1002"
    found, given = counter.card(number)
    assert (found.state, found.reason) == ("revoked", "遗失于港区")
    listed = crl(counter.house)
    for each in given:
        entry = listed.get_revoked_certificate_by_serial_number(int(each.serial, 16))
        assert entry is not None
        assert revocations.entry(entry).reason is x509.ReasonFlags.key_compromise
    file = next((counter.house.home / "certs/crl").glob("*.pem"))
    ca = counter.house.home / "demo/ca.pem"
    assert "verify OK" in openssl("crl", "-in", file, "-CAfile", ca, "-verify", "-noout")
    assert "Next Update" in openssl("crl", "-in", file, "-text", "-noout")
    again = counter.run("card", "revoke", number, "--reason", "twice", code=1)
    assert "does not come back" in again


def test_the_next_edition_keeps_the_former_ones_and_counts_on(counter: Counter) -> None:
    """`cert crl-issue` renews the list before its date, with all of it, under a higher number."""
    counter.blank()
    counter.run("card", "revoke", counter.issue(), "--reason", "returned")
    before = crl(counter.house)
    said = counter.run("cert", "crl-issue", "--days", "7")
    after = crl(counter.house)
    assert {each.serial_number for each in before} <= {each.serial_number for each in after}
    assert revocations.number(after) > revocations.number(before)
    assert after.next_update_utc is not None
    assert (after.next_update_utc - datetime.now(UTC)).days == 6
    assert str(revocations.number(after)) in said


def test_a_card_can_be_replaced_by_another(counter: Counter) -> None:
    """The old one says by which, ends as superseded, and only a card of the office's can take its place."""
    counter.blank()
    old = counter.issue()
    counter.stack.remove()
    counter.blank("second")
    new = counter.issue()
    missing = ("--reason", "damaged", "--replaced-by", "3100000000999")
    assert "no card 3100000000999" in counter.run("card", "revoke", old, *missing, code=1)
    counter.run("card", "revoke", old, "--reason", "damaged", "--replaced-by", new)
    found, given = counter.card(old)
    assert (found.state, found.replaced_by) == ("replaced", new)
    assert {each.crl_reason for each in given} == {"superseded"}
    assert f"now {new}" in counter.run("card", "list")


# -- renewing ------------------------------------------------------------------------------------


def test_a_renewed_card_goes_on_under_its_number(counter: Counter) -> None:
    """New keys and certificates are in force, the old ones refused; what was accepted before is processed."""
    counter.blank()
    number = counter.issue("--days", "20")
    assert "ends in 19 days" in counter.run("card", "list", "--ending-in", "30")
    with counter.holder(signatures=3) as person:
        desk = Desk(counter.house, person)
        body, second = (person.envelope(person.signed()) for _ in range(2))
        assert desk.send(body).code == "0000"
        former = pki.fingerprint(person.signer.certificate)
    counter.run("card", "renew", number, *counter.pin)
    with counter.holder(signatures=2) as person:
        assert pki.fingerprint(person.signer.certificate) != former
        assert counter.send(person, second) == "1002"
        renewed = Desk(counter.house, person)
        assert renewed.send(person.envelope(person.signed())).code == "0000"
        assert renewed.until(2)
    found, given = counter.card(number)
    assert found.state == "active"
    states = [(each.state, each.crl_reason) for each in given]
    assert sorted(states, key=str) == [("active", None)] * 2 + [("revoked", "superseded")] * 2
    assert number not in counter.run("card", "list", "--ending-in", "30")
    shown = counter.run("card", "show", number)
    assert shown.index("issued by") < shown.index("renewed by")


def test_a_wrong_pin_renews_nothing_and_costs_no_key(counter: Counter) -> None:
    """The PIN is tried before the key goes, so the holder signs on with what he has."""
    counter.blank()
    number = counter.issue()
    wrong = counter.secret("wrong", "000000")
    said = counter.run("card", "renew", number, "--pin-file", wrong, code=1)
    assert "tries left before the card locks: 2" in said
    assert "Nothing was changed." in said
    with counter.holder() as person:
        assert counter.send(person) == "0000"


def test_another_card_is_not_renewed_under_this_number(counter: Counter) -> None:
    """Neither somebody else's card, nor a card of one's own with a copy of the holder's certificate."""
    counter.blank()
    number = counter.issue()
    [certificate] = {each.certificate for each in inserted()}
    counter.stack.remove()
    counter.blank("second")
    counter.issue()
    assert f"not that of card {number}" in counter.run("card", "renew", number, *counter.pin, code=1)
    copy = make_card(counter.folder / "copy.card", certificate=certificate, pin=PIN)
    counter.stack.remove()
    counter.stack.insert(copy)
    assert "is a copy" in counter.run("card", "renew", number, *counter.pin, code=1)


@pytest.mark.parametrize("keys", [True, False])
def test_a_card_that_only_has_the_number_of_another_is_not_renewed(counter: Counter, keys: bool) -> None:
    """Anybody can write a number onto a card of his own: one of the card's keys has to sign."""
    counter.blank()
    number = counter.issue()
    serial = look_card().serial
    forged = counter.folder / "forged.card"
    medium.create(forged, pin=PIN, puk=PUK, serial=serial)
    if keys:
        make_card(forged, pin=PIN, serial=serial)
    counter.stack.remove()
    counter.stack.insert(forged)
    assert look_card().serial == serial
    said = counter.run("card", "renew", number, *counter.pin, code=1)
    assert "none of the keys of card" in said
    assert "Nothing was changed." in said
    assert [each.state for each in counter.card(number)[1]] == ["active"] * 2


# -- unlocking -----------------------------------------------------------------------------------


def test_a_locked_card_is_unlocked_by_its_puk(counter: Counter) -> None:
    """Three wrong PINs lock it; the office sets a new PIN, the keys are the same, and it is noted who did."""
    counter.blank()
    number = counter.issue()
    [found] = inserted()
    with found.open(Holder("000000", "000000", "000000")) as signer:
        for expected in (WrongPin, CardLocked):
            with pytest.raises(expected):
                signer.sign(b"x")
    with pytest.raises(CardLocked):
        found.open(Holder(PIN))
    assert look_card().tries == 0
    wrong, right = counter.secret("wrong", "00000000"), counter.secret("puk", PUK)
    pin = counter.secret("new", "662607")
    said = counter.run("card", "unlock", number, "--puk-file", wrong, "--pin-file", pin, code=1)
    assert "tries left before it is blocked: 2" in said
    counter.run("card", "unlock", number, "--puk-file", right, "--pin-file", pin)
    with counter.holder("662607") as person:
        assert counter.send(person) == "0000"
    shown = counter.run("card", "show", number)
    assert "unlocked by" in shown
    assert shown.count("unlocked") == 1


def test_a_card_changed_while_the_puk_is_typed_does_not_get_it(
    counter: Counter, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between the look at the card and its PUK there is a person who types: another card loses no try."""
    counter.blank()
    number = counter.issue()
    other = blank_card(counter.folder / "other.card")
    puk, pin = counter.secret("puk", PUK), counter.secret("new", "662607")
    real = Source.chosen

    def changed(asked: Source) -> str:
        """The new PIN, and meanwhile another card."""
        counter.stack.remove()
        counter.stack.insert(other)
        return real(asked)

    monkeypatch.setattr(Source, "chosen", changed)
    said = counter.run("card", "unlock", number, "--puk-file", puk, "--pin-file", pin, code=1)
    assert "this is another card" in said
    assert medium.load(other).puk.tries == medium.TRIES
    assert "unlocked" not in counter.run("card", "show", number)


def test_a_revoked_card_is_not_unlocked(counter: Counter) -> None:
    """Nothing that it signs counts, so its holder is told at the counter and not at his desk."""
    counter.blank()
    number = counter.issue()
    counter.run("card", "revoke", number, "--reason", "left the company", "--why", "left")
    puk, pin = counter.secret("puk", PUK), counter.secret("new", PIN)
    said = counter.run("card", "unlock", number, "--puk-file", puk, "--pin-file", pin, code=1)
    assert "left the company" in said


# -- an outside CA -------------------------------------------------------------------------------


def test_an_outside_ca_issues_what_is_loaded_later(counter: Counter) -> None:
    """Requests go out as files, the card waits, what comes back is held to it, and then it signs."""
    counter.blank()
    before = counter.registered()
    number = counter.issue("--requests", counter.folder)
    assert counter.card(number)[0].state == "requested"
    assert "waits for its CA since" in counter.run("card", "list")
    assert counter.run("card", "show", number).count("BEGIN CERTIFICATE REQUEST") == 2
    auth, sign = counter.outside_ca(number)
    assert "still lacks the certificate for sign" in counter.run(
        "card", "load", number, auth, *counter.pin, code=1
    )
    assert counter.registered() == before
    counter.run("card", "load", number, sign, auth, counter.house.home / "demo/ca.pem", *counter.pin)
    assert counter.card(number)[0].state == "active"
    with counter.holder() as person:
        assert counter.send(person) == "0000"
    assert "waits for no certificate" in counter.run("card", "load", number, sign, auth, *counter.pin, code=1)


def test_a_certificate_of_another_kind_or_ca_is_not_loaded(counter: Counter) -> None:
    """A CA's slip makes no operator a legal person, and a stranger's signature opens nothing."""
    counter.blank()
    before = counter.registered()
    number = counter.issue("--requests", counter.folder)
    wrong = counter.outside_ca(number, ("UTF8String:operator", "UTF8String:legal"))
    assert "card kind legal, not operator" in counter.run(
        "card", "load", number, *wrong, *counter.pin, code=1
    )
    own = counter.folder / "own"
    openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj",
            "/CN=E-Port gateway demo CA", "-keyout", f"{own}.key", "-out", f"{own}.pem")  # fmt: skip
    forged = []
    for use in ("auth", "sign"):
        request = counter.folder / f"{number}-{use}.csr"
        request.with_suffix(".ext").write_text(
            request.with_suffix(".ext").read_text().replace("String:legal", "String:operator")
        )
        openssl(
            "x509", "-req", "-in", request, "-CA", f"{own}.pem", "-CAkey", f"{own}.key", "-days", "90",
            "-extfile", request.with_suffix(".ext"), "-out", request.with_suffix(".forged"),
        )  # fmt: skip
        forged.append(request.with_suffix(".forged"))
    assert "not believed" in counter.run("card", "load", number, *forged, *counter.pin, code=1)
    assert counter.registered() == before
    assert look_card().certificates == {}


def test_a_renewal_by_an_outside_ca_supersedes_when_it_is_loaded(counter: Counter) -> None:
    """Until then the former certificates are registered; the office is told what the CA has to revoke."""
    counter.blank()
    number = counter.issue()
    counter.run("card", "renew", number, *counter.pin, "--requests", counter.folder)
    waiting, given = counter.card(number)
    assert (waiting.state, set(waiting.requests or {})) == ("active", {"auth", "sign"})
    assert {each.state for each in given} == {"active"}
    counter.run("card", "renew", number, *counter.pin, "--requests", counter.folder)  # the CA wants it again
    said = counter.run("card", "load", number, *counter.outside_ca(number), *counter.pin)
    assert all(each.serial in said for each in given)
    assert "crl-import" in said
    _found, now = counter.card(number)
    assert sorted(each.state for each in now) == ["active"] * 2 + ["revoked"] * 2
    with counter.holder() as person:
        assert counter.send(person) == "0000"


def test_a_ca_that_is_named_serves_for_one_call(counter: Counter) -> None:
    """Its key, under a passphrase here, must be of a configured CA; a wrong passphrase touches no medium."""
    counter.blank()
    demo = counter.house.home / "demo"
    locked = counter.folder / "locked.key"
    openssl("pkcs8", "-topk8", "-in", demo / "ca.key", "-out", locked, "-passout", "pass:open sesame")
    ca = ("--ca-key", locked, "--ca-cert", demo / "ca.pem", "--ca-passphrase-file")
    wrong, right = counter.secret("wrong", "guess"), counter.secret("right", "open sesame")
    said = counter.run("card", "issue", *OPERATOR, *counter.new, *ca, wrong, code=1)
    assert "locked.key holds no private key in PEM with this passphrase" in said
    assert "--ca-key FILE --ca-cert FILE" in counter.run("cert", "crl-issue", "--ca-key", locked, code=2)
    other = pki.authority("Other", datetime.now(UTC))
    (counter.folder / "other.pem").write_bytes(pki.pem(other.certificate))
    pki.write_whole(counter.folder / "other.key", pki.key_pem(other.key))
    stranger = ("--ca-key", counter.folder / "other.key", "--ca-cert", counter.folder / "other.pem")
    assert "none of the gateway's configured CAs" in counter.run("cert", "crl-issue", *stranger, code=1)
    counter.issue(*ca, right)
    with counter.holder() as person:
        assert counter.send(person) == "0000"
