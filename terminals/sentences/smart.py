"""Sentences of the screens of what is declared unattended: enabling, rules, runs, queries.

Knows the words only; refuses to know when they are said.
"""

from __future__ import annotations

from terminals.sentences import Sentences

SENTENCES: Sentences = {
    # among the keys
    "smart-enable": ("Enable now", "立即启用"),
    "smart-promise": ("Undertaking", "企业承诺"),
    "smart-save-rule": ("Save", "保存"),
    "smart-start": ("Start", "开始申报"),
    "smart-stop": ("Stop", "停止申报"),
    "smart-kind": ("Enterprise as", "企业类型"),
    "smart-to-rules": ("Rules", "预配置规则"),
    "smart-scope": ("Show", "显示范围"),
    "smart-record": ("Record", "申报记录"),
    "smart-continue": ("Put back", "继续智能辅助申报"),
    "smart-desk": ("Batches", "智能辅助申报台"),
    "smart-details": ("Details", "申报明细"),
    "declaration-decide": ("Decide", "处理"),
    # 启用
    "smart-closed": (
        (
            "Smart-assisted declaration is not enabled, so nothing can be done here. With the legal "
            "person's card, open Enable (Alt+9), read the user notice and choose Enable now."
        ),
        (
            "智能辅助申报尚未启用，此处不能操作。请由法定代表人持法人卡打开“智能辅助申报启用”（Alt+9），"
            "阅读用户须知后点“立即启用”。"
        ),
    ),
    "smart-sure": (
        "You have read and accept the user notice: enable it?",
        "是否已阅读并同意用户须知，启用智能辅助申报？",
    ),
    "smart-enabled": (
        (
            "Smart-assisted declaration is enabled.\nNext: set a rule (Alt+8), mark declarations, and "
            "start the run (Alt+6)."
        ),
        (
            "智能辅助申报已启用。\n下一步：在预配置（Alt+8）中设置规则，给报关单添加标记，再到执行（Alt+6"
            "）开始申报。"
        ),
    ),
    "smart-not-yet": (
        (
            "Not enabled yet. It takes the legal person's card, not an operator's; once is enough for "
            "all operators."
        ),
        "尚未启用。启用须持法人卡，操作员卡不能启用；启用一次，本企业所有操作员即可使用。",
    ),
    "smart-since": ("Enabled on {when} by {by}", "已于 {when} 由 {by} 启用"),
    "smart-notice-1": (
        (
            "A mark authorises the system to declare that declaration: it is signed and names the "
            "draft's guid and SHA-256. Changing the draft voids it."
        ),
        (
            "添加标记即授权系统申报该票报关单：标记经签名，写明草稿的节点编号和 SHA-256 摘要。草稿一经修"
            "改，标记即失效。"
        ),
    ),
    "smart-notice-2": (
        (
            "Once started, the gateway declares batch after batch unattended, whoever closes a terminal; "
            "it can be stopped at any time."
        ),
        "开始申报后由网关无人值守地逐批申报，关闭终端不停止；可随时停止申报。",
    ),
    "smart-notice-3": (
        (
            "Reminders and agency agreements that a rule ticks are dealt with by the system; what it "
            "does not tick is to be done by hand first."
        ),
        (
            "预配置中勾选的辅助确认、自动生成代理报关委托协议，由系统代为办理；未勾选的须先手动确认、手动"
            "生成。"
        ),
    ),
    "smart-notice-4": (
        (
            "The taxes of a self-assessed declaration are confirmed by hand first, or it is not "
            "declared. Two-step declarations are not eligible; those taxed periodically are."
        ),
        "自报自缴报关单须先手动确认税费，未确认的不申报。两步申报不适用；汇总征税适用。",
    ),
    "smart-notice-5": (
        "The enterprise answers for what is declared being true, exact, complete and in due form.",
        "企业对申报内容的真实性、准确性、完整性和规范性承担相应的法律责任。",
    ),
    "help-smart-enable": (
        (
            "Read the user notice; with the legal person's card, Ctrl+R enables it, once. Until then all "
            "other screens of smart-assisted declaration are closed."
        ),
        "阅读用户须知后，持法人卡按 Ctrl+R 立即启用，只需一次。启用之前，智能辅助申报的其他菜单均关闭。",
    ),
    # 预配置
    "smart-promised": (
        (
            "The enterprise undertakes:\n1. Where reminders are ticked, the system confirms them on its "
            "behalf, as if it had confirmed them by hand.\n2. Where agreements are ticked, the system "
            "makes agency agreements on its behalf, as if it had made them by hand.\n3. It answers for "
            "what is declared by this rule being true, exact, complete and in due form."
        ),
        (
            "本企业承诺：\n一、勾选“辅助确认”的，委托本系统对申报时的温馨提示内容进行辅助确认，其效力同本"
            "企业手动确认。\n二、勾选“自动生成代理报关委托协议”的，委托本系统生成代理报关委托协议，其效力"
            "同本企业手动生成。\n三、对按本配置申报的报关单内容的真实性、准确性、完整性和规范性，承担相应"
            "的法律责任。"
        ),
    ),
    "smart-legal-only": (
        "Only the legal person's card adds, changes and deletes rules; an operator's card reads them.",
        "只有法人卡可以新增、修改、删除预配置；操作员卡可以查询。",
    ),
    "help-smart-rules": (
        (
            "The rules of this enterprise. Enter opens one, Ctrl+N begins a new one; an operator's card "
            "only reads them."
        ),
        "本企业的预配置规则。Enter 打开，Ctrl+N 新增；操作员卡只能查询。",
    ),
    "help-smart-rule": (
        (
            "With the legal person's card: Ctrl+R saves, Ctrl+D deletes; an operator's card only reads. "
            "For the same declaring unit, consignee and direction, one rule can be enabled."
        ),
        (
            "持法人卡填写后按 Ctrl+R 保存，Ctrl+D 删除；操作员卡只能查看。同一申报单位、境内收发货人、进"
            "出口标志只能有一条启用的配置。"
        ),
    ),
    # 执行
    "smart-run-hint": (
        (
            "Leaving this screen or logging out does not stop the run. Pause it before declaring by "
            "hand. Yellow: not declared until its taxes are confirmed."
        ),
        (
            "网关无人值守申报，离开本界面或退出登录均不停止。手动申报前建议暂停。黄色：自报自缴且未确认税"
            "费，确认前不申报。"
        ),
    ),
    "smart-run-rules": (
        "Enterprise as {kind}. Space ticks its rules: {count} ticked.",
        "生效企业类型：{kind}。空格键勾选该企业生效的预配置规则，已勾选 {count} 条。",
    ),
    "smart-run-no-rules": (
        "There is no enabled rule: set one first (Alt+8).",
        "没有启用的预配置规则，请先设置（Alt+8）。",
    ),
    "smart-run-tick": ("Tick one rule at least.", "请先勾选预配置规则。"),
    "smart-run-ask": (
        (
            "Start declaring unattended, enterprise as {kind}, by these rules?\n{rules}\nThe gateway goes "
            "on, batch after batch, until it is stopped."
        ),
        (
            "是否按“{kind}”的 {count} 条预配置规则开始无人值守申报？\n{rules}\n"
            "开始后由网关逐批申报，直到停止申报。"
        ),
    ),
    "smart-run-ask-stop": (
        "Stop declaring? What was declared stays declared.",
        "是否停止申报？已申报的不受影响。",
    ),
    "smart-run-idle": ("Not running", "未在执行"),
    "smart-run-batch": (
        "Batch {number} is under way: {declared} declared, {failed} failed in this batch",
        "当前正在执行第 {number} 批次，本批次智能申报成功 {declared} 票，失败 {failed} 票",
    ),
    "smart-run-after": (
        "Batch {number} is done: {declared} declared, {failed} failed in this batch",
        "第 {number} 批次已执行完成，本批次智能申报成功 {declared} 票，失败 {failed} 票",
    ),
    "smart-run-none": ("Running: nothing has been waiting yet", "正在执行，尚无待申报的报关单"),
    "smart-run-all": (
        "In all, batches: {batches}, declared: {declared}, failed: {failed}, still to declare: {left}",
        "累计智能申报共 {batches} 批次，共智能申报成功 {declared} 票，失败 {failed} 票，仍待申报 {left} 票",
    ),
    "smart-run-next": ("Next batch in {left}", "计划执行下一批次，倒计时 {left}"),
    "smart-run-now": ("The next batch begins", "下一批次即将开始"),
    "smart-run-stopped": ("Stopped: {why}", "已停止：{why}"),
    "smart-run-lost": (
        (
            "The gateway does not answer: what is shown is from {when}. It goes on by itself; the run is "
            "not affected."
        ),
        "网关连接中断，显示的是 {when} 的情况；恢复后自动继续显示，执行不受影响。",
    ),
    "smart-run-running": ("It is running already: stop it first.", "正在执行，请先停止。"),
    "smart-run-not-running": ("It is not running.", "未在执行。"),
    "smart-no-record": ("No record yet", "暂无申报记录"),
    "help-smart-run": (
        (
            "Choose the kind of enterprise (Ctrl+E), tick one rule or more with Space, start with "
            "Ctrl+R. The gateway then declares batch after batch. Ctrl+T stops it at any time. Enter "
            "shows a declaration's record."
        ),
        (
            "选择生效企业类型（Ctrl+E），用空格键勾选一条或多条规则，按 Ctrl+R 开始申报，网关随即逐批申报"
            "。Ctrl+T 随时停止。Enter 查看报关单的申报记录。"
        ),
    ),
    # 查询、申报台
    "smart-ask-continue": (
        "Put {count} declarations back among those that wait?",
        "是否将选中的 {count} 票报关单重新加入智能辅助申报池？",
    ),
    "help-smart-query": (
        (
            "All criteria count together. Enter shows a declaration's record, Ctrl+B the details of its "
            "batch. Tick failed ones with Space; Ctrl+R puts them back. The general query has what "
            "happens after declaring."
        ),
        (
            "各条件同时生效。Enter 查看申报记录，Ctrl+B 查看所在批次的申报明细。用空格键勾选申报失败的，"
            "按 Ctrl+R 继续智能辅助申报。申报成功后的业务请到报关单查询办理。"
        ),
    ),
    "help-smart-desk": (
        (
            "The batches of this enterprise's runs, the newest first: those of the last seven days in which "
            "something was declared or failed, unless other ones are asked for (Ctrl+F, Ctrl+T). Enter "
            "shows the declarations of one."
        ),
        (
            "本企业各次执行的批次，最新的在最前。先列出近七天有申报成功或失败的批次，其他的按条件查询（"
            "Ctrl+F、Ctrl+T）。Enter 查看该批次的申报明细。"
        ),
    ),
    # 海关端
    "help-declaration-desk": (
        (
            "Declarations that wait for customs' decision, the oldest first. Ctrl+R decides, Ctrl+O "
            "shows all of one."
        ),
        "等待海关处理的报关单，等待最久的在最前。Ctrl+R 处理，Ctrl+O 查看。",
    ),
    "declaration-reason": ("Say why it is returned.", "退单须填写处理意见。"),
    "help-logistics-list": (
        (
            "What was sent this month and the last. Type a bill of lading, or a part of it, and press Enter: "
            "the whole of it also finds what is older. Enter on a line or Ctrl+E opens it, to be changed or "
            "taken back (Ctrl+D); Ctrl+N: new."
        ),
        (
            "先列出本月和上月报送的。输入提运单号或其一部分，按 Enter 查询；完整的提运单号可查到更早的。在某"
            "行按 Enter 或 Ctrl+E 打开，可修改或删除（Ctrl+D）；Ctrl+N 新增。"
        ),
    ),
    "help-logistics": (
        (
            "Type a manifest or an arrival and send it with Ctrl+R. One that was sent before is changed "
            "by sending it again, and taken back with Ctrl+D."
        ),
        "填写舱单或运抵报告，按 Ctrl+R 报送。再次报送即为修改；Ctrl+D 删除已报送的。",
    ),
}
