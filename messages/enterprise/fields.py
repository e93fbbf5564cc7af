"""The fields of the three tables of a registration: what people call them, and who may change which.

The manual's list (第五篇 1.1, and figure 企业基本信息 as the specification reads it). The schemas say the
same by `kept` and `lock`; a test holds this page to them, so that nothing of them is read on a message's way.
"""

from __future__ import annotations

Names = dict[str, tuple[str, str]]  # element -> (zh, en)

BROKER, BRANCH, BOTH, BONDED, EXPORT = "02", "03", "04", "09", "10"  # types of enterprises
TEMPORARY, TRANSPORT, OTHER = "05", "07", "08"
LICENSABLE = frozenset({BROKER, BOTH})
RENEWABLE = frozenset({BRANCH, TRANSPORT, OTHER, BONDED, EXPORT})
WITH_PARENT = frozenset({BRANCH, BONDED, EXPORT})

IN_ORDER, CANCELLED, EXPIRED, PROVISIONAL, UNAPPROVED = "1", "2", "3", "4", "5"  # status of a registration
LEGAL, CUSTOMS_HEAD, FINANCE_HEAD = "01", "02", "03"  # posts
RESIDENT = "1"  # type of identity document: 居民身份证
YES, NO = "1", "0"

KEPT: Names = {  # 企业基本信息: grey for everybody
    "entNo": ("企业数据统一编号", "Number of the enterprise's data"),
    "regCode": ("海关注册编号", "Customs registration code"),
    "scc": ("统一社会信用代码", "Social credit code"),
    "entType": ("企业类型", "Type of enterprise"),
    "regStatus": ("注册状态", "Status of the registration"),
    "validFrom": ("有效期自", "Valid from"),
    "validTo": ("有效期至", "Valid to"),
    "freeTrade": ("自贸区内企业", "In a free trade zone"),
    "licensed": ("须行政许可", "Needs a licence"),
    "regAddr": ("工商注册地址", "Registered address"),
    "otherAddr": ("其他经营地址", "Other business addresses"),
    "division": ("行政区划", "Administrative division"),
    "customs": ("注册海关", "Customs of registration"),
    "economicZone": ("经济区域", "Economic zone"),
    "specialZone": ("特殊监管区域", "Special supervision area"),
    "qualifications": ("企业资质", "Qualifications"),
    "scope": ("经营范围", "Scope of business"),
}
OPEN: Names = {  # and what may be changed
    "cnName": ("企业中文名称", "Name in Chinese"),
    "entCategory": ("企业类别", "Category of the enterprise"),
    "enName": ("企业英文名称", "Name in English"),
    "enAddr": ("企业英文地址", "Address in English"),
    "crossTypes": ("跨境电子商务企业类型", "Kinds of cross-border e-commerce enterprise"),
    "fax": ("企业传真", "Fax"),
    "mail": ("企业电子邮箱", "E-mail of the enterprise"),
    "website": ("企业网站", "Website"),
    "contactName": ("海关业务联系人", "Contact for customs"),
    "contactTel": ("海关业务联系人固定电话", "Its telephone"),
    "contactMobile": ("海关业务联系人移动电话", "Its mobile telephone"),
    "contactFax": ("海关业务联系人传真", "Its fax"),
    "contactMail": ("海关业务联系人电子邮箱", "Its e-mail"),
    "bank": ("开户银行", "Bank"),
    "bankAccount": ("开户账号", "Bank account"),
    "staff": ("员工人数", "Number of staff"),
    "premises": ("经营场所性质", "Premises"),
    "floorArea": ("经营总建筑面积（平方米）", "Floor area (m²)"),
    "listed": ("是否上市公司", "Listed company"),
    "bookkeeping": ("记账方式", "Bookkeeping"),
    "software": ("财务管理软件名称", "Accounting software"),
    "computerized": ("是否实行会计电算化", "Computerized accounting"),
    "agentName": ("委托代理记账单位名称", "Bookkeeping agent"),
    "agentScc": ("委托代理记账单位统一社会信用代码", "Its social credit code"),
    "expressNo": ("快递业务经营许可证号", "Licence for express delivery"),
    "standard": ("认证标准类型", "Standard of certification"),
}
PARENT: Names = {  # of branches and warehouses only
    "parentName": ("上级单位名称", "Parent unit"),
    "parentScc": ("上级单位统一社会信用代码", "Its social credit code"),
    "parentOrgCode": ("上级单位组织机构代码", "Its organisation code"),
}
MANAGER: Names = {  # 企业管理人员: all of it, but for the legal representative's person
    "name": ("姓名", "Name"),
    "post": ("职务", "Post"),
    "nationality": ("国籍", "Nationality"),
    "idType": ("身份证件类型", "Identity document"),
    "idNo": ("身份证件号码", "Its number"),
    "birthDate": ("出生日期", "Date of birth"),
    "sex": ("性别", "Sex"),
    "address": ("住址", "Address"),
    "tel": ("固定电话", "Telephone"),
    "mobile": ("移动电话", "Mobile telephone"),
    "mail": ("电子邮件", "E-mail"),
    "education": ("学历", "Education"),
    "remark": ("备注", "Remark"),
}
PERSON = ("name", "idType", "idNo")  # of the legal representative: changed with the licence only
STAFF_KEPT: Names = {  # 报关人员
    "name": ("姓名", "Name"),
    "idType": ("身份证件类型", "Identity document"),
    "idNo": ("身份证件号码", "Its number"),
}
STAFF_OPEN: Names = {
    "nationality": ("国籍", "Nationality"),
    "cancelled": ("注销标志", "Cancelled"),
}
LINES: Names = {
    "Manager": ("企业管理人员", "Manager"),
    "Broker": ("报关人员", "Customs-broker staff"),
    "Attachment": ("随附单证", "Document"),
}

# required of what is declared: of the whole form, and of its lines
BASICS_NEEDED = ("cnName", "contactName", "contactMobile")
MANAGER_NEEDED = ("name", "post", "idType", "idNo", "mobile")
OTHERS: Names = {
    "reason": ("注销原因", "Why it is cancelled"),
    "objectionType": ("异议种类", "Kind of objection"),
    "content": ("异议内容", "Objection"),
    "penaltyNo": ("处罚决定书编号", "Number of the decision"),
    "docType": ("单证类型", "Type of document"),
    "Manager": LINES["Manager"],
}
HEAD: Names = {**KEPT, **OPEN, **PARENT, **OTHERS}
