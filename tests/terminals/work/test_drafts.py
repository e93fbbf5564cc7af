"""What is on open forms survives its terminal, and is offered to the next one only."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from terminals.trouble import Unusable
from terminals.work.drafts import Draft, Drafts
from terminals.work.model import FormModel
from tests.terminals.work.forms import empty, stocktake

ORIGIN, PARTY = "https://localhost:8443", "DXPENT0000000001"


def kept(model: FormModel, minute: int = 0) -> Draft:
    """The form as it is kept at that minute."""
    when = datetime(2026, 3, 1, 12, minute, tzinfo=UTC)
    return Draft(model.id, "bonded", "BVS111", model.head.text("etpsInnerNo"), when, model.dump())


def desk(state: Path) -> Drafts:
    """Another terminal of the same person."""
    return Drafts(state, ORIGIN, PARTY)


def test_a_form_left_behind_is_offered_and_goes_on_where_it_was(tmp_path: Path) -> None:
    """All that was typed, what is wrong too; for its owner's eyes only."""
    model = stocktake(2, stockDate="yesterday")
    first = desk(tmp_path)
    first.keep(kept(model))
    model.set(model.head, "note", "last words")
    first.keep(kept(model, 1))
    first.close()
    second = desk(tmp_path)
    (draft,) = second.left()
    assert (draft.title, draft.code, draft.revision) == ("PD001", "BVS111", model.revision)
    again = empty()
    again.restore(draft.dump)
    assert again.dump() == model.dump()
    assert all(path.stat().st_mode & 0o077 == 0 for path in tmp_path.rglob("*.json"))


def test_an_open_terminals_forms_are_not_offered_to_another(tmp_path: Path) -> None:
    """Two windows of one person: each has its own."""
    one, two = desk(tmp_path), desk(tmp_path)
    one.keep(kept(stocktake()))
    assert two.left() == []
    one.close()
    assert len(two.left()) == 1


def test_a_form_is_taken_by_one_terminal_only(tmp_path: Path) -> None:
    """The quicker one has it open again, and keeps it from then on."""
    one, two, three = desk(tmp_path), desk(tmp_path), desk(tmp_path)
    one.keep(kept(stocktake()))
    one.close()
    (draft,), (same,) = two.left(), three.left()
    assert two.take(draft)
    assert not three.take(same)
    assert three.left() == []
    two.close()
    assert [each.id for each in three.left()] == [draft.id]


def test_a_form_is_forgotten_unless_it_was_changed_after_it_was_sent(tmp_path: Path) -> None:
    """An answer is about what was signed, and no word about what was typed since."""
    drafts = desk(tmp_path)
    model = stocktake()
    sent = model.revision
    model.set(model.head, "note", "since")
    drafts.keep(kept(model))
    drafts.forget(model.id, sent)
    drafts.close()
    later = desk(tmp_path)
    assert len(later.left()) == 1
    later.forget(model.id, model.revision)
    assert later.left() == []
    assert not list(tmp_path.rglob("drafts/*"))


def test_several_forms_are_offered_the_newest_first(tmp_path: Path) -> None:
    """Each once, though an older copy may lie in a folder of before."""
    first, models = desk(tmp_path), [stocktake(), stocktake(), stocktake()]
    for minute, model in enumerate(models):
        first.keep(kept(model, minute))
    first.close()
    second = desk(tmp_path)
    second.keep(kept(models[0], 30))
    second.close()
    assert [draft.id for draft in desk(tmp_path).left()] == [models[i].id for i in (0, 2, 1)]


@pytest.mark.parametrize("end", [signal.SIGKILL, signal.SIGHUP])
def test_a_killed_terminal_leaves_what_it_kept(tmp_path: Path, end: signal.Signals) -> None:
    """The lock ends with the process, however it ends; until then the form is not offered."""
    program = (
        "import sys, pathlib, signal\n"
        "from tests.terminals.work.test_drafts import desk, kept\n"
        "from tests.terminals.work.forms import stocktake\n"
        "drafts, model = desk(pathlib.Path(sys.argv[1])), stocktake(1)\n"
        "drafts.keep(kept(model))\n"
        "print('kept', flush=True)\n"
        "signal.pause()\n"
    )
    root = Path(__file__).parents[3]
    with subprocess.Popen(
        [sys.executable, "-c", program, str(tmp_path)],
        cwd=root,
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(root)},
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"kept\n"
        assert desk(tmp_path).left() == []
        process.send_signal(end)
        process.wait(30)
    (draft,) = desk(tmp_path).left()
    assert draft.dump["head"]["r"]["Line"]


def test_a_file_that_holds_no_form_is_passed_over(tmp_path: Path) -> None:
    """Somebody wrote into the folder; the others are offered all the same."""
    drafts = desk(tmp_path)
    drafts.keep(kept(stocktake()))
    drafts.close()
    (folder,) = (path.parent for path in tmp_path.rglob("*.json"))
    for place, text in enumerate(("{", "[]", '{"id": 3}', "")):
        (folder / f"{place}.json").write_text(text)
    assert len(desk(tmp_path).left()) == 1


def test_a_folder_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    """Typing goes on, but nobody is left in the belief that it is kept."""
    (tmp_path / "file").write_text("")
    with pytest.raises(Unusable):
        desk(tmp_path / "file").keep(kept(stocktake()))


def test_a_form_has_a_proper_id(tmp_path: Path) -> None:
    """It becomes a file's name."""
    with pytest.raises(ValueError, match="no id"):
        desk(tmp_path).keep(Draft("../x", "bonded", "BVS111", "", datetime.now(UTC), {}))


def test_different_parties_and_gateways_have_nothing_in_common(tmp_path: Path) -> None:
    """Keyed by origin and party."""
    drafts = desk(tmp_path)
    drafts.keep(kept(stocktake()))
    drafts.close()
    assert Drafts(tmp_path, ORIGIN, "DXPENT0000000002").left() == []
    assert Drafts(tmp_path, "https://other:8443", PARTY).left() == []
