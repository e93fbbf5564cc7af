"""Sentences about the line to the gateway, logging in, sending and receipts.

Knows the words only; refuses to know when they are said.
"""

from __future__ import annotations

from terminals.sentences import Sentences

SENTENCES: Sentences = {
    # the line to the gateway
    "waiting": (
        "{origin}: {reason}; trying again in {seconds} s.",
        "{origin}：{reason}；{seconds} 秒后重试。",
    ),
    "no-answer": (
        (
            "{origin}: {reason}, and still so after {seconds} s. Is the gateway running, the address "
            "right? Run the command again later."
        ),
        "{origin}：{reason}，{seconds} 秒后仍然如此。请确认网关在运行、地址正确，稍后重试。",
    ),
    "reason-connect": ("no connection ({detail})", "无法连接（{detail}）"),
    "reason-left": ("the terminal ends", "终端正在退出"),
    "reason-timeout": ("no answer in time", "未及时应答"),
    "reason-broken": ("the connection broke before the answer ({detail})", "应答之前连接中断（{detail}）"),
    "reason-busy": ("the gateway is busy (HTTP {status})", "网关繁忙（HTTP {status}）"),
    "reason-fault": ("the gateway has a fault of its own (HTTP {status})", "网关内部故障（HTTP {status}）"),
    "tls-refused": (
        (
            "{origin}: the TLS certificate is refused ({detail}). Nothing was sent. Check the address "
            "and that --ca is the CA of this gateway."
        ),
        "{origin}：TLS 证书未通过验证（{detail}），未发送任何内容。请检查地址，并确认 --ca 是该网关的 CA。",
    ),
    "answer-too-long": (
        "{origin}: the answer is longer than {limit} bytes and was dropped.",
        "{origin}：应答超过 {limit} 字节，已丢弃。",
    ),
    "answer-unexpected": (
        "{origin}{path}: answered HTTP {status}: {detail}",
        "{origin}{path}：应答 HTTP {status}：{detail}",
    ),
    "answer-unreadable": (
        "{origin}{path}: the answer cannot be understood ({detail}). Is this the address of a gateway?",
        "{origin}{path}：应答无法理解（{detail}）。该地址是网关吗？",
    ),
    # logging in
    "nonce-refused": (
        (
            "{origin}: asked for a signature over something that is not a login nonce. It was not signed; "
            "do not use this gateway before its operators have explained it."
        ),
        "{origin}：要求签名的内容不是登录随机数，未予签名。在运维人员解释之前请勿使用该网关。",
    ),
    "login-refused": (
        "{origin}: the login as {who} was refused: {detail}",
        "{origin}：{who} 登录被拒绝：{detail}",
    ),
    "login-not-accepted": (
        "check the account and password, or the card, and log in again",
        "请检查账号和密码或卡，然后重新登录",
    ),
    "login-ok": (
        "{origin}: logged in as {who} (party {party}, role {role}); the session ends {expires}.",
        "{origin}：{who} 已登录（单位 {party}，角色 {role}）；会话到期时间 {expires}。",
    ),
    # sending
    "sending": ("sending", "正在发送"),
    "sending-again": (
        "{file}: sent before without an answer; the same signed bytes go out again.",
        "{file}：此前已发送但未得到应答；现以相同的签名内容重新发送。",
    ),
    "accepted": ("{file}: {code} {info}", "{file}：{code} {info}"),
    "accepted-id": ("  CopMsgId {id}", "  报文编号 CopMsgId {id}"),
    "refused": ("{file}: REFUSED {code} {info}", "{file}：被拒绝 {code} {info}"),
    "result": ("  {path} line {line}: {text} [{rule}]", "  {path} 第 {line} 行：{text} [{rule}]"),
    "result-whole": ("  {path}: {text} [{rule}]", "  {path}：{text} [{rule}]"),
    "kept": (
        (
            "{file}: no definitive answer. The signed message is kept; send the same file again, or run "
            "`eport-terminal send --pending`."
        ),
        "{file}：没有最终应答，已签名的报文已保存；请重新发送该文件，或用 `eport-terminal send --pending`。",
    ),
    "unsigned": (
        "Sent and answered: {sent}. Signed and kept without an answer: {kept}. Not signed: {count}, namely:",
        "已发送并得到应答：{sent} 份；已签名、保存待发：{kept} 份；未签名：{count} 份，如下：",
    ),
    "unsigned-file": ("  {file}", "  {file}"),
    "unsigned-next": (
        "Send these again, and only these, once that is mended. Nothing of them has left this machine.",
        "解决后请重新发送以上文件，且仅发送这些文件。其内容尚未发出。",
    ),
    "reply-unproven": (
        "An answer came, but it is not proven to be the gateway's: {reason}.",
        "收到应答，但无法证明来自网关：{reason}。",
    ),
    "reply-other": (
        "the answer is about other data (SHA-256 {digest})",
        "应答针对的是其他数据（SHA-256 {digest}）",
    ),
    "pending-none": ("No message is waiting for an answer.", "没有等待应答的报文。"),
    "pending-some": (
        "{count} earlier message(s) still have no answer; `eport-terminal send --pending` sends them again.",
        "还有 {count} 份先前的报文没有应答；`eport-terminal send --pending` 可重新发送。",
    ),
    "nothing-to-send": ("Give at least one file, or --pending.", "请至少给出一个文件，或使用 --pending。"),
    "wait-over": (
        (
            "{id}: no receipt {status} within {seconds} s; the latest is {latest}. Ask again with "
            "`eport-terminal status {id}`."
        ),
        (
            "{id}：{seconds} 秒内没有状态为 {status} 的回执；最近一次为 {latest}。可用 "
            "`eport-terminal status {id}` 再次查询。"
        ),
    ),
    "wait-refused": (
        "{id}: receipt {latest} came instead of {status}: {info}",
        "{id}：收到回执 {latest}，而不是 {status}：{info}",
    ),
    "none-yet": ("none yet", "尚无"),
    # receipts
    "receipt": (
        "{time}  {type}  {status} {label}  case {case}  message {id}  {info}",
        "{time}  {type}  {status} {label}  统一编号 {case}  原报文 {id}  {info}",
    ),
    "message-came": (
        "{time}  {type}  message from {sender}  {id}  signed by {who}",
        "{time}  {type}  来自 {sender} 的报文  {id}  签名人 {who}",
    ),
    "not-proven": (
        "NOT PROVEN  {type}  {id}: {reason}. Do not act on it; tell the gateway's operators.",
        "未经证实  {type}  {id}：{reason}。请勿据此办理，并告知网关运维人员。",
    ),
    "unreadable": (
        "{type}  {ori}  the whole message is refused  {id}  {info}",
        "{type}  {ori}  整份报文被拒收  {id}  {info}",
    ),
    "no-receipts": ("No new receipts.", "没有新的回执。"),
    "cursor": ("next cursor: {cursor}", "下一游标：{cursor}"),
    "state": ("{id}: {state}", "{id}：{state}"),
    "message-unknown": (
        "{id}: the gateway knows no such message of this party.",
        "{id}：网关没有本单位的该报文。",
    ),
}
