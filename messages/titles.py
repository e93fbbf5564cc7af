"""What message types are called (报文名称), as their schemas say.

Knows where a schema names its root; refuses to read more of it: the gateway names a form only to refuse it.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from xml.etree.ElementTree import parse

from messages.annotations import Words, words

_XSD = Path(__file__).parent / "xsd"
_XS = "{http://www.w3.org/2001/XMLSchema}"


@cache
def title(code: str) -> Words:
    """Such as 智能辅助申报预配置 for DEC141; the code itself where it is no type of this project's."""
    root = f"{code}Message"
    for path in _XSD.glob(f"*/{code}.xsd"):
        for element in parse(path).getroot().iterfind(f"{_XS}element"):  # noqa: S314 - of this package
            if element.get("name") == root:
                return words(element.find(f"{_XS}annotation"))
    return Words(code, code)
