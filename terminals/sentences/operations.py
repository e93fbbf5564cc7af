"""Sentences of the screens of those who run the gateway: overview, alarms, failed work, applicants.

Knows the words only; refuses to know when they are said.
"""

from __future__ import annotations

from terminals.sentences import Sentences

SENTENCES: Sentences = {
    # among the keys
    "operations-take": ("Take it", "我来处理"),
    "operations-retry": ("Try again", "重试"),
    "operations-approve": ("Approve", "通过"),
    "operations-refuse": ("Refuse", "不通过"),
    "operations-to-alarms": ("Alarms", "查看告警"),
    # headings
    "operations-overview": ("Overview", "运行概况"),
    "operations-alarms": ("Alarms", "告警"),
    "operations-work": ("Failed work", "处理失败"),
    "operations-registrations": ("Registrations", "注册审核"),
    "operations-state": ("State", "状态"),
    "operations-node": ("Gateway", "网关"),
    "operations-since": ("Up for", "已运行"),
    "operations-seen": ("Last sign", "最近心跳"),
    "operations-version": ("Version", "版本"),
    "operations-waits": ("Waiting", "等待"),
    "operations-count": ("Number", "数量"),
    "operations-oldest": ("Oldest", "最久"),
    "operations-remark": ("Remark", "说明"),
    "operations-lasts": ("Lasts", "已持续"),
    "operations-what": ("Alarm", "告警内容"),
    "operations-by": ("Taken by", "处理人"),
    "operations-number": ("No.", "编号"),
    "operations-party": ("Party", "参与方"),
    "operations-attempts": ("Failed", "失败"),
    "operations-again": ("Next try", "下次重试"),
    "operations-error": ("Error", "错误"),
    "operations-waited": ("Waits", "已等待"),
    "operations-kind": ("Kind", "类别"),
    "operations-code": ("Code", "代码"),
    "operations-name": ("Name", "名称"),
    "operations-known": ("Known", "已在册"),
    "operations-mail": ("E-mail", "电子邮箱"),
    # the overview
    "operations-looking": ("Looking …", "正在查询 …"),
    "operations-stale": ("{reason} What is shown is of {at}.", "{reason} 所示为 {at} 的情况。"),
    "operations-unanswered": (
        "No answer from the gateway since {since}; it is asked again by itself.",
        "{since} 起网关无应答，系统会自动重新查询。",
    ),
    "operations-alarms-open": (
        "{free} alarm(s) that nobody looks after, {taken} taken. Ctrl+O: alarms",
        "{free} 条告警无人处理，{taken} 条处理中。按 Ctrl+O 查看",
    ),
    "operations-alarms-taken": (
        "{taken} alarm(s), all taken. Ctrl+O: alarms",
        "{taken} 条告警，均在处理中。",
    ),
    "operations-alarms-none": ("No alarms.", "没有告警。"),
    "operations-serving": ("serving", "运行"),
    "operations-silent": ("!! silent", "!! 失联"),
    "operations-stopped": ("stopped", "已停止"),
    "operations-due": ("Steps to be processed", "待处理节点"),
    "operations-failed": ("Steps that failed", "处理失败的节点"),
    "operations-notices": ("Notices to be sent", "待发邮件通知"),
    "operations-pushes": ("Callbacks posted to", "推送回调"),
    "operations-applicants": ("Registrations to decide on", "待审核的注册申请"),
    "operations-callbacks-broken": ("{broken} broken, {paused} paused", "{broken} 个中断，{paused} 个暂停"),
    "operations-hours": (
        (
            "This hour {this_messages} messages {this_receipts} receipts {this_refused} refused · before "
            "{before_messages}/{before_receipts}/{before_refused} · {hours} h "
            "{whole_messages}/{whole_receipts}/{whole_refused}"
        ),
        (
            "本小时 报文 {this_messages} 回执 {this_receipts} 退回 {this_refused} · 上小时 "
            "{before_messages}/{before_receipts}/{before_refused} · {hours} 小时 "
            "{whole_messages}/{whole_receipts}/{whole_refused}"
        ),
    ),
    "help-operations-overview": (
        (
            "How the gateways are, renewed every few seconds. Red: an alarm that nobody looks after. Enter "
            "on a line of what waits opens the screen that does something about it."
        ),
        (
            "各网关的运行情况，每隔几秒自动刷新。红色：有无人处理的告警。在“等待”的某一行按 Enter，打开相"
            "应的处理界面。"
        ),
    ),
    # alarms
    "operations-open": ("!! open", "!! 未处理"),
    "operations-taken": ("! taken", "! 处理中"),
    "operations-over": ("over", "已结束"),
    "operations-alarm-said": ("{words} (since {since})", "{words}（自 {since}）"),
    "operations-todo": ("What helps: {todo}", "处理办法：{todo}"),
    "operations-raised": ("Seen {at} by gateway {node}.", "{at} 由网关 {node} 发现。"),
    "operations-taken-by": ("{by} looks after it since {at}.", "{by} 自 {at} 起处理。"),
    "operations-cleared": ("Over since {at}.", "{at} 已结束。"),
    "operations-take-it": ("I look after it", "我来处理"),
    "operations-not-to-take-taken": ("Somebody looks after it", "已有人处理"),
    "operations-not-to-take-over": ("It is over", "已结束"),
    "operations-took": ("You look after it: {words}", "由您处理：{words}"),
    "operations-not-taken": (
        "It is over, or somebody was quicker: {words}",
        "该告警已结束，或已有人处理：{words}",
    ),
    "help-operations-alarms": (
        (
            "Open alarms that nobody looks after come first, then those that somebody has taken, then those "
            "that are over. Take one, so that others see who looks after it. An alarm ends by itself when "
            "its cause is gone."
        ),
        (
            "无人处理的告警在最上面，其次是处理中的，最后是已结束的。按“我来处理”，其他值班员即可看到由谁"
            "处理。原因消除后，告警自行结束。"
        ),
    ),
    # failed work
    "operations-work-said": (
        "No. {number} of {party}: failed {attempts} times, tried again {at}.\n{error}",
        "编号 {number}，参与方 {party}：已失败 {attempts} 次，{at} 重试。\n{error}",
    ),
    "operations-retry-it": ("Try again now", "立即重试"),
    "operations-retried": ("No. {number} is tried again.", "编号 {number} 正在重试。"),
    "operations-not-retried": ("No. {number} is done meanwhile.", "编号 {number} 已处理完毕，不再需要重试。"),
    "help-operations-work": (
        (
            "What the gateway could not process. It is tried again by itself, ever more seldom, and never "
            "given up; mend the cause first, then try again now. The gateway's log has the whole error."
        ),
        (
            "网关未能处理的节点。系统会自动重试，间隔逐渐加长，不会放弃；请先排除原因，再点“立即重试”。"
            "完整的错误见网关日志。"
        ),
    ),
    # applicants
    "operations-kind-account": ("account", "自助注册"),
    "operations-kind-party": ("party", "参与方"),
    "operations-kind-certificate": ("certificate", "证书"),
    "operations-yes": ("! yes", "! 是"),
    "operations-applicant": ("{name}  {code}  {role}  ({kind})", "{name}  {code}  {role}（{kind}）"),
    "operations-contact": (
        "Contact {contact}, telephone {telephone}, e-mail {mail}",
        "联系人 {contact}，电话 {telephone}，电子邮箱 {mail}",
    ),
    "operations-filed": ("Filed {at}, expires {ends}", "{at} 提交，{ends} 过期"),
    "operations-has": ("Has this number already: {dxp} {name}", "该代码已有参与方：{dxp} {name}"),
    "operations-by-command": (
        (
            "It asks for a certificate, which the CA has to issue; so it is approved at the gateway, by "
            "command: eport-gateway registration approve {number} --certificate FILE --role ROLE. It can be "
            "refused here."
        ),
        (
            "该申请需要 CA 签发的证书，只能在网关上用命令通过：eport-gateway registration approve {number} "
            "--certificate 文件 --role 角色。可在此处不予通过。"
        ),
    ),
    "operations-account-there": (
        "This e-mail address has an account already: refuse the request with this reason.",
        "该电子邮箱已有账号，请以此为由不予通过。",
    ),
    "operations-approve-it": ("Approve", "审核通过"),
    "operations-refuse-it": ("Refuse", "不予通过"),
    "operations-which": ("{code}: which party?", "代码 {code}：加入哪个参与方？"),
    "operations-into": ("{dxp}: joins {name}", "{dxp}：加入 {name}"),
    "operations-into-none": ("belongs to none of them: refuse", "都不属于：不予通过"),
    "operations-sure-new": (
        "Let {mail} in, as the first of a new party {name} ({code})?",
        "是否通过？{mail} 将成为新参与方 {name}（{code}）的第一个账号。",
    ),
    "operations-sure-join": (
        "{mail} will see everything of {dxp} {party}. Have you made sure that the applicant belongs to it?",
        "{mail} 将能看到 {dxp} {party} 的全部数据。是否已核实申请人属于该单位？",
    ),
    "operations-reason": (
        "Why is {name} refused? The applicant is told.",
        "{name} 不予通过的原因？申请人会收到。",
    ),
    "operations-reason-wrong": (
        "Type a reason of 1 to {most} characters.",
        "请输入原因，1 至 {most} 个字符。",
    ),
    "operations-approved": ("Approved: the account belongs to {party}.", "已通过，账号属于 {party}。"),
    "operations-refused": (
        "Refused; the applicant is told where mail is set up.",
        "已不予通过，申请人会收到邮件（已设邮件服务器时）。",
    ),
    "operations-decided": (
        "{by} was quicker: the request is {state}. Nothing was changed.",
        "{by} 已先处理：{state}。您的操作未生效。",
    ),
    "operations-was-approved": ("approved", "已通过"),
    "operations-was-refused": ("refused", "不予通过"),
    "operations-gone": (
        "The request has expired, or nothing of it waits any more. Nothing was changed.",
        "该申请已过期或不再等待审核，您的操作未生效。",
    ),
    "operations-changed": (
        "Parties of this number have come or gone meanwhile: nothing was decided. Look at the request again.",
        "该代码的参与方已有变化，您的操作未生效，请重新查看该申请。",
    ),
    "operations-not-decided": ("Nothing was decided: {info}", "未能处理：{info}"),
    "help-operations-registrations": (
        (
            "Who wants to take part and waits for you. A number that has a party already: nobody joins it "
            "but by your choice, so make sure that the applicant belongs to it. Each decision is made once, "
            "journaled, and told to the applicant where a mail server is set up."
        ),
        (
            "等待审核的注册申请。代码已有参与方的，只有您选择后才会加入该参与方，请先核实申请人属于该单位。"
            "每项申请只处理一次，记入审计日志；设有邮件服务器时通知申请人。"
        ),
    ),
}
