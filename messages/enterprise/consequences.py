"""What follows from a change that was declared (变更提示): the notices that the enterprise is answered with.

Source: the manual, 第五篇 1.1 (a change to 支付企业 is told); the demands on cross-border e-commerce
enterprises are those of GACC announcement 2018/194. Refuses to know whether the change will be approved.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from messages.enterprise import changes, fields
from messages.enterprise.changes import Difference

_SHOP, _LOGISTICS, _PLATFORM, _PAYMENT, _SITE = "12345"  # kinds of cross-border e-commerce enterprise

Notice = tuple[str, str]


def _becomes(kind: str) -> Callable[[Difference], bool]:
    return lambda one: (
        one["path"] == "crossTypes" and kind in one["new"].split() and kind not in one["old"].split()
    )


def _changes(path: str) -> Callable[[Difference], bool]:
    return lambda one: one["path"] == path and one["what"] == changes.CHANGED


def _is(path: str, value: str) -> Callable[[Difference], bool]:
    return lambda one: one["path"] == path and one["new"] == value


_NOTICES: tuple[tuple[Callable[[Difference], bool], Notice], ...] = (
    (
        _becomes(_PAYMENT),
        ("变更为支付企业：银行机构须具有《金融许可证》，非银行支付机构须具有《支付业务许可证》，请向注册海关提交",
         "as a payment enterprise: show the customs of registration the licence for banking or payments"),
    ),
    (
        _becomes(_LOGISTICS),
        ("变更为物流企业：须具有《快递业务经营许可证》，请填写快递业务经营许可证号",
         "as a logistics enterprise: a licence for express delivery is needed, fill in its number"),
    ),
    (
        _becomes(_SHOP),
        ("变更为电子商务企业：须向海关传输交易电子信息，并对数据真实性承担责任",
         "as an e-commerce enterprise: send customs the data of sales, and answer for them"),
    ),
    (
        _becomes(_PLATFORM),
        ("变更为电子商务交易平台：须向海关传输交易电子信息，并对数据真实性承担责任",
         "as an e-commerce platform: send customs the data of sales, and answer for them"),
    ),
    (
        _becomes(_SITE),
        ("变更为监管场所经营人：监管作业场所须经海关注册，并与海关联网",
         "as operator of a supervised site: the site must be registered and connected to customs"),
    ),
    (
        _changes("cnName"),
        ("企业名称变更审核通过后，须换领注册登记证书",
         "once the new name is approved, the certificate of registration is exchanged"),
    ),
    (
        _changes("Manager/name"),
        ("管理人员变更审核通过后，以变更后的人员办理海关业务",
         "once it is approved, the new manager answers for customs business"),
    ),
    (
        _is("Broker/cancelled", fields.YES),
        ("报关人员注销审核通过后，不能再办理报关业务",
         "once it is approved, the cancelled staff cannot declare any more"),
    ),
)  # fmt: skip


def notices(against: Sequence[Difference]) -> list[str]:
    """What the enterprise is told of these differences, each once, in both languages."""
    return [f"{zh} / {en}" for applies, (zh, en) in _NOTICES if any(map(applies, against))]
