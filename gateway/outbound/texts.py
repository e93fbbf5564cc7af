"""What is written to somebody who registers: one line for the subject, then the text, in both languages.

Knows words only; refuses to know when they are said. What an applicant has typed is in none of them: a letter
to a stranger's address says nothing that another stranger has chosen.
"""

from __future__ import annotations

from datetime import datetime

from messages.wire import CST

Letter = tuple[str, tuple[str, str]]
"""Subject, and the body in Chinese and in English."""


def proof(token: str, until: datetime) -> Letter:
    """The token that proves an address."""
    ends = f"{until.astimezone(CST):%Y-%m-%d %H:%M}"
    zh = (
        f"有人用本邮箱注册账号。若是您本人，请在注册页面输入验证码：\n\n    {token}\n\n"
        f"验证码只能使用一次，北京时间 {ends} 前有效，还须输入注册时设置的密码。若非本人操作，请忽略本邮件。"
    )
    en = (
        "Somebody has registered an account with this address. If it was you, enter this code on the "
        f"registration screen:\n\n    {token}\n\nIt is good once, until {ends} (China), and together with "
        "the password that was chosen then. If it was not you, do nothing."
    )
    return "注册验证码 / Registration code", (zh, en)


def known() -> Letter:
    """The address has an account already."""
    zh = (
        "有人用本邮箱注册账号，但本邮箱已有账号，未新建账号。若是您本人，请直接登录；忘记密码请联系运营方。"
        "若非本人操作，请忽略本邮件。"
    )
    en = (
        "Somebody has registered with this address, which has an account already: none was made. If it was "
        "you, log in; if you have forgotten the password, ask the operator. If it was not you, do nothing."
    )
    return "注册提示 / Registration", (zh, en)


def approved(account: str) -> Letter:
    """An operator has approved."""
    return "注册已通过 / Registration approved", (
        f"注册申请已通过。请用账号 {account} 和注册时设置的密码登录。",
        f"Your registration is approved. Log in as {account} with the password that you chose.",
    )


def refused(reason: str) -> Letter:
    """An operator has refused."""
    return "注册未通过 / Registration refused", (
        f"注册申请未通过。原因：{reason}",
        f"Your registration is refused. The reason: {reason}",
    )
