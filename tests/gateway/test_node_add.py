"""`node add` and `node list`: a second gateway's home made from the first's."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner
from cryptography import x509

from gateway.cli import main
from gateway.settings import FILE, Settings
from messages.signature import oids
from storage import nodes
from storage.database import Database


def run(*arguments: str | Path, code: int = 0) -> str:
    """A command, held to its exit code; what it said."""
    done = CliRunner().invoke(main, [str(each) for each in arguments])
    assert done.exit_code == code, done.output
    return done.output


@pytest.fixture
def first(tmp_path: Path, postgres_database_url: str) -> Path:
    """A gateway on PostgreSQL."""
    home = tmp_path / "first"
    run("init", "--demo", "--home", home, "--database", postgres_database_url)
    return home


def test_a_second_home_is_the_first_with_a_name_of_its_own(first: Path, tmp_path: Path) -> None:
    """Database, identity, keys, certificates and trust are shared; journal heads and the name are not."""
    second = tmp_path / "second"
    (first / "journal" / "heads.jsonl").write_text("a head\n")
    (first / "routed").mkdir(exist_ok=True)
    (first / "routed" / "ABC101.xsd").write_text("a routed type")
    told = run("node", "add", second, "--home", first)
    one, other = Settings.load(first), Settings.load(second)
    assert (one.node, other.node) == ("1", "2")
    assert other.database_url == one.database_url
    assert other.gateway == one.gateway
    assert other.attachments == one.attachments == first / "attachments"
    assert str(one.attachments) in told
    for name in ("gateway_key", "tls_key", "gateway_certificate", "tls_certificate"):
        assert getattr(other, name).read_bytes() == getattr(one, name).read_bytes()
        assert getattr(other, name).stat().st_mode & 0o077 == 0
    assert {path.name for path in other.ca_folder.iterdir()} == {
        path.name for path in one.ca_folder.iterdir()
    }
    assert (other.routed_folder / "ABC101.xsd").read_text() == "a routed type"
    assert not other.journal_heads.exists()
    assert second.stat().st_mode & 0o777 == 0o700


def test_a_node_may_have_keys_of_its_own(first: Path, tmp_path: Path) -> None:
    """With --host it gets new keys and requests: one for receipts, with the usage that only gateways get."""
    second = tmp_path / "second"
    told = run("node", "add", second, "--host", "gw2.example", "--name", "south", "--home", first)
    settings = Settings.load(second)
    assert settings.gateway_key.read_bytes() != Settings.load(first).gateway_key.read_bytes()
    assert not settings.gateway_certificate.exists()
    asked = x509.load_pem_x509_csr(settings.gateway_certificate.with_suffix(".csr").read_bytes())
    usage = asked.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    assert oids.GATEWAY_SIGNER in usage
    assert "gateway.csr" in told
    assert "gateway.csr" in run("serve", "--home", second, code=3)


def test_names_are_given_once(first: Path, tmp_path: Path) -> None:
    """Of the database's nodes, running or not; a name that is taken leaves nothing behind."""
    run("node", "add", tmp_path / "second", "--home", first)
    run("node", "add", tmp_path / "third", "--home", first)
    assert Settings.load(tmp_path / "third").node == "3"
    for name in ("1", "3"):
        assert "another --name" in run(
            "node", "add", tmp_path / "fourth", "--name", name, "--home", first, code=1
        )
    assert not (tmp_path / "fourth").exists()
    assert run("node", "add", tmp_path / "second", "--home", first, code=1).startswith("Error: there is")


def test_settings_are_taken_over_as_they_are_written(first: Path, tmp_path: Path) -> None:
    """Comments, sections and a name that stands there already; a shared folder stays what it is."""
    file = first / FILE
    shared = tmp_path / "shared"
    text = file.read_text()
    file.write_text(
        text.replace("\n[gateway]", '\nnode = "north" # ours\n\n[gateway]')
        + f'\n[files]\nfolder = "{shared}"\n\n[limits]\ndepth = 17\n'
    )
    run("node", "add", tmp_path / "second", "--home", first)
    other = Settings.load(tmp_path / "second")
    assert (other.node, other.limits.depth, other.attachments) == ("2", 17, shared)
    assert (tmp_path / "second" / FILE).read_text().startswith(text.partition("\n")[0])


def test_sqlite_serves_one_gateway(tmp_path: Path) -> None:
    """The command says so, and what to do instead."""
    run("init", "--demo", "--home", tmp_path / "first")
    told = run("node", "add", tmp_path / "second", "--home", tmp_path / "first", code=1)
    assert "SQLite" in told
    assert "--database" in told
    assert not (tmp_path / "second").exists()


def test_the_list_tells_who_lives(first: Path, tmp_path: Path) -> None:
    """Since when, how long ago it was seen, or that it has stopped in order."""
    run("node", "add", tmp_path / "second", "--name", "south", "--home", first)
    database = Database(Settings.load(first).database_url)
    with database.write() as connection:
        nodes.number(connection, "north")
        nodes.started(connection, "north", "9.9")
    database.close()
    south, north = run("node", "list", "--home", first).splitlines()[-2:]
    assert south.split() == ["south", "2", "stopped"]
    assert north.split()[:2] == ["north", "3"]
    assert north.split()[-4:] == ["0", "s", "ago", "9.9"]


def test_a_backup_says_which_attachments_are_not_in_it(first: Path, tmp_path: Path) -> None:
    """Files on a folder outside the home are backed up apart, and nobody is left to believe otherwise."""
    second = tmp_path / "second"
    run("node", "add", second, "--home", first)
    assert "not in it" not in run("backup", "--to", tmp_path / "one.tar", "--home", first)
    assert str(first / "attachments") in run("backup", "--to", tmp_path / "two.tar", "--home", second)
    shutil.rmtree(second)
