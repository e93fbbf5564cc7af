"""Sentences of the SSH host: what somebody reads who is let in, refused, or whose session ends.

Knows the words only; refuses to know when they are said.
"""

from __future__ import annotations

from terminals.sentences import Sentences

SENTENCES: Sentences = {
    # how a session ends
    "host-broken": (
        "The terminal has failed; nothing of your data is shown here. Tell support this number: {number}",
        "终端发生故障；此处不显示任何数据。请将编号告知支持人员：{number}",
    ),
    "host-died": (
        "The terminal ended unexpectedly ({signal}). What you typed and left was kept; log in again.",
        "终端意外结束（{signal}）。已离开的输入内容已保留，请重新登录。",
    ),
    "host-stopping": (
        "The terminal host is being stopped. What you typed is kept; log in again in a few minutes.",
        "终端主机即将停止。您的输入已保留，请几分钟后重新登录。",
    ),
    "host-idle": (
        "Nothing was typed for {minutes} min: the session was closed. What you typed is kept.",
        "已有 {minutes} 分钟没有操作，会话已关闭。您的输入已保留。",
    ),
    "host-revoked": (
        "Your card or certificate may not be used any more: the session was closed. What you typed is kept.",
        "您的卡或证书已不能继续使用，会话已关闭。您的输入已保留。",
    ),
    # why none begins
    "host-no-command": (
        "There is no shell and no command here: connect with a terminal (ssh -t), or use sftp for files.",
        "此处不提供命令行：请用终端连接（ssh -t），传输文件请用 sftp。",
    ),
    "host-newcomers": (
        "Too many people are registering at this host. Try again later.",
        "本主机当前注册人数过多，请稍后再试。",
    ),
    "host-newcomer-time": (
        "The time for registering is over: connect again. A code that was sent by e-mail is still good.",
        "注册时间已到，请重新连接。已发送的邮件验证码仍然有效。",
    ),
    "host-too-many": (
        "Too many sessions are open ({which}). Close one, or try again later.",
        "打开的会话过多（{which}）。请关闭一个，或稍后再试。",
    ),
    "host-many-yours": ("yours: {limit}", "您的上限：{limit}"),
    "host-many-all": ("of everybody: {limit}", "总上限：{limit}"),
    "host-not-ready": (
        "The terminal cannot be started now. Try again in a minute.",
        "终端暂时无法启动，请稍后再试。",
    ),
    # the host itself
    "host-key": (
        "The host key {file} cannot be used: {reason}",
        "主机密钥 {file} 无法使用：{reason}",
    ),
    "host-running": (
        "Another terminal host serves {folder}: stop it first.",
        "另一个终端主机正在使用 {folder}：请先停止它。",
    ),
    # logging in
    "host-no-gateway": (
        "The gateway cannot be reached now, so nobody can be let in. Try again in a minute.",
        "网关暂时无法连接，无法登录。请稍后再试。",
    ),
    "host-keys": (
        "Too many keys are offered from your address: try again in a minute.",
        "您的地址提供的密钥过多，请一分钟后再试。",
    ),
    "host-wait": (
        "Too many failed logins: wait {seconds} s.",
        "登录失败次数过多，请等待 {seconds} 秒。",
    ),
}
