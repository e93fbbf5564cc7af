"""Sentences of forms that open only where they may be made, and of an enterprise's own screens.

Knows the words only; refuses to know when they are said.
"""

from __future__ import annotations

from terminals.sentences import Sentences

SENTENCES: Sentences = {
    # before a form opens
    "opened-asking": ("Asking the gateway whether this may be applied for now …", "正在核对当前能否办理……"),
    "opened-unasked": (
        (
            "Whether this may be applied for now could not be asked.\n\n{reason}\n\nIt is asked again as "
            "soon as the gateway is back, or when you press F5."
        ),
        "暂时无法核对能否办理。\n\n{reason}\n\n网关恢复后自动核对，也可按 F5 重试。",
    ),
    "opened-refused": (
        "{form} is not possible now:\n\n{reason}.\n\nF5 asks again.",
        "当前不能办理：{form}\n\n{reason}。\n\n按 F5 重新核对。",
    ),
    "opened-against": ("It cannot be declared now: {reason}", "当前不能申报：{reason}"),
    "opened-again": ("Ask again", "重新核对"),
    # an application
    "apply-kept": (
        (
            "Kept at this terminal. You came by account and password, so it is not at customs' side yet, "
            "and nobody else sees it. Whoever logs in here for this enterprise is offered it again, and "
            "declares it with a card or an Ikey."
        ),
        (
            "已保存在本终端。您以账号和密码登录（无卡用户），尚未发送。本企业下次在此登录时可继续填写，插入"
            " IC 卡或 Ikey 登录后即可申报。"
        ),
    ),
    "apply-here": ("kept at this terminal, not sent", "已存本终端，未发送"),
    "apply-no-card": (
        (
            "To declare “{form}”, insert the legal-person IC card, an operator IC card or an Ikey.\n\n"
            "Nothing is lost: the form stays as it is and is kept at this terminal. {missing}."
        ),
        (
            "{form}的申报须插入法人 IC 卡、操作员 IC 卡或 Ikey。\n\n所填内容不会丢失，表单保存在本终端。"
            "{missing}。"
        ),
    ),
    "apply-close": (
        "It is kept at this terminal and offered at the next login. Close it?",
        "表单已保存在本终端，下次登录时可继续填写。是否关闭？",
    ),
    "apply-declared": ("Declared: {state}", "申报成功：{state}"),
    "apply-notices": (
        "Declared: {state}\n\nPlease note:\n{notices}",
        "申报成功：{state}\n\n变更提示：\n{notices}",
    ),
    "apply-refused": ("Not approved: {reason}", "审核不通过：{reason}"),
    "apply-approved": ("Approved: {reason}", "审核通过：{reason}"),
    "apply-ask-delete": (
        "Delete these drafts ({count})? They cannot be brought back.\n{names}",
        "是否删除 {count} 份暂存的申请？删除后无法恢复。\n{names}",
    ),
    "apply-ask": ("Declare this application to customs?", "是否向海关申报该申请？"),
    # a change of the registration
    "change-next": ("Save, next", "保存，下一步"),
    "change-next-basics": ("Save basic information, next", "保存企业基本信息，下一步"),
    "change-compare": ("Changes", "变更对比"),
    "change-diff": ("Diff", "变更对比"),
    "change-following": ("Next", "下一步"),
    "change-differs": ("This differs from what customs has on file.", "以下内容与海关备案不同。"),
    "change-unknown": (
        "What is filed is not known here now: the gateway does not answer. F5 asks again.",
        "暂时无法取得备案信息：网关没有回答。按 F5 重新核对。",
    ),
    "change-none": (
        "Nothing can be changed by it: the form is as customs has it on file.",
        "当前无可进行变更的数据，不能进行变更作业：表单与备案信息一致。",
    ),
    "change-ask": (
        "These differences from what is filed are declared. Declare them?",
        "将申报以下与备案不同的内容，是否申报？",
    ),
    # lists
    "objections-reset": ("Reset", "重置"),
    "registration-none": (
        "Customs has no registration of this enterprise on file.",
        "海关没有本企业的注册信息备案。",
    ),
    # help
    "help-application": (
        (
            "What is grey is as customs has it on file and cannot be changed here. Space opens code lists; "
            "type a part of a code or a name to find one. Ctrl+S keeps a draft, Ctrl+R declares, Ctrl+P "
            "prints."
        ),
        (
            "灰色字段为海关备案内容，不能在此变更。按空格键打开代码表，可输入代码或名称的一部分模糊检索。Ct"
            "rl+S 暂存，Ctrl+R 申报，Ctrl+P 打印。"
        ),
    ),
    "help-change": (
        (
            "Three tables, one step each, then documents: Alt+S saves the step and goes on to the next, "
            "Alt+P goes back. Grey fields are as customs has them on file. Ctrl+L shows what differs from "
            "what is filed; it is shown again before the form is declared (Ctrl+R). Managers must include "
            "a head of customs business and a head of finance; customs-broker staff are neither added nor "
            "deleted."
        ),
        (
            "三张表各一步，然后是随附单证：Alt+S 保存本步并进入下一步，Alt+P 返回上一步。灰色字段为海关备案"
            "内容。Ctrl+L 查看与备案的差异，申报（Ctrl+R）前会再次显示。管理人员职务必须包含报关业务负责人"
            "和财务负责人；报关人员不能增加或删除。"
        ),
    ),
    "help-applications": (
        (
            "All applications of this enterprise. Ctrl+O shows one, Ctrl+E changes a draft or one that was "
            "not approved, Ctrl+B prints one, Ctrl+D deletes the marked drafts. Space chooses a code in "
            "the criteria."
        ),
        (
            "本企业的全部申请。Ctrl+O 查看，Ctrl+E 变更暂存或审核不通过的申请，Ctrl+B 打印所选申请，Ctrl+D "
            "删除已标记的暂存。条件栏按空格键选择代码。"
        ),
    ),
    "help-registration": (
        (
            "What customs has on file of this enterprise, as it is now. F5 asks anew, Ctrl+P prints it. "
            "Changes are applied for on the screens of this system."
        ),
        "海关备案的本企业注册信息。F5 刷新，Ctrl+P 打印。需要变更时，请使用本系统的各项申请。",
    ),
}
