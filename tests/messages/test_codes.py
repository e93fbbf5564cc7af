"""The code lists: looked up, searched, and replaced by customs without touching the program."""

from __future__ import annotations

from pathlib import Path

import pytest

from messages.codes import OWN, CodeListError, CodeLists
from messages.forms import form, own_forms

LISTS = CodeLists()
INDEX = "name,version,zh,en,source\nunit,2027-01-01,计量单位,Units,test\n"


def test_every_list_that_a_schema_names_is_there() -> None:
    """A coded field never points to a list that does not exist."""
    fields = (field for code in own_forms().codes for field in form(code).message.walk())
    named = {field.hints.list for field in fields if field.hints.list}
    assert named
    assert named <= set(LISTS.names)


def test_every_code_fits_the_fields_that_use_its_list() -> None:
    """A code chosen from a list always passes the schema."""
    for code in own_forms().codes:
        for field in form(code).message.walk():
            if field.hints.list:
                assert [each for each in LISTS.get(field.hints.list).codes if field.problem(each)] == []


def test_every_entry_is_labelled_in_both_languages() -> None:
    """No list has an entry that one of the languages cannot name, and each has its version."""
    for name in LISTS.names:
        known = LISTS.get(name)
        assert known.version >= "2026"
        assert known.title.zh
        assert all(each.label.zh and each.label.en for each in known.codes.values()), name


def test_a_code_is_labelled_or_shown_as_it_is() -> None:
    """Known codes have names in the wanted language; an unknown one is shown as it is."""
    assert (LISTS.label("country", "CHN"), LISTS.label("country", "CHN", "en")) == ("中国", "China")
    assert LISTS.label("unit", "035") == "千克"
    assert LISTS.label("unit", "999") == "999"
    assert LISTS.has("unit", "035")
    assert not LISTS.has("unit", "35")
    with pytest.raises(KeyError):
        LISTS.has("colours", "1")


@pytest.mark.parametrize(
    ("name", "typed", "best"),
    [
        ("country", "jpn", "JPN"),
        ("country", " 日本 ", "JPN"),
        ("country", "japan", "JPN"),
        ("country", "niger", "NER"),
        ("unit", "千克", "035"),
        ("unit", "米", "030"),
        ("customs", "22", "2200"),
        ("enterprise_nature", "个", "7"),
    ],
)
def test_the_best_match_comes_first(name: str, typed: str, best: str) -> None:
    """Code, Chinese or English name, in any case of letters: the equal one before the longer ones."""
    assert LISTS.search(name, typed)[0].code == best


def test_a_search_is_bounded_and_may_be_empty() -> None:
    """Nothing typed shows the beginning of the list, nonsense shows nothing."""
    assert len(LISTS.search("country", "", limit=7)) == 7
    assert LISTS.search("country", "zzz") == []


def test_a_later_folder_replaces_a_list_as_a_whole(tmp_path: Path) -> None:
    """Customs reloads a list with a folder of its own; the other lists stay."""
    (tmp_path / "index.csv").write_text(INDEX, encoding="utf-8")
    (tmp_path / "unit.csv").write_text("code,zh,en\n900,新,new\n", encoding="utf-8")
    lists = CodeLists(OWN, tmp_path)
    assert lists.get("unit").version == "2027-01-01"
    assert list(lists.get("unit").codes) == ["900"]
    assert lists.has("country", "CHN")


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("code,zh,en\n1,a,b\n1,c,d\n", "line 3"),
        ("code,zh,en\n1,a\n", "line 2"),
        ("code,zh,en\n1,a,b,c\n", "line 2"),
        ("code,zh,en\n,a,b\n", "line 2"),
        ("nr,zh,en\n1,a,b\n", "line 1"),
    ],
)
def test_a_broken_list_is_refused_with_its_line(tmp_path: Path, text: str, line: str) -> None:
    """A list that would lose or blur an entry is not loaded at all."""
    (tmp_path / "index.csv").write_text(INDEX, encoding="utf-8")
    (tmp_path / "unit.csv").write_text(text, encoding="utf-8")
    with pytest.raises(CodeListError, match=rf"unit\.csv, {line}"):
        CodeLists(tmp_path)
