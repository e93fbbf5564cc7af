"""Sentences of the terminal's shell: logging in, menu, tabs, status bar, receipts, cards, the end.

Knows the words only; refuses to know when they are said. A few words say what a key does, for the footer.
"""

from __future__ import annotations

from terminals.sentences import Sentences

SENTENCES: Sentences = {
    # keys
    "key-help": ("Help", "帮助"),
    "key-language": ("中文", "English"),
    "key-windows": ("Windows", "窗口"),
    "key-close": ("Close", "关闭"),
    "key-again": ("Refresh", "刷新"),
    "key-menu": ("Menu", "菜单"),
    "key-previous": ("Previous", "上一个"),
    "key-next": ("Next", "下一个"),
    "key-receipts": ("Receipts", "回执"),
    "key-quit": ("Quit", "退出"),
    "key-log-in": ("Log in", "登录"),
    "key-look": ("Look again", "重新检测"),
    "key-functions": ("Functions", "功能选择"),
    "key-read": ("All read", "全部已读"),
    # devices
    "device-card": ("IC card", "IC 卡"),
    "device-ikey": ("Ikey", "Ikey"),
    "device-agent": ("SSH agent", "SSH 代理"),
    "device-file": ("Certificate file", "证书文件"),
    "device-none": ("no card: drafts only", "无卡：申报须用卡"),
    "device-out": ("{device} is out", "{device} 已拔出"),
    "pin-purpose-login": ("to log in", "登录"),
    "pin-purpose-again": ("to go on", "继续操作"),
    "pin-purpose-sign": ("to sign", "签名"),
    "pin-missed": (
        "{prompt}\nA wrong PIN was typed last time: type it with care.",
        "{prompt}\n上次输入的密码有误，请仔细输入。",
    ),
    "pin-for": ("{device}\n{purpose}", "{device}\n{purpose}"),
    # logging in
    "login-title": ("E-Port terminal", "电子口岸终端"),
    "login-gateway": ("Gateway: {origin}", "网关：{origin}"),
    "login-choose": ("Log in with", "登录方式"),
    "login-looking": ("Looking for cards and Ikeys …", "正在检测 IC 卡和 Ikey …"),
    "login-no-agent": (
        (
            "No SSH agent came along, so nothing can be signed here. To work with your card, leave, add it "
            "at your workstation (ssh-add -s MODULE) and connect with  ssh -A . To look only, log in with "
            "account and password."
        ),
        (
            "未转发 SSH 代理，无法在此签名。如需使用您的卡，请退出，在本地工作站用 ssh-add -s 模块 加入卡，"
            "再用  ssh -A  连接。仅需查看时，可用账号和密码登录。"
        ),
    ),
    "login-agent-unknown": (
        "You came by password, so the SSH agent is not used here. To sign, connect with your card's key.",
        "您以密码登录，此处不使用 SSH 代理。如需签名，请用卡的密钥连接。",
    ),
    "login-trying": ("Logging in …  Esc: stop", "正在登录 …  Esc 中止"),
    "login-waiting": (
        "{reason}; next try in {seconds} s.  Esc: stop",
        "{reason}；{seconds} 秒后重试。  Esc 中止",
    ),
    "login-stopped": ("Stopped.", "已中止。"),
    "login-role": (
        "There are no screens here for the role {role}.",
        "此处没有适用于角色“{role}”的界面。",
    ),
    "way-account": ("Account and password", "账号和密码"),
    "way-token": ("Account", "账号"),
    "login-file-title": ("Certificate file", "证书文件"),
    "login-file-name": ("File (.p12, .pfx)", "文件（.p12、.pfx）"),
    "login-file-secret": ("Passphrase", "口令"),
    "login-account-title": ("Account and password", "账号和密码"),
    "login-account-name": ("Account", "账号"),
    "login-account-secret": ("Password", "密码"),
    "secret-keys": ("Tab: next   Enter: accept   Esc: cancel", "Tab 下一项   Enter 确定   Esc 取消"),
    # tabs and windows
    "windows-title": ("Windows", "窗口"),
    "windows-left": ("Move to the left", "左移"),
    "windows-right": ("Move to the right", "右移"),
    "windows-close": ("Close this one", "关闭当前"),
    "windows-others": ("Close the others", "关闭其他"),
    "windows-all": ("Close all", "关闭全部"),
    # 功能选择
    "functions-title": ("Functions", "功能选择"),
    "functions-main": ("Main menu", "主菜单"),
    "functions-forward": ("Forward", "前进"),
    "functions-back": ("Back", "后退"),
    "functions-help": ("Help", "帮助"),
    "functions-about": ("About", "关于"),
    "functions-quit": ("Quit", "退出"),
    "about-title": ("About", "关于"),
    "about": (
        "E-Port gateway, terminal\nVersion {version}, of {date}\nGateway: {origin}",
        "电子口岸网关 终端\n版本 {version}，更新日期 {date}\n网关：{origin}",
    ),
    # what came later, and what was kept
    "agent-taken": (
        "Your card is here now, in the SSH agent: you can sign.",
        "已识别 SSH 代理中您的卡：可以签名。",
    ),
    "agent-not-taken": (
        "The key in your SSH agent cannot be used: {reason}",
        "无法使用 SSH 代理中的密钥：{reason}",
    ),
    "hand-legal": ("legal person", "法人卡"),
    "hand-operator": ("operator", "操作员卡"),
    "kept-waiting": ("{number} to send", "待发 {number}"),
    "kept-sending": ("sending {number}/{total}", "正在补发 {number}/{total}"),
    "kept-sent": (
        "{titles}: signed earlier and kept, now taken by the gateway.",
        "{titles}：此前已签名并保留，现已由网关接收。",
    ),
    "kept-refused": (
        "{titles}: signed earlier and kept, now refused by the gateway: {reason}",
        "{titles}：此前已签名并保留，现被网关拒绝：{reason}",
    ),
    "files-full": (
        "your area is full ({size} MB, {files} files): remove what you no longer need by sftp",
        "您的文件区已满（{size} MB、{files} 个文件）：请用 sftp 删除不再需要的文件",
    ),
    "incident": (
        (
            "Something failed beside this screen; you can work on. If something does not come any more, log "
            "in again; support finds it under number {number}."
        ),
        "后台发生故障，您可以继续工作。如有数据不再更新，请重新登录；请将编号 {number} 告知支持人员。",
    ),
    # help
    "help-title": ("Help", "帮助"),
    "help-keys": ("Keys here:", "此处可用的按键："),
    "help-login": (
        (
            "Choose with the arrow keys what to log in with, then press Enter. A card or Ikey that is put "
            "in is found at once. Its PIN is asked for when it is needed; three wrong ones lock it."
        ),
        (
            "用方向键选择登录方式，按 Enter 登录。插入的卡或 Ikey 会立即识别。需要时会提示输入密码，连续输错"
            "三次将锁死。"
        ),
    ),
    "help-home": (
        (
            "Every screen that you may open. Choose one with the arrow keys and Enter, by its number, or by "
            "its key. F6 shows the same menu beside any screen."
        ),
        "此处列出您可以打开的全部界面。用方向键和 Enter、序号或快捷键打开。按 F6 可在任何界面旁显示菜单。",
    ),
    "help-receipts": (
        (
            "Above is everything that was sent, the newest first; below are the receipts of the chosen one, "
            "with their times. Receipts arrive by themselves. What was not looked at yet is marked with *. "
            "Enter goes to the receipts and opens all that one says; Esc goes back."
        ),
        (
            "上方为已发送的全部单证，最新的在前；下方为所选单证的各个回执及时间。回执自动到达，未读的标有 *。"
            "按 Enter 进入回执，再按 Enter 查看全文；按 Esc 返回。"
        ),
    ),
    "help-shell": (
        (
            "Open screens are tabs: F7 and F8 go through them, F3 lists them by number, moves and closes "
            "them. F2 changes the language at any time."
        ),
        "打开的界面以标签页显示：F7、F8 切换，F3 按序号列出、移动和关闭。F2 可随时切换语言。",
    ),
    # main menu
    "home-welcome": ("{name}, {party}", "{name}，{party}"),
    "home-drafts": (
        "Forms that were not finished and are kept: {number}. Press D to see them.",
        "有 {number} 份未完成的单证已保留：按 D 查看。",
    ),
    "home-certificate": (
        "Your certificate ends on {date}: ask the card office for a new one.",
        "您的证书将于 {date} 到期：请联系制卡中心更换。",
    ),
    "key-drafts": ("Kept forms", "保留的单证"),
    # status bar
    "status-up": ("Gateway OK", "网关正常"),
    "status-trying": ("Gateway lost, trying", "网关中断，正在重试"),
    "status-down": ("Gateway lost, {seconds} s", "网关中断，{seconds} 秒后重试"),
    "status-unread": ("New receipts: {number} F9", "新回执 {number} F9"),
    # the gateway
    "line-down": (
        "The gateway does not answer: {reason}. What you type is kept; it is tried again by itself.",
        "网关无应答：{reason}。您的输入会保留，系统将自动重试。",
    ),
    "line-up": ("The gateway answers again.", "网关已恢复。"),
    "session-ended": (
        "Your session at the gateway has ended: {reason}. Log in again to go on; nothing typed is lost.",
        "您与网关的会话已结束：{reason}。请重新登录以继续；已录入的内容不会丢失。",
    ),
    "session-again": ("Log in again", "重新登录"),
    "session-other": (
        "That is somebody else ({who}). Only who began goes on here; quit to change.",
        "这是另一位用户（{who}）。只有原用户才能继续；如需更换，请退出。",
    ),
    # the card
    "card-title": ("The card is out", "卡已拔出"),
    "card-out": (
        "{reason}\n\nEverything is closed for input until {device} is back.",
        "{reason}\n\n在插回 {device} 之前，所有界面均不能录入。",
    ),
    "agent-out": (
        (
            "The card of {who} ({card}) is no longer connected: it was taken out of its reader at your own "
            "computer, or the program there that signs for you (the SSH agent) was ended.\n\n"
            "At your own computer:\n"
            "  1. put the same card back into the reader;\n"
            "  2. add it to the SSH agent again, as before you logged in, and type its PIN.\n\n"
            "It is noticed here by itself. Until then everything is closed for input; nothing typed is lost."
            "\n\nFor whoever set it up: ssh-add -e MODULE, then ssh-add -s MODULE; key {key}"
        ),
        (
            "{who} 的{card}已断开：卡已从您本机的读卡器中拔出，或本机上代为签名的程序（SSH 代理）已退出。\n\n"
            "请在您本机：\n"
            "  1. 把同一张卡插回读卡器；\n"
            "  2. 与登录前一样，把卡重新加入 SSH 代理，并输入卡的密码。\n\n"
            "完成后此处会自动识别。在此之前，所有界面均不能录入；已录入的内容不会丢失。\n\n"
            "技术人员参考：先 ssh-add -e 模块，再 ssh-add -s 模块；密钥 {key}"
        ),
    ),
    "agent-out-title": ("The card is not connected", "卡已断开"),
    "agent-waiting": ("Waiting for the card in the SSH agent …", "等待卡重新加入 SSH 代理 …"),
    "agent-out-device": ("{device}: not connected", "{device}：已断开"),
    "card-waiting": ("Waiting for the card …", "等待插卡 …"),
    "card-checking": ("Looking at the card …", "正在检查卡 …"),
    "card-keys": ("F5: look again   F10: quit", "F5 重新检测   F10 退出"),
    "card-take-out": ("Please take out {device}.", "请取出 {device}。"),
    # kept forms
    "drafts-title": ("Forms that were not finished", "未完成的单证"),
    "drafts-told": (
        "These were kept when a terminal ended. Enter opens one; those left stay here until you want them.",
        "终端结束时保留了以下单证。按 Enter 打开；其余的会继续保留。",
    ),
    "drafts-form": ("Form", "单证"),
    "drafts-number": ("Number", "编号"),
    "drafts-time": ("Kept at", "保留时间"),
    "drafts-open": ("Open", "打开"),
    "drafts-all": ("Open all", "全部打开"),
    "drafts-drop": ("Throw away", "丢弃"),
    "drafts-later": ("Later", "以后再说"),
    "drafts-sure": ("Throw {title} away? It cannot be had back.", "确定丢弃 {title}？丢弃后无法恢复。"),
    "drafts-not-here": (
        "No screen here opens {code}; it stays kept.",
        "此处没有可打开 {code} 的界面；该单证继续保留。",
    ),
    "drafts-failed": (
        "What you typed cannot be kept: {reason}",
        "无法保留您的输入：{reason}",
    ),
    # receipts
    "receipts-heading": ("Receipts", "回执"),
    "receipts-number": ("Number", "编号"),
    "receipts-case": ("Case no.", "统一编号"),
    "receipts-type": ("Type", "报文类型"),
    "receipts-state": ("State", "状态"),
    "receipts-time": ("Time", "时间"),
    "receipts-info": ("Said", "说明"),
    "receipts-none": ("Nothing was sent yet, and no receipt has come.", "尚未发送单证，也没有回执。"),
    "receipts-waiting": ("sent, no receipt yet", "已发送，等待回执"),
    "receipts-unanswered": ("not answered yet", "尚未应答"),
    "receipts-refused": ("refused ({code})", "被拒绝（{code}）"),
    "receipts-accepted": ("taken by the gateway", "网关已接收"),
    "receipts-came": ("New receipt: {title} {label}", "新回执：{title} {label}"),
    # the end
    "quit-title": ("Quit", "退出"),
    "quit-sure": ("Leave the terminal?", "确定退出终端？"),
    "quit-unsaved": (
        "Not finished: {titles}. They are kept and offered at the next login.",
        "未完成：{titles}。这些内容会保留，下次登录时可以继续。",
    ),
    "quit-take-out": ("Do not forget to take out {device}.", "请记得取出 {device}。"),
    "close-sure": (
        "{title}: what was typed is not saved. Close it all the same?",
        "{title}：录入的内容尚未保存。仍要关闭吗？",
    ),
}
