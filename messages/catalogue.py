"""Where the schemas (XSD) are, and which root element each of them describes.

Knows files and their includes. Refuses to know what is in a message: `schemas` validates, `forms` describes.
A schema is found by the roots it declares, so a file without a root (shared types) is no type of its own.
Nothing is ever fetched: every include has to be a relative path to a file beside the others.
"""

from __future__ import annotations

from collections.abc import Iterator
from copy import deepcopy
from pathlib import Path

from lxml import etree

OWN = Path(__file__).parent / "xsd"
XS = "http://www.w3.org/2001/XMLSchema"

_PARSER = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, remove_comments=True)


class SchemaFolderError(Exception):
    """A folder of schemas cannot be used; the text says which file, and what to change in it."""


def catalogue(*folders: Path) -> dict[str, Path]:
    """Root element in Clark notation → the file that declares it, for all `*.xsd` in and below the folders.

    Without a folder: this package's own schemas. Raises SchemaFolderError where a file is no schema, includes
    something outside the folders, or declares a root that another file has declared.
    """
    found: dict[str, Path] = {}
    for folder in folders or (OWN,):
        for path in sorted(folder.rglob("*.xsd")):
            for root in _roots(path):
                if root in found:
                    raise SchemaFolderError(f"{path}: {root} is declared in {found[root]} too; keep one")
                found[root] = path
    if not found:
        searched = ", ".join(map(str, folders or (OWN,)))
        raise SchemaFolderError(f"{searched}: no schema with a root element in it")
    return found


def standalone(path: Path) -> bytes:
    """The schema with everything it includes copied in: one file that a partner can use as it is."""
    tree = _read(path)
    seen = {path.resolve()}
    _inline(tree, path, seen)
    return etree.tostring(tree, encoding="UTF-8", xml_declaration=True)


def _inline(schema: etree._Element, path: Path, seen: set[Path]) -> None:
    for include, target in list(_includes(schema, path)):
        place = schema.index(include)
        schema.remove(include)
        if target in seen:
            continue
        seen.add(target)
        part = _read(target)
        _inline(part, target, seen)
        declarations = [child for child in part if child.tag != f"{{{XS}}}annotation"]
        for offset, child in enumerate(declarations):
            schema.insert(place + offset, deepcopy(child))


def _roots(path: Path) -> list[str]:
    schema = _read(path)
    namespace = schema.get("targetNamespace")
    for _, target in _includes(schema, path):
        if not target.is_file():
            raise SchemaFolderError(f"{path}: it includes {target.name}, and there is no such file")
    names = [element.get("name", "") for element in schema.findall(f"{{{XS}}}element")]
    return [f"{{{namespace}}}{name}" if namespace else name for name in names]


def _includes(schema: etree._Element, path: Path) -> Iterator[tuple[etree._Element, Path]]:
    for tag in ("include", "import", "redefine"):
        for element in schema.findall(f"{{{XS}}}{tag}"):
            location = element.get("schemaLocation", "")
            if not location or ":" in location or location.startswith(("/", "\\")):
                raise SchemaFolderError(f"{path}: {tag} of {location!r}; make it a relative path to a file")
            if tag != "include":
                raise SchemaFolderError(f"{path}: {tag} of {location!r}; a schema here may only include")
            yield element, (path.parent / location).resolve()


def _read(path: Path) -> etree._Element:
    try:
        schema = etree.parse(path, _PARSER).getroot()
    except (etree.XMLSyntaxError, OSError) as error:
        raise SchemaFolderError(f"{path}: {error}") from None
    if schema.tag != f"{{{XS}}}schema":
        raise SchemaFolderError(f"{path}: its root is {schema.tag}, not xs:schema")
    return schema
