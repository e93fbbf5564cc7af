"""Where modules are looked for, in a tree of files of one's own."""

from __future__ import annotations

from pathlib import Path

import pytest

from hardware.modules import installed


@pytest.fixture
def put(tmp_path: Path) -> Put:
    """Writes a file below the tree's root."""
    return Put(tmp_path)


class Put:
    """A tree of files."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def __call__(self, path: str, text: str = "") -> None:
        """A file at `path`."""
        file = self.root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)

    def found(self) -> list[str]:
        """What is installed there, below its root."""
        return [str(Path(path).relative_to(self.root)) for path in installed(self.root)]


def test_nothing_installed_is_nothing(put: Put) -> None:
    """Also without any of the folders."""
    assert put.found() == []


def test_makers_come_before_the_table(put: Put) -> None:
    """An Ikey that both know is then its maker's module's."""
    put("usr/share/p11-kit/modules/opensc.module", "module: opensc-pkcs11.so\n")
    put("usr/lib/x86_64-linux-gnu/pkcs11/opensc-pkcs11.so")
    put("usr/lib/libcastle.so.1.0.0")
    assert put.found() == ["usr/lib/libcastle.so.1.0.0", "usr/lib/x86_64-linux-gnu/pkcs11/opensc-pkcs11.so"]


def test_a_module_with_several_names_is_one(put: Put) -> None:
    """Links of a library's versions lead to one file."""
    put("usr/lib/libcastle.so.1.0.0")
    (put.root / "usr/lib/libcastle.so").symlink_to("libcastle.so.1.0.0")
    assert len(put.found()) == 1


def test_the_table_is_read_as_p11_kit_reads_it(put: Put) -> None:
    """Comments, spaces, whole paths, and the administrator's file in place of the package's."""
    put(
        "usr/share/p11-kit/modules/a.module",
        "# module: other.so\n  module : /usr/lib/x/a.so  \ncritical: no\n",
    )
    put("usr/share/p11-kit/modules/b.module", "module: /usr/lib/x/b.so\n")
    put("etc/pkcs11/modules/b.module", "module: /usr/lib/x/c.so\n")
    for name in "abc":
        put(f"usr/lib/x/{name}.so")
    assert sorted(put.found()) == ["usr/lib/x/a.so", "usr/lib/x/c.so"]


@pytest.mark.parametrize(
    "text",
    [
        "module: p11-kit-trust.so\ntrust-policy: yes\n",  # certificates only
        "module: here.so\nenable-in: firefox\n",
        "module: absent.so\n",
        "remote: |ssh host p11-kit remote here.so\n",
        "",
    ],
)
def test_what_is_no_module_for_us_is_left_out(put: Put, text: str) -> None:
    """The trust module, other programs' modules, and what is not there."""
    put("usr/share/p11-kit/modules/x.module", text)
    put("usr/lib/x86_64-linux-gnu/pkcs11/p11-kit-trust.so")
    put("usr/lib/x86_64-linux-gnu/pkcs11/here.so")
    assert put.found() == []
