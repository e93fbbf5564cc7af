"""A long document in pieces, each small and a document of its type by itself, to find out what is wrong.

Knows why: lxml writes a path for every error, and a path costs as much as there are siblings before it, so
the errors of ten thousand lines would cost ten seconds. Refuses to know schemas and errors: it cuts long runs
of like children below the business nodes, and leads from a copy back to the original.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from copy import deepcopy
from typing import Any

from lxml import etree

SIZE = 500  # like children of one parent in a piece
MOST = 20 * SIZE  # like children that are looked at

Back = Callable[[etree._Element], etree._Element]


def long(root: etree._Element) -> bool:
    """Whether the business nodes have so many children that errors may cost too much; within 0.2 ms."""
    return sum(map(len, root)) > 2 * SIZE


def windows(root: etree._Element) -> Iterator[tuple[etree._Element, Back]]:
    """Copies of `root` with at most 500 like children below a node, and the way from a copy's element back.

    Whatever is not repeated is in every piece, so that each has its required parts; a node (业务节点) that is
    used up is left out. Within 10,000 like children, more than any type allows, everything is in some piece.
    """
    nodes = [_Node(node) for node in root]
    longest = max((node.longest for node in nodes), default=0)
    for start in range(0, min(max(longest, 1), MOST), SIZE):
        copy = _shallow(root)
        originals = {copy: root}
        going_on = {node.tag for node in nodes if node.longest > start}
        for node in nodes:
            used_up = node.longest <= start
            if start and used_up and node.tag in going_on:
                continue
            piece = node.piece(0 if used_up else start, originals)
            originals[piece] = node.element
            copy.append(piece)
        yield copy, _back(originals)


class _Node:
    """A child of the root, its children sorted once: long runs of like ones, and the others."""

    def __init__(self, element: etree._Element) -> None:
        self.element = element
        self.tag = str(element.tag)
        alike: dict[str, list[tuple[int, etree._Element]]] = {}
        for child in enumerate(element):
            alike.setdefault(str(child[1].tag), []).append(child)
        self._runs = [run for run in alike.values() if len(run) > SIZE]
        self._others = [child for run in alike.values() if len(run) <= SIZE for child in run][: 2 * SIZE]
        self.longest = max(map(len, self._runs), default=0)

    def piece(self, start: int, originals: dict[etree._Element, etree._Element]) -> etree._Element:
        """A copy with 500 of each run; what is copied leads back in `originals`."""
        piece = _shallow(self.element)
        children = self._others + [child for run in self._runs for child in run[start : start + SIZE]]
        for _, child in sorted(children, key=_place):
            copied = deepcopy(child)
            originals[copied] = child
            piece.append(copied)
        return piece


def _place(child: tuple[int, etree._Element]) -> int:
    return child[0]


def _shallow(element: etree._Element) -> etree._Element:
    """Its like without children, in a document of its own."""
    attributes: Any = dict(element.attrib.items())
    namespaces: Any = element.nsmap
    copy = etree.Element(element.tag, attributes, namespaces)
    copy.text, copy.tail = element.text, element.tail
    return copy


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
