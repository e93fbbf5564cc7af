"""What the registration screen says (注册)."""

from __future__ import annotations

from terminals.sentences import Sentences

SENTENCES: Sentences = {
    "key-register": ("Register", "注册"),
    "register-title": ("Register an account", "注册账号"),
    "register-send": ("Register", "提交注册"),
    "register-back": ("Back", "返回"),
    "register-role": ("Registers as (Space)", "注册类型（空格切换）"),
    "register-copCode": ("Registration number", "登记编号"),
    "register-name": ("Name of the organisation", "单位名称"),
    "register-contact": ("Contact person", "联系人"),
    "register-telephone": ("Telephone (optional)", "电话（选填）"),
    "register-mail": ("E-mail, your account", "电子邮箱（即账号）"),
    "register-password": ("Password", "密码"),
    "register-again": ("Password again", "再次输入密码"),
    "register-kept": ("{label} (typed)", "{label}（已输入）"),
    "register-code": ("Code from the e-mail", "邮件中的验证码"),
    "register-looking": ("Asking the gateway …", "正在查询网关 …"),
    "register-how-mail": (
        (
            "Fill in and press Ctrl+S. A code is sent to the address; enter it in the last field. "
            "Password: 12 to 64 characters."
        ),
        "填写后按 Ctrl+S 提交。验证码将发到邮箱，请填入最后一栏。密码 12 至 64 个字符。",
    ),
    "register-how-queue": (
        "Fill in and press Ctrl+S. The operator of the gateway then decides. Password: 12 to 64 characters.",
        "填写后按 Ctrl+S 提交，由运营方审批。密码 12 至 64 个字符。",
    ),
    "register-closed": (
        "Nobody registers himself at this gateway: ask its operator for an account.",
        "本网关不开放自助注册，请联系运营方开通账号。",
    ),
    "register-sending": ("Sending …", "正在提交 …"),
    "register-sent": (
        (
            "A letter is on its way to {mail}. Enter its code in the last field and press Enter. What you "
            "typed stays here; without a letter, look into the spam folder or register again."
        ),
        (
            "邮件已发往 {mail}。请将验证码填入最后一栏并按 Enter。"
            "已填内容保留；未收到邮件时请查看垃圾邮件或重新提交。"
        ),
    ),
    "register-queued": (
        "Filed. The operator decides; log in as {mail} once it is approved.",
        "已提交，待运营方审批；审批通过后以 {mail} 登录。",
    ),
    "register-filed": (
        (
            "Filed already, and not sent again: the operator decides about {mail}. Esc goes back. To file "
            "something else, change it first."
        ),
        "{mail} 的申请已提交，未重复提交，请等待运营方审批。按 Esc 返回；修改内容后可再次提交。",
    ),
    "register-approved": (
        "Registered. Log in as {mail} with your password.",
        "注册成功。请以账号 {mail} 和密码登录。",
    ),
    "register-pending": (
        (
            "The address is proven. This registration number has an account holder already, so the operator "
            "decides; log in as {mail} once it is approved."
        ),
        "邮箱已验证。该登记编号已有用户，须由运营方审批；审批通过后以 {mail} 登录。",
    ),
    "register-taken": (
        "Not registered: the address has an account already, or the operator has refused.",
        "未注册：该邮箱已有账号，或运营方未予通过。",
    ),
    "register-code-wrong": (
        (
            "The code or the password is wrong, or the code is too old. The password is the one you chose "
            "when you registered."
        ),
        "验证码或密码不正确，或验证码已过期。密码须为注册时设置的密码。",
    ),
    "register-code-missing": ("Enter the code from the e-mail.", "请填写邮件中的验证码。"),
    "register-later": (
        "Too many registrations at the moment. Try again in {minutes} min; what you typed stays here.",
        "注册请求过多，请 {minutes} 分钟后再试；已填内容保留。",
    ),
    "register-refused": ("The gateway does not take it: {info}", "网关未接受：{info}"),
    "register-wrong-role": (
        "Choose as what you register: Space takes the next.",
        "请选择注册类型：按空格键切换。",
    ),
    "register-wrong-copCode": (
        "Registration number: 10 digits or capital letters.",
        "登记编号须为 10 位数字或大写字母。",
    ),
    "register-wrong-name": (
        "Name of the organisation: 1 to 100 characters.",
        "单位名称须为 1 至 100 个字符。",
    ),
    "register-wrong-contact": ("Contact person: 1 to 100 characters.", "联系人须为 1 至 100 个字符。"),
    "register-wrong-telephone": (
        "Telephone: 5 to 40 digits, +, -, brackets or blanks, or nothing.",
        "电话须为 5 至 40 位数字、+、-、括号或空格，也可不填。",
    ),
    "register-wrong-mail": (
        "E-mail: an address such as name@example.com, at most 64 characters.",
        "电子邮箱格式应为 name@example.com，最多 64 个字符。",
    ),
    "register-password-length": ("The password needs 12 to 64 characters.", "密码须为 12 至 64 个字符。"),
    "register-password-mail": ("The password must not hold the e-mail address.", "密码不得包含电子邮箱。"),
    "register-differ": ("The two passwords differ: type both again.", "两次密码不一致，请重新输入。"),
    "help-register-account": (
        (
            "Register an account: fill in, Ctrl+S, then the code from the e-mail where one is sent. "
            "The account's name is the e-mail address. An account reads; what is sent is signed, by a card "
            "or a certificate, which the operator issues."
        ),
        (
            "注册账号：填写后按 Ctrl+S；网关发送验证码时，再填写邮件中的验证码。账号即电子邮箱。"
            "账号可查询；发送报文须用运营方签发的卡或证书签名。"
        ),
    ),
}
