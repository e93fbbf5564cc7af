"""The schema check on the way of every message: one compiled schema a root element, made at the start.

Knows lxml's compiled schemas and which of them a root needs. What is wrong is put into words by `violations`,
and only after a failure, because that costs a hundred times what the check does. Refuses to know signatures:
their place is in the schemas, their structure is not.

The compiled schemas are not changed by a check, so an instance may be used from several threads; a process
makes its own.
"""

from __future__ import annotations

from pathlib import Path

from lxml import etree

from messages.catalogue import OWN, SchemaFolderError, catalogue
from messages.faults import SchemaInvalid, Violation
from messages.violations import Explainer, location
from messages.windows import long


class Schemas:
    """The schemas of one or more folders (this package's own, without any), compiled and ready."""

    def __init__(self, *folders: Path) -> None:
        self.files = catalogue(*(folders or (OWN,)))
        compiled = {path: _compile(path) for path in set(self.files.values())}
        self._compiled = {root: compiled[path] for root, path in self.files.items()}
        self._checks = {root: schema.validate for root, schema in self._compiled.items()}
        self._explainer = Explainer(*(folders or (OWN,)))

    def check(self, root: etree._Element) -> None:
        """Nothing, where the document is what the schema of its root says.

        `root` is the root of a parsed document. Raises SchemaInvalid with up to 25 violations, each with its
        path and line; an unknown root is one too. Costs 0.03 ms for 4 KB.
        """
        check = self._checks.get(root.tag)
        if check is None:
            raise self._unknown(root)
        if not (self._check_long(root) if long(root) else check(root)):
            violations = self._explainer.violations(root)
            raise SchemaInvalid(_summary(violations), violations)

    def _check_long(self, root: etree._Element) -> bool:
        """The same check while parsing: twice the cost, but errors get no paths, which cost far more."""
        parser = etree.XMLParser(schema=self._compiled[root.tag], resolve_entities=False, no_network=True)
        try:
            etree.fromstring(etree.tostring(root, encoding="UTF-8"), parser)
        except etree.XMLSyntaxError:
            return False
        return True

    def file(self, code: str) -> Path | None:
        """The schema file of a type code such as BVS111, or None."""
        return next((path for root, path in self.files.items() if root.endswith(f"}}{code}Message")), None)

    def _unknown(self, root: etree._Element) -> SchemaInvalid:
        path, line = location(root)
        text = f"no message type has the root element {str(root.tag)[:120]}; check its name and its namespace"
        return SchemaInvalid(text, (Violation(path, line, "root", text),))


def _compile(path: Path) -> etree.XMLSchema:
    try:
        return etree.XMLSchema(file=str(path))
    except etree.XMLSchemaParseError as error:
        raise SchemaFolderError(f"{path}: {error}") from None


def _summary(violations: tuple[Violation, ...]) -> str:
    first = str(violations[0]) if violations else "the document is not what its schema says"
    more = len(violations) - 1
    return first if more < 1 else f"{first}; and {more} more"
