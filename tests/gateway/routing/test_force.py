"""What holds is what the schemas said at the start, whoever edits them meanwhile."""

from __future__ import annotations

import re
import shutil
import textwrap
from pathlib import Path

import pytest
from click.testing import CliRunner

from gateway.cli import main
from gateway.routing.force import put_in_force
from gateway.settings import BadSettings, Settings
from messages.catalogue import SchemaFolderError

DOCUMENTS = Path(__file__).parents[3] / "docs"
SCHEMA = DOCUMENTS / "routing" / "ABC101.xsd"
TYPE = '[routing]\ntypes = [{ code = "ABC101", senders = ["enterprise"] }]\n'


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A home with one type."""
    (tmp_path / "routed").mkdir()
    shutil.copy(SCHEMA, tmp_path / "routed")
    (tmp_path / "gateway.toml").write_text(TYPE)
    return tmp_path


def test_an_edited_schema_disturbs_nothing_before_the_next_start(home: Path) -> None:
    """Workers that are started later read what was in force; a broken one keeps the former."""
    settings = Settings.load(home)
    there = put_in_force(settings)
    assert there.folder is not None
    (home / "routed" / "ABC101.xsd").write_text("half a sch")
    assert there.schemas().file("ABC101") == there.folder / "ABC101.xsd"
    with pytest.raises(SchemaFolderError):
        put_in_force(settings)
    assert there.schemas().file("ABC101") is not None


def test_a_type_that_is_taken_away_is_gone_after_the_next_start(home: Path) -> None:
    """Nothing is left of it; without types there is no folder at all."""
    assert put_in_force(Settings.load(home)).routes.by_code.keys() == {"ABC101"}
    (home / "gateway.toml").write_text("")
    there = put_in_force(Settings.load(home))
    assert (there.folder, there.routes.by_code) == (None, {})
    assert not Settings.load(home).routed_in_force.exists()
    assert there.schemas().file("ABC101") is None


def test_the_folder_may_be_elsewhere(home: Path, tmp_path: Path) -> None:
    """Several gateways may read one folder."""
    elsewhere = tmp_path / "elsewhere"
    (home / "routed").rename(elsewhere)
    (home / "gateway.toml").write_text(TYPE.replace("types", f'folder = "{elsewhere}"\ntypes'))
    assert put_in_force(Settings.load(home)).routes.by_code.keys() == {"ABC101"}


def test_a_wrong_line_is_named(home: Path) -> None:
    """A slip in the configuration does not pass for a type without rules."""
    (home / "gateway.toml").write_text(TYPE.replace("senders", "sender"))
    with pytest.raises(BadSettings, match=r"routing\.types"):
        Settings.load(home)


def test_the_command_says_what_would_be_taken_and_what_not(home: Path) -> None:
    """Before a restart: who may, whether it is in force, or the sentence that the start would end with."""

    def check(code: int = 0) -> str:
        done = CliRunner().invoke(main, ["routing", "check", "--home", str(home)])
        assert done.exit_code == code, done.output
        return done.output

    said = check()
    assert "ABC101" in said
    assert "urn:example:orders:1" in said
    assert "enterprise" in said
    assert "after a restart" in said
    put_in_force(Settings.load(home))
    assert "after a restart" not in check()
    (home / "routed" / "ABC101.xsd").unlink()
    assert "ABC101.xsd" in check(3)
    (home / "gateway.toml").write_text("")
    assert "no type is configured" in check()


def test_the_documents_say_what_is_taken(home: Path) -> None:
    """The lines of configuration and the frame of a schema in docs/routing.md, as they stand there."""
    text = (DOCUMENTS / "routing.md").read_text(encoding="utf-8")
    lines = re.search(r"```toml\n(.*?)```", text, re.DOTALL)
    frame = re.search(r"```xml\n(.*?)```", text, re.DOTALL)
    assert lines
    assert frame
    (home / "gateway.toml").write_text(textwrap.dedent(lines[1]))
    schema = frame[1].replace("…", '<xs:element name="note" type="TextLine"/>')
    for code in ("ABC101", "ABC103"):
        (home / "routed" / f"{code}.xsd").write_text(schema.replace("ABC101", code))
    routes = put_in_force(Settings.load(home)).routes.by_code
    assert routes["ABC101"].senders == routes["ABC101"].receivers == frozenset()
    assert routes["ABC103"].senders == frozenset({"enterprise"})
    assert routes["ABC103"].receivers == frozenset({"carrier", "agency"})
