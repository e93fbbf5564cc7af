#!/usr/bin/env python3
"""Writes docs/messages/<type>.md from the schemas: every field, in English with the Chinese beside.

usage: python tools/message_docs.py [--check]

--check writes nothing and ends with 1 where a page is not what the schemas say.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from messages.annotations import Condition, Words  # noqa: E402
from messages.forms import Field, own_forms  # noqa: E402

FOLDER = ROOT / "docs" / "messages"
FILLED = {
    "suggested": "filled in, may be overtyped",
    "file": "filled in from the file",
    "kept": "as filed, cannot be changed",
    "system": "filled in by the gateway",
    "terminal": "set by the terminal",
}


def pages() -> dict[str, str]:
    """File name → text of every page, the index among them."""
    forms = own_forms()
    written = {f"{code}.md": _page(code) for code in forms.codes}
    rows = [f"| [{code}]({code}.md) | {_both(forms.form(code).title)} |" for code in forms.codes]
    written["README.md"] = "\n".join(
        [
            "# Messages 报文",
            "",
            "Made from the schemas by `tools/message_docs.py`; change the schemas, not these pages.",
            "",
            "| type | what |",
            "| --- | --- |",
            *rows,
            "",
        ]
    )
    return written


def _page(code: str) -> str:
    form = own_forms().form(code)
    out = [f"# {form.message.name}: {_both(form.title)}", "", f"Namespace `{form.namespace}`.", ""]
    for group in (each for each in form.message.walk() if each.is_group):
        out += [f"## {_title(group)}", ""]
        if group.help.en:
            out += [f"{group.help.en}. {group.help.zh}。", ""]
        out += ["| field | | how often | form | notes |", "| --- | --- | --- | --- | --- |"]
        optional = (
            None if group.absent_when else next((each for each in group.children if each.absent_when), None)
        )
        out += [_row(each, first=each is optional) for each in (*group.attributes, *group.children)]
        if group is form.message and code != "DxpMsg":
            out.append("| `ds:Signature` | signature 数字签名 | 1 | XML signature, enveloped | |")
        out.append("")
    return "\n".join(out)


def _title(group: Field) -> str:
    return f"`{group.path or group.name}` {_both(group.label)}"


def _row(each: Field, *, first: bool) -> str:
    """One table row; `first` begins the part of its group that may be left out as a whole."""
    cells = (f"`{each.name}`", _both(each.label), _often(each), _form(each), _notes(each, first))
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def _often(each: Field) -> str:
    most = "n" if each.max_occurs is None else str(each.max_occurs)
    return most if str(each.min_occurs) == most else f"{each.min_occurs}..{most}"


def _form(each: Field) -> str:
    if each.is_group:
        return "fields below"
    if each.choices:
        return "; ".join(f"`{choice.value}` {_both(choice.label)}" for choice in each.choices)
    said = each.type_words.en or f"xs:{each.base}"
    if each.max_length and not any(character.isdigit() for character in said):
        said += f"; at most {each.max_length} characters"
    if each.hints.list:
        said += f"; list `{each.hints.list}`"
    return said


def _notes(each: Field, first: bool) -> str:
    hints, notes = each.hints, []
    if hints.fill in FILLED:
        notes.append(FILLED[hints.fill])
    if hints.prefill:
        notes.append(f"in a new form from `{hints.prefill}`")
    if hints.upload:
        notes.append(f"files of at most {hints.upload.size} bytes: {', '.join(sorted(hints.upload.types))}")
    if hints.locked_when:
        notes.append(f"as filed, cannot be changed when {_when(hints.locked_when)}")
    if hints.fixed:
        when = f" when {_when(hints.fixed.when)}" if hints.fixed.when else ", none is added either"
        notes.append(f"lines as filed cannot be taken away{when}")
    if hints.required_when:
        notes.append(f"required when {_when(hints.required_when)}")
    if first and each.absent_when:
        notes.append(f"this and all below it may be left out when {_when(each.absent_when)}")
    if hints.lookup:
        found = hints.lookup
        when = f" when {_when(found.when)}" if found.when else ""
        fills = ", ".join(f"`{name}`" for name in (*found.locks, *found.suggests))
        notes.append(f"looked up ({found.name}){when}: fills {fills}")
    if hints.offer:
        notes.append(f"one of `{hints.offer.of}` of the lookup `{hints.offer.lookup}`")
    if hints.sum_of:
        notes.append("sum of " + ", ".join(f"`{name}`" for name in hints.sum_of))
    if each.help.en and each.help.en != f"At most {each.max_length} characters":
        notes.append(f"{each.help.en}. {each.help.zh}。")
    return "; ".join(notes)


def _when(condition: Condition) -> str:
    return f"`{condition.field}` is {' or '.join(sorted(condition.values))}"


def _both(words: Words) -> str:
    return f"{words.en} {words.zh}".strip()


def main() -> int:
    """Write or check; the exit code."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--check", action="store_true", help="write nothing, end with 1 where a page differs")
    check = parser.parse_args().check
    wanted = pages()
    present = {path.name for path in FOLDER.glob("*.md")}
    stale = [name for name, text in wanted.items() if name not in present or _old(name) != text]
    stale += sorted(present - wanted.keys())
    if check:
        for name in stale:
            print(f"docs/messages/{name} is not what the schemas say; run tools/message_docs.py")
        return 1 if stale else 0
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name in stale:
        if name in wanted:
            (FOLDER / name).write_text(wanted[name], encoding="utf-8")
        else:
            (FOLDER / name).unlink()
    return 0


def _old(name: str) -> str:
    return (FOLDER / name).read_text(encoding="utf-8")


if __name__ == "__main__":
    raise SystemExit(main())
