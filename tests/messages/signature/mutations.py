"""Random mutations of signed messages: knows nothing but how to break things, by bytes and by elements."""

from __future__ import annotations

import random
from collections.abc import Iterator

from lxml import etree

from tests.messages.signature.making import C14N, EXC

_BYTES = b"<>/&;=\"' \n\r\t\x00\x7f\xff!-?#:abcXYZ019+"


def mutations(document: bytes, count: int, seed: int) -> Iterator[bytes]:
    """`count` broken copies of `document`, half of them by a byte and half by an element."""
    chance = random.Random(seed)
    for number in range(count):
        yield _by_byte(document, chance) if number % 2 else _by_element(document, chance)


def _by_byte(document: bytes, chance: random.Random) -> bytes:
    place = chance.randrange(len(document))
    other = bytes((chance.choice(_BYTES),))
    match chance.randrange(5):
        case 0:
            return document[:place] + document[place + 1 :]
        case 1:
            return document[:place] + other + document[place:]
        case 2:
            end = place + chance.randrange(1, 60)
            return document[:place] + document[end:]
        case 3:
            end = place + chance.randrange(1, 60)
            return document[:end] + document[place:]
        case _:
            return document[:place] + other + document[place + 1 :]


def _by_element(document: bytes, chance: random.Random) -> bytes:
    root = etree.fromstring(document)
    everything = list(root.iter("*"))
    first, second = chance.choice(everything), chance.choice(everything)
    match chance.randrange(9):
        case 0 if first is not root:
            _drop(first)
        case 1:
            second.append(_copy(first))
        case 2 if first is not root and second not in list(first.iter()):
            second.insert(chance.randrange(len(second) + 1), first)
        case 3:
            first.text, second.text = second.text, first.text
        case 4:
            first.set(
                chance.choice(["Id", "URI", "Algorithm", "x", "{urn:q}x"]),
                chance.choice(["", "#x", EXC, C14N]),
            )
        case 5:
            first.tag = second.tag
        case 6:
            first.text = (first.text or "") + chance.choice([" ", "\n", "x", "AAAA", "\u3000"])
        case 7:
            first.tail = (first.tail or "") + chance.choice([" ", "\n", "x"])
        case _:
            for attribute in list(first.attrib)[:1]:
                del first.attrib[attribute]
    return etree.tostring(root, encoding="utf-8")


def _drop(element: etree._Element) -> None:
    parent = element.getparent()
    assert parent is not None
    parent.remove(element)


def _copy(element: etree._Element) -> etree._Element:
    return etree.fromstring(etree.tostring(element, encoding="utf-8", with_tail=False))
