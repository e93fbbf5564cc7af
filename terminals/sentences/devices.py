"""Sentences about what signs: card, Ikey, agent, certificate, virtual card; and the doctor's.

Knows the words only; refuses to know when they are said. What a device says itself is in hardware.
"""

from __future__ import annotations

from terminals.sentences import Sentences

SENTENCES: Sentences = {
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
    "pin-missed": (
        (
            "{device}: a wrong PIN was given last time, perhaps this very one, so the PIN in the file is not "
            "tried: a PIN typed right, without --pin-file, makes it usable again."
        ),
        (
            "{device}：上次输入的密码错误，可能正是文件中的密码，因此不再使用该文件；"
            "不带 --pin-file 并正确输入一次密码即可恢复。"
        ),
    ),
    "take-out": ("Take the card or Ikey out: {device}.", "请取出 IC 卡或 Ikey：{device}。"),
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
    "virtual-open": (
        (
            "  ! Namespaces are not allowed here, so the readers' ports are open to the network: whoever "
            "reaches them can put a card of his own in. Keep to PINs that are good for nothing else."
        ),
        (
            "  ! 此处不允许使用命名空间，虚拟读卡器的端口对网络开放，任何人都可能插入自己的卡；"
            "请勿输入在别处使用的密码。"
        ),
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
            "  agent          put it into an SSH agent, for ssh -A\n"
            "  quit           end\n"
            "The second reader: in NAME 2, out 2, unlock 2, agent 2."
        ),
        (
            "在此输入：\n"
            "  out            拔卡\n"
            "  in             插回\n"
            "  in 名称        插入演示中其他持卡人的卡；空白卡为 in blank\n"
            "  status         查看读卡器中的卡及剩余次数\n"
            "  unlock         解锁（如同制卡中心使用解锁码）\n"
            "  agent          加入 SSH 代理，供 ssh -A 使用\n"
            "  quit           退出\n"
            "第二个读卡器：in 名称 2，out 2，unlock 2，agent 2。"
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
    "virtual-other-puk": (
        "This card's PUK is another by now: eport-gateway card unlock NUMBER asks for it.",
        "该卡的解锁码（PUK）已更改：请使用 eport-gateway card unlock 卡号，并输入新的解锁码。",
    ),
    "virtual-agent-pin": (
        "ssh-add puts {card} into an SSH agent and wants the card's PIN (here {pin}).",
        "ssh-add 将 {card} 加入 SSH 代理，请输入卡的密码（此处为 {pin}）。",
    ),
    "virtual-agent-in": (
        "The SSH agent holds the card. In another window, in front of ssh -A:\n  SSH_AUTH_SOCK={socket}",
        "SSH 代理已持有该卡。请在另一个窗口的 ssh -A 命令前加上：\n  SSH_AUTH_SOCK={socket}",
    ),
    "virtual-agent-not": (
        (
            "The SSH agent does not hold the card. Was the PIN wrong? Type status for the tries left, agent "
            "to try again."
        ),
        "SSH 代理未能加入该卡。密码是否有误？status 可查看剩余次数，agent 可重试。",
    ),
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
}
