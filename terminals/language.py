"""What the terminal's commands say, in English and Chinese, one entry a sentence.

Knows the two languages and how a locale names them; refuses to know when a sentence is said. An entry's
placeholders are the same in both languages; `say` fills them.
"""

from __future__ import annotations

from collections.abc import Mapping

LANGUAGES = ("en", "zh")

_SENTENCES: dict[str, tuple[str, str]] = {
    # what a command was given
    "file-unreadable": (
        "{file}: cannot be read ({reason}); check the name and the permissions.",
        "{file}：无法读取（{reason}）；请检查文件名和权限。",
    ),
    "file-unwritable": (
        "{file}: cannot be written ({reason}); check the folder and the permissions.",
        "{file}：无法写入（{reason}）；请检查文件夹和权限。",
    ),
    "not-xml": (
        "{file}: not a document that can be sent: {reason}. Correct it and send it again.",
        "{file}：不是可发送的文档：{reason}。请更正后重新发送。",
    ),
    "not-a-message": (
        (
            "{file}: the root element is {root}, but a business message's name ends in 'Message'. Give a "
            "business message or a DxpMsg."
        ),
        "{file}：根元素为 {root}，而业务报文的根元素名应以 Message 结尾。请提供业务报文或 DxpMsg。",
    ),
    "unknown-kind": (
        (
            "{file}: the root element is {root}; this command reads a business message, a DxpMsg, a "
            "DxpRep or a page of receipts."
        ),
        "{file}：根元素为 {root}；本命令可读取业务报文、DxpMsg、DxpRep 或回执页。",
    ),
    "not-signed": (
        "{file}: --as-is was given, but the message has no signature. Leave it out to sign here.",
        "{file}：使用了 --as-is，但报文没有签名。去掉 --as-is 即可在此签名。",
    ),
    "fresh-as-is": (
        "{file}: --fresh changes what was signed; it cannot be used with --as-is or with a DxpMsg.",
        "{file}：--fresh 会改变已签名的内容，不能与 --as-is 或 DxpMsg 同时使用。",
    ),
    "sign-failed": (
        "{file}: not signed: {reason}",
        "{file}：未签名：{reason}",
    ),
    "setting-missing": (
        "No {name} is known. Give {option}, set {variable}, or write it into {config}.",
        "缺少{name}。请使用 {option}、设置 {variable}，或写入 {config}。",
    ),
    "setting-unknown": (
        "{config}: '{name}' is not a setting; there are {known}. Passwords stay in their own files.",
        "{config}：没有“{name}”这一设置；可用设置为 {known}。密码应放在单独的文件中。",
    ),
    "setting-wrong": (
        "{name}: '{value}' is none of {known}.",
        "{name}：“{value}”不在可用值 {known} 之内。",
    ),
    "config-unreadable": (
        "{config}: not readable as TOML ({reason}); correct it.",
        "{config}：无法按 TOML 读取（{reason}）；请更正。",
    ),
    "profile-unknown": (
        "{config} has no profile '{name}'; it has: {known}.",
        "{config} 中没有配置“{name}”；现有：{known}。",
    ),
    "demo-unreadable": (
        "{file}: not a demo home's list of parties ({reason}); make one with `eport-gateway init --demo`.",
        "{file}：不是演示目录的企业清单（{reason}）；请用 `eport-gateway init --demo` 生成。",
    ),
    "demo-unknown": (
        "{file} has nobody called or in the role of '{name}'; it has: {known}.",
        "{file} 中没有名称或角色为“{name}”的单位；现有：{known}。",
    ),
    "url-wrong": (
        "'{url}' is not the address of a gateway; write it as https://host:port.",
        "“{url}”不是网关地址；请写成 https://主机:端口。",
    ),
    "ca-wrong": (
        "{file}: holds no CA certificate that can be read ({reason}); give the PEM file of the gateway's CA.",
        "{file}：没有可读取的 CA 证书（{reason}）；请提供网关 CA 的 PEM 文件。",
    ),
    "crl-wrong": (
        "{file}: holds no certificate revocation list that can be read ({reason}); give it as PEM.",
        "{file}：没有可读取的证书吊销列表（{reason}）；请提供 PEM 文件。",
    ),
    "password-file": (
        "{file}: the password cannot be read ({reason}).",
        "{file}：无法读取密码（{reason}）。",
    ),
    "certificate-file": (
        "the certificate file does not open: {reason}",
        "证书文件无法打开：{reason}",
    ),
    "certificates-unreadable": (
        "{file}: holds no certificate that can be read ({reason}); give the holder's as PEM.",
        "{file}：没有可读取的证书（{reason}）；请提供持有人证书的 PEM 文件。",
    ),
    # the card, the Ikey, the agent
    "not-signed-by": ("Cannot sign: {reason}.", "无法签名：{reason}。"),
    "certificate-ends": (
        (
            "The certificate {serial} of {who} ends on {date} (days left: {days}). Have it renewed before "
            "then, by the card office (制卡中心) or whoever issued the certificate file."
        ),
        (
            "{who} 的证书 {serial} 将于 {date} 到期（剩余 {days} 天）。"
            "请在此之前由制卡中心（或证书文件的签发单位）更换。"
        ),
    ),
    "certificate-ended": (
        (
            "the certificate {serial} of {who} ended on {date}, and no gateway takes what is signed with it: "
            "have it renewed. This machine's clock says {now}; set it if that is wrong"
        ),
        (
            "{who} 的证书 {serial} 已于 {date} 到期，网关不再接受其签名：请更换证书。"
            "本机时间为 {now}，如不正确请校准"
        ),
    ),
    "certificate-early": (
        (
            "the certificate {serial} of {who} is not valid before {date}, and this machine's clock says "
            "{now}: set the clock if it is wrong, else wait"
        ),
        "{who} 的证书 {serial} 自 {date} 起生效，本机时间为 {now}：如时间不正确请校准，否则请等待生效",
    ),
    "pin-prompt": ("PIN of {device}{tries}{purpose}", "请输入 {device} 的密码{tries}{purpose}"),
    "pin-tries": (" (tries left {tries})", "（还可试 {tries} 次）"),
    "pin-purpose": (", to sign {what}", "，用于签署 {what}"),
    "pin-login": ("the login", "登录"),
    "pin-nobody": (
        "A PIN is wanted, and there is nobody to ask: run it in a terminal, or give --pin-file.",
        "需要输入密码，但当前无法交互：请在终端中运行，或使用 --pin-file。",
    ),
    "pin-spared": (
        (
            "{device}: only {tries} of its tries are left, so the PIN in the file is not tried: a PIN typed "
            "right, without --pin-file, brings the others back."
        ),
        (
            "{device}：只剩 {tries} 次尝试机会，因此不使用文件中的密码；"
            "不带 --pin-file 并正确输入一次密码即可恢复。"
        ),
    ),
    "take-out": ("Done. Take the card or Ikey out: {device}.", "操作结束，请取出 IC 卡或 Ikey：{device}。"),
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
    # signing and verifying
    "signed": ("{file}: signed by {who}, written to {output}", "{file}：已由 {who} 签名，写入 {output}"),
    "verify-head": ("{file}: {kind}", "{file}：{kind}"),
    "kind-business": ("business message {type}", "业务报文 {type}"),
    "kind-envelope": ("DxpMsg from {sender}, holding {type}", "来自 {sender} 的 DxpMsg，内含 {type}"),
    "kind-reply": ("DxpRep (reply of the gateway)", "DxpRep（网关应答）"),
    "kind-receipt": ("receipt {type}", "回执 {type}"),
    "verify-signature": ("  signature   {mark}  {detail}", "  签名      {mark}  {detail}"),
    "verify-signer": ("  signer          {who}", "  签名人          {who}"),
    "verify-card": ("  card            {card}", "  卡类型          {card}"),
    "verify-chain": ("  chain, date {mark}  {detail}", "  证书链、有效期 {mark}  {detail}"),
    "verify-gateway": ("  gateway EKU {mark}  {detail}", "  网关用途  {mark}  {detail}"),
    "card-": ("none (certificate file)", "无卡（证书文件）"),
    "card-legal": ("legal-person card", "法人卡"),
    "card-operator": ("operator card", "操作员卡"),
    "holds": ("ok", "通过"),
    "fails": ("FAILS", "不通过"),
    "gateway-yes": ("only gateways get this certificate", "该证书仅签发给网关"),
    "gateway-no": ("not a gateway's certificate", "不是网关证书"),
    "at": ("on {date}", "截至 {date}"),
    # the virtual card
    "virtual-folder": (
        "Say where the virtual card is to be: --demo HOME of a demo gateway, or --folder DIR.",
        "请指明虚拟卡的位置：演示网关目录 --demo HOME，或 --folder DIR。",
    ),
    "virtual-failed": ("No virtual card: {reason}.", "虚拟卡不可用：{reason}。"),
    "virtual-key": (
        "{file}: its key is neither RSA of 2048 bits nor P-256 or P-384, and no such card takes another.",
        "{file}：密钥既不是 2048 位 RSA，也不是 P-256 或 P-384，虚拟卡不支持其他密钥。",
    ),
    "virtual-ready": (
        "A virtual card is in a virtual reader, as long as this command runs:",
        "虚拟卡已插入虚拟读卡器，本命令运行期间有效：",
    ),
    "virtual-pins": (
        "     PIN {pin} (three wrong ones lock the card), PUK {puk} (unlocks it)",
        "     密码（PIN）{pin}（连续输错三次即锁死），解锁码（PUK）{puk}",
    ),
    "virtual-pins-kept": (
        (
            "     the card of last time, as it was left; made with PIN {pin}, PUK {puk}; "
            "--new makes a fresh one"
        ),
        "     这是上次的卡，状态保持不变；初始密码（PIN）{pin}，解锁码（PUK）{puk}；如需新卡请加 --new",
    ),
    "virtual-command": ("In another window:\n  {command}", "请在另一个窗口中运行：\n  {command}"),
    "virtual-words": (
        (
            "Type here:\n"
            "  out            take the card out\n"
            "  in             put it back\n"
            "  in NAME        put in the card of another holder of the demo, or a blank one: in blank\n"
            "  status         what is in the readers, and the tries left\n"
            "  unlock         do what the card office (制卡中心) does with the PUK\n"
            "  quit           end\n"
            "The second reader: in NAME 2, out 2, unlock 2."
        ),
        (
            "在此输入：\n"
            "  out            拔卡\n"
            "  in             插回\n"
            "  in 名称        插入演示中其他持卡人的卡；空白卡为 in blank\n"
            "  status         查看读卡器中的卡及剩余次数\n"
            "  unlock         解锁（如同制卡中心使用解锁码）\n"
            "  quit           退出\n"
            "第二个读卡器：in 名称 2，out 2，unlock 2。"
        ),
    ),
    "virtual-in": (
        "  {number}  {reader}: {card}\n     {who}\n     tries left: PIN {pin}, PUK {puk}",
        "  {number}  {reader}：{card}\n     {who}\n     剩余次数：PIN {pin}，PUK {puk}",
    ),
    "virtual-in-blank": (
        "  {number}  {reader}: {card}, without keys\n     tries left: PIN {pin}, PUK {puk}",
        "  {number}  {reader}：{card}，未制卡\n     剩余次数：PIN {pin}，PUK {puk}",
    ),
    "virtual-empty": ("  {number}  {reader}: empty", "  {number}  {reader}：无卡"),
    "virtual-locked": (
        "     LOCKED: the card office (制卡中心) unlocks it; here, type unlock",
        "     已锁死：应由制卡中心解锁；在此可输入 unlock",
    ),
    "virtual-unlocked": ("Unlocked; the PIN is {pin} again.", "已解锁，密码（PIN）恢复为 {pin}。"),
    "virtual-occupied": (
        "{reader} has a card already: take it out first (out {number}).",
        "{reader} 中已有卡：请先拔出（out {number}）。",
    ),
    "virtual-end": (
        "The readers are gone. The cards are kept in {folder}, as they are.",
        "读卡器已移除。卡保存在 {folder}，状态不变。",
    ),
    # doctor
    "doctor-usable": ("Can sign: {names}", "可用于签名：{names}"),
    "doctor-unusable": (
        "Nothing can sign here yet: mend what is marked X.",
        "目前没有可用于签名的设备：请处理标有 X 的项目。",
    ),
    "empty-page": (
        "{file}: a page without receipts; nothing to verify.",
        "{file}：空的回执页，无可验证内容。",
    ),
}


def language(environ: Mapping[str, str], chosen: str | None = None) -> str:
    """'zh' or 'en': what was chosen, else EPORT_LANG, else the locale's variables in POSIX order."""
    for value in (chosen, *(environ.get(name) for name in ("EPORT_LANG", "LC_ALL", "LC_MESSAGES", "LANG"))):
        if value:
            return "zh" if value.lower().startswith("zh") else "en"
    return "en"


def say(lang: str, key: str, /, **values: object) -> str:
    """The sentence `key` in `lang`, its placeholders filled; raises KeyError for a sentence there is not."""
    english, chinese = _SENTENCES[key]
    return (chinese if lang == "zh" else english).format(**values)
