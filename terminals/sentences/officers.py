"""Sentences of the foreign officer's screens: requests on their steps, many at once, workbooks, news.

Knows the words only; refuses to know when they are said.
"""

from __future__ import annotations

from terminals.sentences import Sentences

SENTENCES: Sentences = {
    # many at once
    "batch-which": ("Number", "编号"),
    "batch-what": ("What became of it", "结果"),
    "batch-sum": ("Done: {good}   Not done: {bad}", "成功 {good} 条　未成功 {bad} 条"),
    "batch-first": ("{first} (and {more} more)", "{first}（另有 {more} 项）"),
    "batch-keys": ("Enter: read what is wrong   Esc: close", "Enter 查看全部问题　Esc 关闭"),
    "batch-fetching": ("Fetching the forms …", "正在取得单证 …"),
    "batch-sending": ("Signing, sending, waiting for receipts …", "正在签名、发送并等待回执 …"),
    "batch-ask-submit": (
        "Submit these requests ({count}) to China Customs?\n{names}",
        "是否向中方海关提交 {count} 份请求？\n{names}",
    ),
    "batch-ask-returned": (
        "\n\nReturned before, and sent again as they are saved now ({count}):\n{names}",
        "\n\n其中 {count} 份为退回的请求，将按现在保存的内容再次提交：\n{names}",
    ),
    "batch-ask-delete": (
        "Delete these drafts ({count})? They cannot be had back.\n{names}",
        "是否删除 {count} 份草稿？删除后无法恢复。\n{names}",
    ),
    "batch-names": ("{names} and {more} more", "{names}等，另有 {more} 份"),
    # requests of mutual assistance
    "request-save": ("Save", "保存"),
    "request-submit": ("Submit", "提交"),
    "request-returned": (
        "China Customs has returned this request:\n{reason}",
        "中方海关已退回该请求：\n{reason}",
    ),
    "request-agreement": ("Agreement", "更换协议"),
    "import-template": ("Fetch a template", "模板下载"),
    "import-upload": ("Import a workbook", "上传导入"),
    "import-how": (
        (
            "1. Fetch the template of a request type; it lies in your area, folder templates.\n"
            "2. Fill it in: one row a request on the first sheet, bills and goods on the others; codes have "
            "drop-downs. What your account knows may be left out.\n"
            "3. Import the filled workbook. If any cell is wrong, nothing is imported and the workbook comes "
            "back marked, folder exports; else every request becomes a draft, to which you attach its "
            "documents."
        ),
        (
            "1. 下载所需请求类型的模板，文件在本人文件区 templates 目录。\n"
            "2. 填写模板：第一张工作表每行一份请求，其余工作表填写票据和货物；代码可下拉选择，账号已有的信息"
            "可不填。\n"
            "3. 上传填好的文件。任何一个单元格有误则全部不导入，标注后的文件在 exports 目录；全部正确则逐份"
            "生成草稿，再为草稿添加随附单证。"
        ),
    ),
    "import-making": ("Making the template …", "正在生成模板 …"),
    "import-template-there": ("The template is in your area: {file}", "模板已存入本人文件区：{file}"),
    "import-reading": ("Reading and checking …", "正在读取并校验 …"),
    "import-marked": (
        "Nothing was imported. Faults: {count}. The marked workbook is in your area: {file}",
        "未导入任何数据：共 {count} 处错误。标注后的文件在本人文件区：{file}",
    ),
    "import-drafts": (
        "Drafts made: {count}. They are in the progress list.",
        "已生成 {count} 份草稿，见进度跟踪。",
    ),
    "help-request": (
        (
            "Three steps: basics, documents and goods, attached files. Alt+N goes to the next step, Alt+P "
            "back, Ctrl+T to the next part. Ctrl+N adds a bill, a line of goods or a file, Alt+M copies. "
            "Ctrl+S keeps even an incomplete draft and says what is missing; Ctrl+R submits it to China. "
            "Ctrl+B chooses another agreement."
        ),
        (
            "分三步：基本情况、单证及货物、随附单证。Alt+N 下一步，Alt+P 上一步，Ctrl+T 下一部分。"
            "Ctrl+N 新增一票、一条货物或一个附件，Alt+M 菜单中可复制。Ctrl+S 保存（可不完整），并列出待改正"
            "的项目；Ctrl+R 提交给中方海关。Ctrl+B 更换协议。"
        ),
    ),
}
