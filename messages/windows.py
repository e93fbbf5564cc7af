"""A long document in pieces, each small and a document of its type by itself, to find out what is wrong.

Knows why: lxml writes a path for every error, and a path costs as much as there are siblings before it, so
the errors of ten thousand lines would cost ten seconds. Refuses to know schemas and errors: it cuts long runs
of like children below the business nodes, and leads from a copy back to the original.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from copy import deepcopy
from typing import Any

from lxml import etree

SIZE = 500  # like children of one parent in a piece

Back = Callable[[etree._Element], etree._Element]


def long(root: etree._Element) -> bool:
    """Whether the business nodes have so many children that errors may cost too much; within 0.2 ms."""
    return sum(map(len, root)) > 2 * SIZE


def windows(root: etree._Element) -> Iterator[tuple[etree._Element, Back]]:
    """Copies of `root` with at most 500 like children below a node, and the way from a copy's element back.

    Whatever is not repeated is in every piece, so that each has its required parts; a node (业务节点) that is
    used up is left out.
    """
    repeated = [{tag: n for tag, n in Counter(_tags(node)).items() if n > SIZE} for node in root]
    most = max((n for counts in repeated for n in counts.values()), default=1)
    for start in range(0, most, SIZE):
        copy = _shallow(root)
        originals = {copy: root}
        for node, counts in zip(root, repeated, strict=True):
            if counts and start >= max(counts.values()):
                continue
            piece = _piece(node, counts, start, originals) if counts else deepcopy(node)
            originals[piece] = node
            copy.append(piece)
        yield copy, _back(originals)


def _piece(
    node: etree._Element, counts: dict[str, int], start: int, originals: dict[etree._Element, etree._Element]
) -> etree._Element:
    piece = _shallow(node)
    seen: Counter[str] = Counter()
    for child, tag in zip(node, _tags(node), strict=True):
        if tag in counts:
            seen[tag] += 1
            if not start < seen[tag] <= start + SIZE:
                continue
        copied = deepcopy(child)
        originals[copied] = child
        piece.append(copied)
    return piece


def _shallow(element: etree._Element) -> etree._Element:
    """Its like without children, in a document of its own."""
    attributes: Any = dict(element.attrib.items())
    namespaces: Any = element.nsmap
    copy = etree.Element(element.tag, attributes, namespaces)
    copy.text, copy.tail = element.text, element.tail
    return copy


def _tags(node: etree._Element) -> list[str]:
    return [str(child.tag) for child in node]


def _back(originals: dict[etree._Element, etree._Element]) -> Back:
    def back(element: etree._Element) -> etree._Element:
        steps: list[int] = []
        at = element
        while at not in originals:
            parent = at.getparent()
            assert parent is not None  # the copy's root is among the originals
            steps.append(parent.index(at))
            at = parent
        found = originals[at]
        for step in reversed(steps):
            found = found[step]
        return found

    return back
