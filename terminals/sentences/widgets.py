"""Sentences of the terminal's widgets: fields, code lists, lists, dialogs.

Knows the words only; refuses to know when they are said. Keys are named as a keyboard has them.
"""

from __future__ import annotations

from terminals.sentences import Sentences

SENTENCES: Sentences = {
    # dialogs
    "dialog-question": ("Question", "提示"),
    "dialog-notice": ("Notice", "提示"),
    "dialog-yes": ("Yes", "是"),
    "dialog-no": ("No", "否"),
    "dialog-close": ("Close", "关闭"),
    "dialog-text-keys": ("Enter: accept   Esc: cancel", "Enter 确定   Esc 取消"),
    "choose-many-keys": (
        "Space: mark   A: all   Enter: accept   Esc: cancel",
        "空格 勾选   A 全选   Enter 确定   Esc 取消",
    ),
    # the PIN
    "pin-title": ("PIN", "请输入口令"),
    "pin-keys": ("Enter: accept   Esc: cancel", "Enter 确定   Esc 取消"),
    "pin-wrong": ("That PIN was wrong.", "口令错误。"),
    "pin-wrong-tries": ("That PIN was wrong. {tries} tries are left.", "口令错误，还可以再试 {tries} 次。"),
    "pin-tries": ("{tries} tries are left.", "还可以再试 {tries} 次。"),
    "pin-last-try": (
        "This is the last try: one more wrong PIN locks the card.",
        "这是最后一次机会：再输错一次，卡将被锁死。",
    ),
    # long work
    "progress-keys": ("Esc: stop", "Esc 中止"),
    "progress-stopping": ("Stopping …", "正在中止 …"),
    # code lists
    "picker-filter": ("Search:", "查找："),
    "picker-count": ("{found} of {total}", "{found} / {total} 项"),
    "picker-loading": ("Getting the list …", "正在读取代码表 …"),
    "picker-failed": ("The list cannot be had: {reason}", "无法读取代码表：{reason}"),
    "picker-keys": (
        "Type to search code or name   Up/Down   Enter: choose   Esc: cancel",
        "输入代码、中文或英文查找   ↑↓ 移动   Enter 选定   Esc 取消",
    ),
    # lists
    "table-again": ("Refresh", "刷新"),
    "table-menu": ("List", "列表"),
    "table-turn-to": ("Go to page", "转到页"),
    "table-sort": ("Sort by", "排序"),
    "table-columns": ("Columns shown", "选择显示列"),
    "table-loading": ("Getting the list …", "正在查询 …"),
    "table-failed": ("{reason} F5: try again", "{reason} 按 F5 重试"),
    "table-empty": ("Nothing found.", "没有符合条件的数据。"),
    "table-place": (
        "Page {page} of {pages}   {first}–{last} of {total}",
        "第 {page} / {pages} 页   第 {first}–{last} 条，共 {total} 条",
    ),
    "table-which-page": ("Which page (1–{pages})?", "转到第几页（1–{pages}）？"),
    "table-no-page": ("Type a number from 1 to {pages}.", "请输入 1 至 {pages} 的数字。"),
}
