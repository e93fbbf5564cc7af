"""Who owns an attachment, what names it, and who reads it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from messages.workflow import EVERYONE, File, FileOf, Keep, Publish, Withdraw
from storage import bulletins, cases, owners
from storage.database import Database
from storage.owners import LOOSE, PER_FILE, Attachment
from tests.storage.builders import ENTERPRISE, NOW, OTHER, later

DIGEST = "d" * 64


def test_knowing_a_digest_buys_nothing(database: Database) -> None:
    """A file belongs to who sent it, and to each who did."""
    with database.write() as conn:
        mine = Attachment(ENTERPRISE, DIGEST, 5, "image/tiff", "invoice.tif", NOW)
        assert owners.own(conn, mine)
        assert not owners.own(conn, mine)
        assert owners.owned(conn, ENTERPRISE, [DIGEST, "x"]) == {DIGEST: mine}
        assert owners.owned(conn, OTHER, [DIGEST]) == {}


def test_what_is_named_must_be_its_owners(database: Database) -> None:
    """A file that the party has not sent itself is not kept for it, and nothing else of that step either."""
    with database.write() as conn:
        owners.own(conn, Attachment(ENTERPRISE, "a", 5, "image/tiff", "invoice.tif", NOW))
        owners.own(conn, Attachment(OTHER, "b", 5, "image/tiff", "theirs.tif", NOW))
    for missing in ("b", "c"):
        with pytest.raises(owners.Gone, match=missing), database.write() as conn:
            owners.keep(conn, Keep("Z1", ENTERPRISE, ("a", missing)), NOW)
        with database.read() as conn:
            assert owners.owned(conn, ENTERPRISE, ["a"])["a"].state == LOOSE


def test_a_file_is_kept_for_as_long_as_something_names_it(database: Database) -> None:
    """Named by two cases it outlives the one; when the other lets it go too, it waits as a new one does."""
    with database.write() as conn:
        owners.own(conn, Attachment(ENTERPRISE, "a", 5, "image/tiff", "invoice.tif", NOW))
        for holder in ("Z1", "Z2"):
            owners.keep(conn, Keep(holder, ENTERPRISE, ("a", "a")), NOW)
        assert owners.owned(conn, ENTERPRISE, ["a"])["a"].until is None
        owners.keep(conn, Keep("Z1", ENTERPRISE), later(100))
        assert owners.abandon(conn, later(10**9)) == []
        owners.keep(conn, Keep("Z2", ENTERPRISE), later(100))
        assert owners.owned(conn, ENTERPRISE, ["a"])["a"].until == later(100) + owners.KEPT_LOOSE
        assert owners.abandon(conn, later(100)) == []
        assert owners.abandon(conn, later(101)) == ["a"]


def test_a_file_is_read_by_whom_its_holder_says_and_nobody_else(database: Database) -> None:
    """A party, a role or everyone; its owner always; and nobody any more once it is not named."""
    with database.write() as conn:
        for digest in ("party", "role", "all", "none"):
            owners.own(conn, Attachment(ENTERPRISE, digest, 5, "image/tiff", "", NOW))
        for digest, to in (("party", (OTHER,)), ("role", ("customs",)), ("all", (EVERYONE,)), ("none", ())):
            owners.keep(conn, Keep(f"Z1/{digest}", ENTERPRISE, (digest,), to), NOW)

        def read(party: str, role: str) -> list[str]:
            asked = ("party", "role", "all", "none")
            return [each for each in asked if owners.readable(conn, party, role, each)]

        assert read(ENTERPRISE, "operator") == ["party", "role", "all", "none"]
        assert read(OTHER, "operator") == ["party", "all"]
        assert read("DXPTHIRD", "customs") == ["role", "all"]
        assert read("DXPTHIRD", "operator") == ["all"]
        owners.keep(conn, Keep("Z1/party", ENTERPRISE, ("party",)), NOW)
        owners.keep(conn, Keep("Z1/all", ENTERPRISE), NOW)
        assert read(OTHER, "operator") == []


def test_a_reader_does_not_own(database: Database) -> None:
    """What a party may read it cannot name in a message of its own, until it has sent it itself."""
    with database.write() as conn:
        owners.own(conn, Attachment(ENTERPRISE, "a", 5, "image/tiff", "mine.tif", NOW))
        owners.keep(conn, Keep("Z1", ENTERPRISE, ("a",), (OTHER,)), NOW)
        with pytest.raises(owners.Gone):
            owners.keep(conn, Keep("Z2", OTHER, ("a",)), NOW)
        owners.own(conn, Attachment(OTHER, "a", 5, "image/tiff", "theirs.tif", NOW))
        found = owners.readable(conn, OTHER, "operator", "a")
        assert found is not None
        assert found.name == "theirs.tif"


def test_a_step_is_told_of_its_partys_files(database: Database) -> None:
    """The fact holds size and type as they were found, and nothing of what another party has sent."""
    with database.write() as conn:
        owners.own(conn, Attachment(ENTERPRISE, "a", 5, "image/tiff", "mine.tif", NOW))
        owners.own(conn, Attachment(OTHER, "b", 5, "image/tiff", "theirs.tif", NOW))
        facts = [FileOf(ENTERPRISE, digest) for digest in ("a", "b", "c")]
        found = cases.load(conn, facts, NOW, {})
    assert found == {facts[0]: File("a", 5, "image/tiff", "mine.tif"), facts[1]: None, facts[2]: None}


def test_two_uploads_at_once_do_not_exceed_the_quota(database: Database) -> None:
    """It is looked at in the transaction that counts: what comes over it is not owned."""
    with database.write() as conn:
        most = 2 * (10 + PER_FILE)
        for digest in ("a", "b"):
            owners.own(conn, Attachment(ENTERPRISE, digest, 10, "", "", NOW), most)
        owners.own(conn, Attachment(ENTERPRISE, "a", 10, "", "", NOW), most)  # again: no more than before
        with pytest.raises(owners.OverQuota):
            owners.own(conn, Attachment(ENTERPRISE, "c", 0, "", "", NOW), most)
        owners.own(conn, Attachment(OTHER, "c", 10, "", "", NOW), most)


# -- what is published ---------------------------------------------------------------------------


def test_what_is_published_is_read_by_its_audience_until_it_is_taken_back(database: Database) -> None:
    """News with a file: seen and fetched by the officers, changed in its place, gone at last."""
    file = File("a", 5, "application/pdf", "guide.pdf")
    with database.write() as conn:
        owners.own(conn, Attachment(ENTERPRISE, "a", 5, file.media_type, file.name, NOW))
        first = Publish("N1", "material", "指南", "…", ENTERPRISE, "officer", (file,))
        bulletins.tell(conn, first, NOW)
        bulletins.publish(conn, "news", "other", "", ENTERPRISE, NOW)
        (found,) = bulletins.listed(conn, ["officer"], kind="material")
        assert (found.title, found.files, found.audience) == ("指南", (file,), "officer")
        assert bulletins.one(conn, ["officer"], found.id) == found
        assert bulletins.one(conn, ["operator"], found.id) is None
        assert owners.readable(conn, OTHER, "officer", "a")
        assert owners.readable(conn, OTHER, "operator", "a") is None
        bulletins.tell(conn, replace(first, title="指南（二）", files=()), later(5))
        assert [each.title for each in bulletins.listed(conn, ["officer"])] == ["other", "指南（二）"]
        assert owners.readable(conn, OTHER, "officer", "a") is None
        with pytest.raises(bulletins.Taken):
            bulletins.tell(conn, Withdraw("N1", OTHER), NOW)
        bulletins.tell(conn, Withdraw("N1", ENTERPRISE), NOW)
        bulletins.tell(conn, Withdraw("N1", ENTERPRISE), NOW)  # again: there is nothing to do
        assert [each.title for each in bulletins.listed(conn, ["officer"])] == ["other"]


def test_an_operator_takes_back_what_was_published_with_files(database: Database) -> None:
    """By its number: its files are nobody's to read by it any more."""
    file = File("a", 5, "application/pdf", "guide.pdf")
    with database.write() as conn:
        owners.own(conn, Attachment(ENTERPRISE, "a", 5, file.media_type, file.name, NOW))
        bulletins.tell(conn, Publish("N1", "news", "t", "b", ENTERPRISE, files=(file,)), NOW)
        (found,) = bulletins.listed(conn, [])
        assert owners.readable(conn, OTHER, "officer", "a")
        assert bulletins.withdraw(conn, found.id, NOW)
        assert owners.readable(conn, OTHER, "officer", "a") is None


# -- time and quota ------------------------------------------------------------------------------


def test_only_loose_files_of_nobody_are_given_up(database: Database) -> None:
    """A file that no message named is given up in time; a pinned one, a new one, another owner's never."""
    with database.write() as conn:
        for party, digest, at in (
            (ENTERPRISE, "pinned", NOW),
            (ENTERPRISE, "shared", NOW),
            (OTHER, "shared", later(100)),
            (ENTERPRISE, "loose", NOW),
            (ENTERPRISE, "new", later(100)),
        ):
            owners.own(conn, Attachment(party, digest, 1, "", "", at))
        owners.keep(conn, Keep("Z1", ENTERPRISE, ("pinned",)), NOW)
        assert owners.abandon(conn, later(50)) == ["loose"]
        assert set(owners.owned(conn, ENTERPRISE, ["pinned", "shared", "loose", "new"])) == {
            "pinned",
            "new",
        }
        assert set(owners.owned(conn, OTHER, ["shared"])) == {"shared"}
        assert owners.abandon(conn, later(50)) == []


def test_what_a_party_holds_is_counted(database: Database) -> None:
    """The sizes of its own files, pinned or not, and something for each, so that empty ones count too."""
    with database.write() as conn:
        for party, digest, size in ((ENTERPRISE, "a", 1_000), (ENTERPRISE, "b", 0), (OTHER, "a", 7)):
            owners.own(conn, Attachment(party, digest, size, "", "", NOW))
        owners.keep(conn, Keep("Z1", ENTERPRISE, ("a",)), NOW)
        assert owners.held(conn, ENTERPRISE) == 1_000 + 2 * PER_FILE
        assert owners.held(conn, ENTERPRISE, besides="a") == PER_FILE
        assert owners.held(conn, "DXPNOBODY") == 0


def test_a_file_sent_again_is_kept_as_long_as_a_new_one(database: Database) -> None:
    """Its owner need not know that it was sent before, and that its time was nearly over."""
    with database.write() as conn:
        for at in (NOW, later(100)):
            owners.own(conn, Attachment(ENTERPRISE, DIGEST, 1, "", "", at))
        assert owners.abandon(conn, later(50)) == []
        assert owners.owned(conn, ENTERPRISE, [DIGEST])
