"""Sentences about what a command was given, and about signatures on documents.

Knows the words only; refuses to know when they are said.
"""

from __future__ import annotations

from terminals.sentences import Sentences

SENTENCES: Sentences = {
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
            "{file}: the root element is {root}; this command reads a business message, a DxpMsg, a DxpRep "
            "or a page of receipts."
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
    "empty-page": (
        "{file}: a page without receipts; nothing to verify.",
        "{file}：空的回执页，无可验证内容。",
    ),
    # tui
    "tui-no-terminal": (
        (
            "the terminal needs a screen and a keyboard: run it in a terminal window; for programs there "
            "are the other commands (eport-terminal --help)"
        ),
        "该命令需要屏幕和键盘：请在终端窗口中运行；程序可使用其他命令（eport-terminal --help）",
    ),
}
