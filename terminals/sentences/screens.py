"""Sentences of the screens that every system has: entry, query, details, review, and what is sent by them.

Knows the words only; refuses to know when they are said, and every system's own words.
"""

from __future__ import annotations

from terminals.sentences import Sentences

SENTENCES: Sentences = {
    # what can be done with a form
    "entry-new": ("New", "新增"),
    "entry-delete": ("Delete", "删除"),
    "entry-save": ("Save", "暂存"),
    "entry-declare": ("Declare", "申报"),
    "entry-print": ("Print", "打印"),
    "entry-export": ("Export", "导出"),
    "entry-import": ("Import", "导入"),
    "entry-file-written": ("Written: {file}", "已生成文件：{file}"),
    "entry-file-failed": ("The file cannot be written: {reason}", "无法生成文件：{reason}"),
    "key-fetch": ("Fetch", "调出"),
    "book-file": ("File", "备案"),
    "book-filed": ("filed", "已备案"),
    "book-changed": ("filed, changed since", "已备案，修改未备案"),
    "book-ask-file": ("File this book now?", "是否备案该账册？"),
    "book-ask-withdraw": (
        "Withdraw book {book}? Stocktakes cannot name it any more.",
        "是否撤销账册 {book} 的备案？撤销后核查数据不能再使用该账册。",
    ),
    "import-title": ("Import: lines take the place of those here", "导入（替换当前表体）"),
    "import-done": (
        "Lines read: {count}. Columns left empty: {absent}. Columns not understood: {strange}.",
        "已导入 {count} 条记录。未填的列：{absent}；未识别的列：{strange}。",
    ),
    "import-lacks": (
        "Nothing was imported: the file has no column {columns}, which every line needs.",
        "未导入：文件中缺少必填的列：{columns}。",
    ),
    "import-ask": (
        "The lines here ({count}) are replaced by those of the file ({more}). Go on?",
        "当前表体的 {count} 条记录将被文件中的 {more} 条记录替换，是否继续？",
    ),
    # the state in the title
    "entry-state": ("[{state}]", "【{state}】"),
    "entry-fresh": ("new, not saved", "新建未{save}"),
    "entry-undeclared": ("{state}, a change not declared", "{state}，修改未申报"),
    "entry-changed": ("{state}, changed, not saved", "{state}，修改未{save}"),
    "entry-reading": ("view only", "查看数据"),
    "entry-waiting": ("sent, not answered yet", "已发送，等待应答"),
    # above the head
    "entry-unit": ("Entered by", "录入单位"),
    "entry-operator": ("Operator", "操作员"),
    "detail-with-draft": ("{state}; there is a change not declared", "{state}，另有修改未申报"),
    "detail-version": ("Other version", "另一版本"),
    "form-remark": ("What customs says", "海关意见"),
    # asking
    "entry-ask-new": (
        "What was typed on this form is not saved. Begin a new one all the same?",
        "当前录入的内容尚未{save}，是否仍要新增？",
    ),
    "entry-ask-declare": ("Declare to customs now?", "是否向海关申报？"),
    "entry-ask-delete": (
        "Delete the whole form {case}? It cannot be had back.",
        "是否确认删除整单数据 {case}？删除后无法恢复。",
    ),
    "entry-ask-drop": ("Throw away what was typed on this form?", "是否放弃当前录入的内容？"),
    # what became of it
    "entry-saved": ("Saved. Case no. {case}", "{save}成功。统一编号：{case}"),
    "entry-saved-faults": (
        "Saved. Case no. {case}\n\nStill to be corrected:\n{faults}",
        "{save}成功。统一编号：{case}\n\n{declare}前须改正：\n{faults}",
    ),
    "entry-declared": ("Declared. {state}", "申报成功。{state}"),
    "entry-saved-undeclared": (
        "Saved, not declared. Case no. {case}\n\nCustoms goes by what it holds ({state}) until you declare.",
        "{save}成功，修改尚未{declare}。统一编号：{case}\n\n{declare}之前，海关仍以现有数据（{state}）为准。",
    ),
    "entry-closed": (
        "The state is now {state}, so nothing can be changed here. Choose from the query what to do with it.",
        "当前状态为“{state}”，此处只能查看。请在查询中选择可以进行的操作。",
    ),
    "entry-renewed": (
        "Case {case} was changed elsewhere: it is shown as it is now.",
        "统一编号 {case} 已在别处修改，现已显示最新内容。",
    ),
    "entry-ask-overtaken": (
        (
            "Case {case} was saved or declared elsewhere since it was opened here. Put what is on this form "
            "in its place all the same?"
        ),
        "统一编号 {case} 在此打开之后已在别处暂存或申报。是否仍用本窗口的内容覆盖？",
    ),
    "entry-deleted": ("Deleted.", "删除成功。"),
    "entry-save-first": (
        "Save first: only what is saved can be declared.",
        "请先{save}：{save}后才能{declare}。",
    ),
    "entry-busy": (
        "This form was sent and is not answered yet.",
        "该单证已发送，尚未收到应答。",
    ),
    "entry-kept": (
        "{reason}\n\nThe signed message is kept and goes out by itself once the gateway answers.",
        "{reason}\n\n已签名的报文已保留，网关恢复后自动发送。",
    ),
    "entry-refused": ("Refused: {reason}", "被拒绝：{reason}"),
    "entry-sent": (
        "Sent. Its receipt has not come yet; it will be shown when it comes.",
        "已发送，回执尚未到达；到达后会显示。",
    ),
    # while it is sent
    "send-title": ("Sending", "正在发送"),
    "send-signing": ("Signing and sending …", "正在签名并发送 …"),
    "send-waiting": ("Waiting for the receipt …", "正在等待回执 …"),
    # files
    "attach-title": ("Attach a file", "添加附件"),
    "attach-looking": ("Looking at the file …", "正在检查文件 …"),
    "attach-sending": ("Sending the file …", "正在上传 …"),
    "attach-fetching": ("Fetching the file …", "正在下载 …"),
    "attach-fetch-title": ("Fetch files", "下载附件"),
    "attach-fetched": ("In your area:\n{files}", "已下载到本人文件区：\n{files}"),
    "attach-cancelled": ("Stopped: no file was taken.", "已中止，文件未处理。"),
    "attach-twice": ("{file} is attached already.", "{file} 已经添加。"),
    "pick-which": ("Type a part of the name, or a path:", "输入文件名的一部分或路径："),
    "pick-none-area": (
        "There is no such file in your area: put it there over SFTP (folder attachments).",
        "文件区中没有可用的文件：请通过 SFTP 上传到 attachments 目录。",
    ),
    "pick-none-here": (
        "There is no such file here; type the path of one:",
        "此处没有可用的文件，请输入路径：",
    ),
    "pick-keys": ("Up, Down: choose   Enter: take it   Esc: cancel", "上下键选择　Enter 确定　Esc 取消"),
    # help
    "help-entry": (
        (
            "Enter goes to the next field; behind the last field of the head it opens the body, behind the "
            "last of a line the next line. Space opens the list of a coded field. Save first (Ctrl+S), then "
            "declare (Ctrl+R). Ctrl+N: in the head a new form, in the body a new line; Ctrl+D "
            "deletes likewise."
        ),
        (
            "按 Enter 到下一项；表头最后一项之后进入表体，表体最后一项之后进入下一条。代码项按空格键"
            "打开代码表。先暂存（Ctrl+S），再申报（Ctrl+R）。Ctrl+N：在表头新增一份单证，在表体新增一条记录；"
            "Ctrl+D 相应删除。"
        ),
    ),
    "help-detail": (
        "The form as it is at the gateway. Nothing can be typed.",
        "网关中的单证内容，只能查看，不能修改。",
    ),
    # looking for cases
    "query-run": ("Search", "查询"),
    "query-clear": ("Clear", "清空"),
    "query-until": ("to", "到"),
    "query-number": ("No.", "序号"),
    "query-case": ("Case no.", "统一编号"),
    "query-state": ("State", "数据状态"),
    "query-view": ("View details", "查看明细"),
    "query-change": ("Modify", "修改"),
    "query-to-criteria": ("Criteria", "查询条件"),
    "query-gone": ("There is no case {case} any more.", "统一编号 {case} 已不存在。"),
    "query-nothing": ("Choose a line first.", "请先选择一条数据。"),
    "query-codes": ("Space: choose", "空格键选择"),
    "query-none-of-them": (
        "{action}: none of the chosen lines is in a state that allows it.",
        "所选数据的状态均不能{action}。",
    ),
    "query-mark-it": (
        "{action}: mark what is in state {state} with Space first, if you mean it.",
        "{action}：状态为“{state}”的数据须先按空格键勾选。",
    ),
    "query-not-now": ("{action} is not possible in state {state}.", "数据状态为“{state}”，不能{action}。"),
    "news-read": ("Read", "阅读"),
    "help-news": (
        (
            "Type a part of the title or days and press Enter to search. In the list, Enter reads what is "
            "under the cursor, Ctrl+T fetches its files into your area, F5 looks anew."
        ),
        (
            "输入标题的一部分或日期，按 Enter 查询。在列表中按 Enter 阅读，Ctrl+T 将附件下载到本人文件区，"
            "F5 刷新。"
        ),
    ),
    "help-news-item": (
        "Up, Down, PgUp and PgDn read on. Ctrl+G fetches the files into your area.",
        "用上下键、PgUp、PgDn 阅读。Ctrl+G 将附件下载到本人文件区。",
    ),
    "register-more": (
        "These are the first {count} of {total}: search for the others.",
        "这里是 {total} 条中的前 {count} 条，其余的请按条件查询。",
    ),
    "register-empty": ("Nothing is filed yet. Ctrl+N files the first.", "尚无备案，按 Ctrl+N 新增。"),
    "help-register": (
        (
            "Type a part of what you look for and press Enter. Enter on a line or Ctrl+E changes it, Ctrl+N "
            "files another, F5 looks anew. To withdraw one, open it and press Ctrl+D."
        ),
        (
            "输入要查找内容的一部分，按 Enter 查询。在某行按 Enter 或 Ctrl+E 修改，Ctrl+N 新增，F5 刷新。"
            "撤销备案在修改页面按 Ctrl+D。"
        ),
    ),
    "help-register-read": (
        "Type a part of what you look for and press Enter. F5 looks anew.",
        "输入要查找内容的一部分，按 Enter 查询。F5 刷新。",
    ),
    "help-dossier": (
        (
            "Up, Down, PgUp and PgDn read on, Left and Right go from part to part. Ctrl+G fetches the files "
            "into your area, Ctrl+P prints."
        ),
        "用上下键、PgUp、PgDn 阅读，左右键跳到上一节或下一节。Ctrl+G 将附件取到本人文件区，Ctrl+P 打印。",
    ),
    "help-query": (
        (
            "Choose by which one to search with Up and Down, type, press Enter. Then choose a line and what "
            "to do with it."
        ),
        "用上下键选择一种查询方式，输入后按 Enter。然后选择一条数据，再选择操作。",
    ),
    "help-query-together": (
        (
            "Type by what to search: all that is filled in counts together. Press Enter, then choose a line "
            "and what to do with it."
        ),
        "输入查询条件，已填写的条件同时生效，按 Enter 查询。然后选择一条数据，再选择操作。",
    ),
    "list-fetching": ("Fetching the list …", "正在取得列表 …"),
    "list-stopped": ("Stopped; no file was written.", "已中止，未生成文件。"),
    "list-cut": (
        "{file} has the first {count} of {total} rows only: search for fewer.",
        "{file} 只含前 {count} 条，共 {total} 条：请缩小查询范围。",
    ),
    # charts
    "charts-title": ("Charts", "统计图表"),
    "charts-traffic": ("Messages and receipts by the hour", "每小时报文和回执"),
    "charts-refusals": ("Refusals by reason", "按原因统计的退回"),
    "charts-queues": ("How long the oldest waits, hours:minutes (how many)", "最久的等待时间，时:分（件数）"),
    "charts-nothing": ("Nothing.", "无数据。"),
    "charts-no-refusals": ("Nothing was refused.", "没有退回。"),
    "charts-no-queues": ("Nothing waits.", "没有等待处理的单证。"),
    "charts-messages": ("messages", "报文"),
    "charts-receipts": ("receipts", "回执"),
    "help-charts": ("The last 24 hours. F5 draws the charts anew.", "最近 24 小时的数据。按 F5 刷新。"),
    # deciding
    "decision-send": ("Send", "发送"),
    "decision-ask": ("Send it now? It cannot be changed afterwards.", "是否发送？发送后不能修改。"),
    "decision-sent": ("Sent. The case is now: {state}", "发送成功。当前状态：{state}"),
    "help-decision": (
        (
            "Fill in the fields, attach files where there is a part for them (Ctrl+T, then Ctrl+N), and send "
            "with Ctrl+R. Ctrl+O shows the whole case."
        ),
        "填写各项；有附件部分时按 Ctrl+T 再按 Ctrl+N 添加文件；按 Ctrl+R 发送。Ctrl+O 查看整份单证。",
    ),
    # reviewing
    "review-open": ("Review", "审核"),
    "review-ask": ("Send this decision: {result}?", "是否发送审批结果：{result}？"),
    "review-sent": ("Decided: {state}", "审批完成：{state}"),
    "review-view": ("Whole form", "查看明细"),
    "review-fetching": ("The case is not here yet: press F5.", "该单证尚未取得，请按 F5 重新获取。"),
    "review-findings": ("List/decision", "列表/审批"),
    "help-review": (
        (
            "Differences are marked with arrows and are sorted by size. Choose the result with Space, give a "
            "reason, and send the decision with Ctrl+R."
        ),
        "差异用箭头标出并按大小排列。按空格键选择审批结果，填写审批意见，按 Ctrl+R 发送。",
    ),
}
