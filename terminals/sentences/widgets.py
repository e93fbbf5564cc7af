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
    "dialog-accept": ("Accept", "确定"),
    "dialog-cancel": ("Cancel", "取消"),
    "dialog-stop": ("Stop", "中止"),
    "dialog-across": ("List/buttons", "列表/按钮"),
    "dialog-mark": ("Mark", "勾选"),
    "dialog-all": ("All", "全选"),
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
    "picker-cut": (
        "These are the first {count} of {total}: type the code of another into the field.",
        "这里是 {total} 项中的前 {count} 项，其余的请在录入框中直接输入代码。",
    ),
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
    # fields
    "field-required": ("It must be filled in.", "必填项。"),
    "field-optional": ("It may be left empty.", "非必填项。"),
    "field-locked": ("It is filled in by the system and cannot be typed.", "由系统填写，不可输入。"),
    "field-required-when": ("It must be filled in when {when}.", "{when} 时必填。"),
    "field-digits": (
        "A number of at most {whole} digits, {behind} of them behind the point.",
        "数字，最多 {whole} 位，其中小数最多 {behind} 位。",
    ),
    "field-length": ("Characters: exactly {most}.", "{most} 个字符。"),
    "field-moment": (
        "China Standard Time, such as 2026-01-31 08:30 or 202601310830.",
        "北京时间，如 2026-01-31 08:30 或 202601310830。",
    ),
    "field-lengths": ("Characters: {least} to {most}.", "{least} 至 {most} 个字符。"),
    "field-at-most": ("Characters: at most {most}.", "最多 {most} 个字符。"),
    "field-sum": ("The sum of {of}; it may be typed over.", "等于 {of}，可修改。"),
    "field-lookup": ("From it are filled in: {fills}.", "据此调出：{fills}。"),
    "field-list": ("Space opens the list of codes.", "按空格键打开代码表。"),
    "field-value": ("It holds now: {value}", "当前内容：{value}"),
    # forms
    "form-codes": ("Codes", "代码表"),
    "form-menu": ("Menu", "菜单"),
    "form-part": ("Head/body", "表头/表体"),
    "form-head": ("Head", "表头"),
    "form-step": ("Step {step}", "第{step}步"),
    "form-next-step": ("Next step", "下一步"),
    "form-last-step": ("Step before", "上一步"),
    "form-above-first": ("{what}: there is no line yet, begin with one.", "请先新增{what}。"),
    "form-replaced": ("It was: {value}   Esc puts it back", "原值：{value}　按 Esc 恢复"),
    "form-over-sum": ("Typed over; added up it is {value}", "已手工修改；合计应为 {value}"),
    "form-over-found": ("Typed over; looked up it is {value}", "已手工修改；调出的是 {value}"),
    "form-needs": ("Needed here: {what}", "须有：{what}"),
    "form-new-file": ("Attach a file", "添加附件"),
    "form-fetch": ("Fetch file", "下载附件"),
    "form-head-first": (
        "The head is not complete: {what}",
        "表头未录入完成，不能录入表体：{what}",
    ),
    "form-save-first": (
        "Save first (Ctrl+S): what comes behind the head is open then.",
        "请先暂存（Ctrl+S），暂存后才能继续录入表头以后的内容。",
    ),
    "form-new-line": ("New line", "新增一条记录"),
    "form-delete-lines": ("Delete lines", "删除记录"),
    "form-copy-line": ("Copy line", "复制记录"),
    "form-ask-delete": (
        "Delete the selected body lines ({count})?",
        "是否确认删除选中的表体数据（{count} 条）？",
    ),
    "form-lines-fixed": (
        "{what}: as filed at customs; none can be added.",
        "{what}为海关备案内容，不能增加。",
    ),
    "form-line-fixed": (
        "{what}: this line is as filed at customs and cannot be deleted.",
        "{what}：该条记录为海关备案内容，不能删除。",
    ),
    "form-lines-full": ("There is no room for more lines.", "表体记录已达上限。"),
}
