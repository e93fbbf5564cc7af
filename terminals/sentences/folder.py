"""Sentences of the folder client: why a file was not sent, what stops it, what it does.

Knows the words only; refuses to know when they are said.
"""

from __future__ import annotations

from terminals.sentences import Sentences

SENTENCES: Sentences = {
    # the folders
    "folder-box-name": (
        (
            "'{name}' cannot be a folder's name: give NAME or NAME:DXPID,DXPID, without '/', '\\' or a "
            "leading dot."
        ),
        "“{name}”不能用作目录名：请写 名称 或 名称:DXPID,DXPID，不含 / 和 \\，不以点开头。",
    ),
    "folder-unusable": (
        "{file} cannot be used as a folder ({reason}): give this user the right to read and write there.",
        "{file} 不能用作目录（{reason}）：请为当前用户授予读写权限。",
    ),
    "folder-disks": (
        (
            "{box}: OutBox, SentBox, FailBox and InBox are on different disks. Put them on one: a file moves "
            "between them in one step, or it could be lost half way."
        ),
        (
            "{box}：OutBox、SentBox、FailBox、InBox 不在同一磁盘上。"
            "请放在同一磁盘：文件须一步移动，否则可能丢失。"
        ),
    ),
    "folder-taken": (
        "{root}: another folder client is at work there. Only one may be; stop it, or wait for its end.",
        "{root}：已有另一个目录客户端在运行。每个根目录只能运行一个；请停止它或等待其结束。",
    ),
    "folder-storage": (
        (
            "{file}: {reason}. The client stops; no file is lost. Make room there or mend the folder, and "
            "start it again: it goes on where it was."
        ),
        "{file}：{reason}。客户端停止，文件没有丢失。请清理磁盘或修复该目录后重新启动，将从中断处继续。",
    ),
    # a file that is not sent
    "folder-link": (
        "{file}: is a link to another file; links are not followed. Put the file itself here.",
        "{file}：是指向其他文件的链接，不予读取。请放入文件本身。",
    ),
    "folder-not-plain": (
        "{file}: is no plain file. Put an .xml or .zip file here.",
        "{file}：不是普通文件。请放入 .xml 或 .zip 文件。",
    ),
    "folder-too-large": (
        "{file}: has {size} bytes; {limit} are the most. Send less in one message.",
        "{file}：共 {size} 字节，最多 {limit} 字节。请减少单个报文的内容。",
    ),
    "folder-zip-broken": (
        "{file}: cannot be unpacked ({reason}). Pack the one .xml again, as a plain zip.",
        "{file}：无法解压（{reason}）。请将该 .xml 重新压缩为普通 zip。",
    ),
    "folder-zip-count": (
        "{file}: holds {count} entries; a zip holds exactly one .xml with its own name.",
        "{file}：包含 {count} 个条目；zip 中只能有一个同名的 .xml。",
    ),
    "folder-zip-name": (
        "{file}: holds '{found}' where '{wanted}' must be. Name the .xml as the zip, and pack no folder.",
        "{file}：其中是“{found}”，应为“{wanted}”。.xml 须与 zip 同名，且不含目录。",
    ),
    "folder-zip-locked": (
        "{file}: is encrypted. Pack it without a password.",
        "{file}：已加密。请勿设置压缩密码。",
    ),
    "folder-zip-large": (
        "{file}: unpacks to more than {limit} bytes. Send less in one message.",
        "{file}：解压后超过 {limit} 字节。请减少单个报文的内容。",
    ),
    "folder-refused": ("REFUSED {code} {info}", "被拒绝 {code} {info}"),
    "folder-refused-for": ("REFUSED {code} {words}: {info}", "被拒绝 {code} {words}：{info}"),
    "folder-certificate": (
        (
            "The gateway does not take this certificate ({code} {info}). Nothing more is sent; files stay in "
            "OutBox. Have the certificate renewed or registered, then start again."
        ),
        "网关不接受该证书（{code} {info}）。不再发送，文件留在 OutBox。请更换或登记证书后重新启动。",
    ),
    # what it does
    "folder-started": (
        "Watching {root}: {boxes}. Signed by {who}.",
        "正在监视 {root}：{boxes}。签名者：{who}。",
    ),
    "folder-strange": (
        "{file}: is neither .xml nor .zip and stays where it is.",
        "{file}：既不是 .xml 也不是 .zip，保留在原处。",
    ),
    "folder-came": ("{file}: came in.", "{file}：已收到。"),
    "folder-signer-back": (
        "What signs is there again; going on.",
        "签名设备已恢复，继续处理。",
    ),
    "folder-stopping": (
        "Stopping: what is under way is finished first.",
        "正在停止：先完成处理中的文件。",
    ),
    "folder-stopped": (
        "Stopped. Accepted: {accepted}. In FailBox: {failed}.",
        "已停止。已接受：{accepted} 份；FailBox：{failed} 份。",
    ),
    "folder-progress": ("files", "文件"),
    "reason-said": ("{reason}", "{reason}"),
}
