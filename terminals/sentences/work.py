"""Sentences about the work on forms that no schema says: prints, imports.

Knows the words only; refuses to know when they are said.
"""

from __future__ import annotations

from terminals.sentences import Sentences

SENTENCES: Sentences = {
    "font-missing": (
        "there is no Chinese font to print with: install {package}, or name one in {setting}",
        "没有可用于打印的中文字体：请安装 {package}，或用 {setting} 指定字体文件",
    ),
    "sheet-unreadable": (
        "{file} cannot be read as a spreadsheet ({reason}): save it as .xlsx once more",
        "{file} 无法作为电子表格读取（{reason}）：请重新另存为 .xlsx",
    ),
    "sheet-too-large": (
        "{file} is too large to be a list: unpacked it is more than {limit} bytes",
        "{file} 过大：解压后超过 {limit} 字节",
    ),
    "sheet-too-long": (
        "{file} has more lines than the form may have: at most {most}",
        "{file} 的行数超过表体允许的最多 {most} 行",
    ),
    "sheet-no-headings": (
        "{file} has no row of headings with names of fields, such as {labels}",
        "{file} 中没有包含字段名称的标题行，例如 {labels}",
    ),
}
