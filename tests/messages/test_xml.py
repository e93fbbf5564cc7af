"""The hardened parse: what bounds the work that a document can cause."""

from __future__ import annotations

import time

import pytest
from lxml import etree

from messages.faults import NotWellFormed
from messages.xml import MAX_ATTRIBUTES, MAX_NAMESPACES, MAX_WIDTH, parse


def declarations(count: int) -> str:
    """Namespaces that an element declares."""
    return "".join(f' xmlns:a{number}="urn:{number}"' for number in range(count))


def test_the_namespaces_in_scope_of_an_element_are_bounded() -> None:
    """As many as allowed pass, one more is refused, wherever the elements around it declare them."""
    half = MAX_NAMESPACES // 2
    parse(f"<M{declarations(half)}><n{declarations(half)}/></M>".encode())
    for document in (
        f"<M{declarations(MAX_NAMESPACES + 1)}/>",
        f"<M{declarations(half)}><n{declarations(half + 1)}/></M>",
        f"<M{declarations(half)}><n><o{declarations(half + 1)}/></n></M>",
    ):
        with pytest.raises(NotWellFormed, match="namespaces"):
            parse(document.encode())


def test_tools_may_repeat_a_namespace_on_every_element() -> None:
    """Siblings that declare the same again are no more in scope than one of them."""
    line = '<n xmlns:ds="http://www.w3.org/2000/09/xmldsig#" xmlns:xsi="urn:xsi"/>'
    assert len(parse(f"<M>{line * 1000}</M>".encode())) == 1000


def test_canonicalisation_takes_no_more_than_in_proportion() -> None:
    """Whatever namespaces a document may have, a kilobyte of it is canonical within some milliseconds."""
    document = f"<M{declarations(MAX_NAMESPACES)}>{'<x/>' * 20_000}</M>".encode()
    root = parse(document)
    began = time.process_time()
    etree.tostring(root, method="c14n", exclusive=False)
    assert time.process_time() - began < 0.003 * len(document) / 1000


@pytest.mark.parametrize("equals", ['=""', "=''", ' = "x"', "\n=\t'x'"])
def test_the_attributes_of_an_element_are_bounded(equals: str) -> None:
    """As many as allowed pass, one more is refused, however they are written."""
    most = " ".join(f"a{number}{equals}" for number in range(MAX_WIDTH))
    parse(f"<M><n {most}/></M>".encode())
    with pytest.raises(NotWellFormed, match="attributes"):
        parse(f"<M><n {most} b{equals}/></M>".encode())


@pytest.mark.parametrize("equals", ['=""', "=''", " = 'x'", '\n=\t"x"'])
def test_the_attributes_of_a_document_are_counted_before_they_take_memory(equals: str) -> None:
    """Too many of them are refused before the parse, which would say that this one is not closed."""
    element = f"<n a{equals}/>"
    assert len(parse(f"<M>{element * MAX_ATTRIBUTES}</M>".encode())) == MAX_ATTRIBUTES
    with pytest.raises(NotWellFormed, match=f"more than {MAX_ATTRIBUTES} attributes"):
        parse(f"<M>{element * (MAX_ATTRIBUTES + 1)}".encode())


def test_equals_signs_in_texts_are_no_attributes() -> None:
    """A long document whose texts are full of them passes."""
    assert parse(f"<M>{'<n>a=b, c = d</n>' * MAX_ATTRIBUTES}</M>".encode())[0].text == "a=b, c = d"
