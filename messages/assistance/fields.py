"""The fields that the rules speak of: what people call them, and which of them a submitted request needs.

The schemas leave everything out that a draft may lack, and mark it as required when the form is submitted;
a test holds this page to them, so that nothing of them is read on the way of a message.
"""

from __future__ import annotations

Names = dict[str, tuple[str, str]]  # element -> (zh, en)

HEAD: Names = {  # required of a request
    "reqDate": ("请求日期", "Date of the request"),
    "country": ("请求国家", "Requesting country"),
    "reqDept": ("请求部门", "Requesting department"),
    "reqSender": ("外方发函人", "Foreign sender of the letter"),
    "reqMail": ("外方联系邮箱", "Foreign contact e-mail"),
    "letterNo": ("外方协查函编号", "Foreign reference number"),
    "reqType": ("请求类型", "Types of verification"),
    "reqBackground": ("请求背景", "Background"),
    "reqMatter": ("请求事项", "Matter"),
    "Bill": ("票据", "Bills"),
    "Attachment": ("随附单证", "Attached documents"),
}
BILL: Names = {  # required of a bill
    "billType": ("类型", "Type"),
    "ieFlag": ("进出口标识", "Import or export"),
    "declCustoms": ("申报地海关", "Customs of declaration"),
    "billDate": ("提单日期", "Date of the bill of lading"),
    "loadPort": ("装货港", "Port of loading"),
    "destPort": ("指运港/卸货港", "Port of destination or discharge"),
    "transMode": ("运输方式", "Mode of transport"),
    "Goods": ("货物信息", "Goods"),
}
GOODS: Names = {  # required of a line of goods
    "gName": ("货物名称/规格", "Name and specification"),
    "grossWt": ("毛重(kg)", "Gross weight (kg)"),
    "qty": ("数量", "Quantity"),
    "total": ("总价", "Total price"),
    "currency": ("币种", "Currency"),
}
FILE: Names = {"docType": ("单证类型", "Type of document")}  # required of an attached document

OTHERS: Names = {  # checked where they are given
    "declDate": ("申报日期", "Date of declaration"),
    "containerNo": ("集装箱号", "Container number"),
    "ownerScc": (
        "境内收发货人代码(统一社会信用代码)",
        "Domestic consignee or consignor: social credit code",
    ),
    "useScc": ("消费生产使用单位代码(统一社会信用代码)", "User or producer: social credit code"),
    "netWt": ("净重(kg)", "Net weight (kg)"),
    "agreementNo": ("协查依据编号", "Number of the agreement"),
}

NAMES: Names = {**HEAD, **BILL, **GOODS, **FILE, **OTHERS}
LINES: Names = {
    "Bill": ("票据", "Bill"),
    "Goods": ("货物", "Goods"),
    "Attachment": ("随附单证", "Document"),
}
