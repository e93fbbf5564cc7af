"""A day's work over SSH: a stocktake typed key by key, a card pulled, a line dropped, customs beside it.

Everything is real: OpenSSH's client in tmux, a PIV card (a virtual one) in ssh-agent by OpenSC's module, the
gateway and the host in processes of their own.
"""

from __future__ import annotations

import os
import re
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from hardware.file import keys
from hardware.virtual.stack import Stack
from tests.hardware.agents import RealAgent, program
from tests.hardware.stack import PIN, make_card
from tests.hardware.test_agent_card import MODULE
from tests.scenarios.house import House, Person
from tests.scenarios.panes import Pane, Tmux
from tests.terminals.host.house import SSH, Guest, HostProcess, gone, wait_until

OWN = "SSH20260001"
NEXT = "Enter"


@pytest.fixture
def host(house: House, tmp_path: Path) -> Iterator[HostProcess]:
    """The terminal host of the demo, with the terminal itself."""
    state = tmp_path / "host"
    with HostProcess(house, state, application="terminals.tui.main:run", end_seconds=5) as one:
        yield one
        print(one.raw[-6000:])  # seen where a test has failed


@pytest.fixture
def tmux(tmp_path: Path) -> Iterator[Tmux]:
    """Windows of 80×24."""
    one = Tmux(tmp_path)
    yield one
    one.close()


class Workstation:
    """Where somebody sits: a reader with a card in it, an SSH agent that holds the card, and a window."""

    def __init__(self, folder: Path, tmux: Tmux, host: HostProcess, person: Person) -> None:
        folder.mkdir()
        self._tmux = tmux
        self._guest = Guest(folder / "guest", host, person)
        self._guest.key.unlink()  # the key is in the agent only
        self.agent = RealAgent(folder / "agent", allowed=f"{MODULE},{os.path.realpath(MODULE)}")

    def log_in(self) -> Pane:
        """`ssh -A` in a window."""
        environment = {"TERM": "tmux-256color", "LANG": "zh_CN.UTF-8", "SSH_AUTH_SOCK": self.agent.path}
        options = ["-F", self._guest.config, "-o", "IdentitiesOnly=no", "-A", "host"]
        return self._tmux.open([SSH, *options], environment)


class Card(Workstation):
    """The same with a card, whose PIN is asked for here."""

    def __init__(self, folder: Path, tmux: Tmux, host: HostProcess, person: Person, stack: Stack) -> None:
        super().__init__(folder, tmux, host, person)
        key, certificate = keys(person.p12, person.password)
        self._card = make_card(folder / "own.card", key=key, certificate=certificate)
        self._pin = program(folder / "pin", f"echo {PIN}")
        self._stack = stack

    def put_in(self) -> None:
        """Into the reader and, by its PIN, into the agent."""
        self._stack.insert(self._card)
        self.agent.run("-s", MODULE, ask=self._pin)

    def take_out(self) -> None:
        """Out of the reader, and the agent is told, as `eport-terminal virtual-card --agent` does."""
        self._stack.remove()
        self.agent.run("-e", MODULE)


@pytest.fixture
def operator(house: House, host: HostProcess, tmux: Tmux, stack: Stack, tmp_path: Path) -> Iterator[Card]:
    """The first operator's workstation, the card in."""
    one = Card(tmp_path / "operator", tmux, host, house.person("operator"), stack)
    one.put_in()
    yield one
    one.agent.kill()


@pytest.fixture
def customs(house: House, host: HostProcess, tmux: Tmux, tmp_path: Path) -> Iterator[Workstation]:
    """The customs desk's, whose agent holds its key."""
    person = house.person("customs")
    one = Workstation(tmp_path / "customs", tmux, host, person)
    one.agent.add(keys(person.p12, person.password)[0])
    yield one
    one.agent.kill()


def chosen(pane: Pane, label: str, search: str, name: str) -> None:
    """Space opens the code list; what is typed finds one, Enter takes it and goes on."""
    pane.press("Space")
    pane.until("查找")
    pane.type(search)
    pane.until(name, " 1 / ")
    pane.press(NEXT)
    standing(pane, label, name)


def typed(pane: Pane, label: str, value: str) -> None:
    """Type into the field where the cursor is, see it there, and go on."""
    pane.type(value)
    standing(pane, label, value)
    pane.press(NEXT)


def standing(pane: Pane, label: str, value: str) -> None:
    """Wait until the value stands beside the label."""
    pane.shows(
        lambda screen: any(label in line and value in line for line in screen.splitlines()),
        f"{label} {value}",
    )


def head(pane: Pane) -> None:
    """Type the head from its first field to its last, as the keyboard leads."""
    typed(pane, "企业内部编号", OWN)
    typed(pane, "核查企业代码", "3122260001")
    standing(pane, "核查企业名称", "浦东演示进出口有限公司")  # filled in from the code
    pane.press(NEXT)
    typed(pane, "盘库日期", "20261120")
    chosen(pane, "管理模式", "其他", "9 其他")
    pane.press(NEXT)
    typed(pane, "法定代表人", "陈立")
    pane.press(*[NEXT] * 5)
    chosen(pane, "企业性质", "6", "6 私营")
    typed(pane, "联系人", "李录")
    pane.press(*[NEXT] * 2)
    chosen(pane, "投资国别", "japan", "JPN 日本")
    pane.press(*[NEXT] * 3)
    typed(pane, "备注", "季度盘点")
    pane.until("备案序号*", "表体 1")  # behind the last field of the head begins the body


def goods(pane: Pane, name: str, unit: str, stock: str) -> None:
    """The rest of a body line, from the goods' name on."""
    typed(pane, "商品名称", name)
    pane.press(NEXT)
    chosen(pane, "计量单位", unit[:3], unit)
    for label, value in (("料件库存数量", stock), ("料件在线数量", "20"), ("料件转进未申报数量", "5")):
        typed(pane, label, value)
    pane.press(*[NEXT] * 4)
    standing(pane, "总库存数量", str(int(stock) + 25))  # summed up by the system


def pulled(pane: Pane, operator: Card) -> None:
    """The card goes out in the middle of a line and comes back: closed meanwhile, and then as it was."""
    operator.take_out()
    pane.until("卡已断开", "已录入的内容", "所有界面均不能录入")
    pane.type("999")
    pane.press(NEXT, "F4")
    operator.put_in()
    pane.until("854231", gone=["卡已断开", "999"])


def dropped(pane: Pane, host: HostProcess) -> None:
    """The line is cut: nothing of the session runs on."""
    sessions = host.sessions()
    assert len(sessions) == 1
    os.kill(pane.process, signal.SIGKILL)
    assert all(gone(each) for each in sessions), host.raw[-3000:]


def taken_up(pane: Pane) -> None:
    """At the next login the form is offered as it was left, and what is missing is said and gone to."""
    pane.until("未完成的单证", OWN)
    pane.press(NEXT)
    values = (OWN, "浦东演示进出口有限公司", "20261120", "9 其他", "陈立", "6 私营", "JPN 日本", "季度盘点")
    pane.until("【新建未暂存】", "表体 2", *values, gone=["未完成的单证"])
    standing(pane, "联系人", "李录")
    pane.press("C-s")
    pane.until("表体第 2 行 商品名称 不能为空")
    pane.press(NEXT)
    pane.until("备案序号* 2", "商品编码* 854231", gone=["不能为空"])


def declared(pane: Pane) -> str:
    """暂存 and 申报; the case number."""
    pane.press("C-s")
    said = pane.until("暂存成功。统一编号：Z")
    pane.press(NEXT)
    pane.until("【暂存】", gone=["暂存成功"])
    pane.press("C-r")
    pane.until("是否向海关申报")
    pane.press("y")
    pane.until("申报成功。", "【入库成功】")
    pane.press(NEXT)
    pane.until("【入库成功】", gone=["申报成功。"])
    return re.search(r"Z\d{18}", said)[0]  # type: ignore[index]


def reviewed(pane: Pane, case: str) -> None:
    """Customs finds it in its queue, compares, and approves."""
    pane.until("主菜单")
    pane.press("M-1")
    pane.until(case, "第 1–1 条")
    pane.press("C-r")
    pane.until("没有差异", "笔记本电脑", "集成电路", "审批结果*")
    chosen(pane, "审批结果", "1", "1 审批通过")
    typed(pane, "审批意见", "账实相符")
    pane.press("C-r")
    pane.until("是否发送审批结果：审批通过")
    pane.press("y")
    pane.until("审批完成：审批通过")
    pane.press(NEXT)


def left(pane: Pane) -> None:
    """F10, and ssh ends with 0."""
    pane.press("F10")
    pane.until("退出", "(Y)")
    pane.press("y")
    assert pane.until_ended() == 0, pane.screen


def test_a_stocktake_is_typed_and_reviewed_over_ssh_whatever_happens_to_card_and_line(
    operator: Card, customs: Workstation, host: HostProcess
) -> None:
    """A card pulled and a line dropped in the middle lose nothing; customs' review shows in the receipts."""
    pane = operator.log_in()
    pane.until("主菜单")
    pane.press("M-1")
    pane.until("【新建未暂存】")
    head(pane)
    typed(pane, "备案序号", "1")
    typed(pane, "商品编码", "8471300000")
    goods(pane, "笔记本电脑", "001 台", "100")
    pane.press(NEXT)
    pane.until("表体 2", "序号▪ 2")  # behind the total begins the next line
    typed(pane, "备案序号", "2")
    typed(pane, "商品编码", "854231")
    pulled(pane, operator)
    dropped(pane, host)

    pane = operator.log_in()
    taken_up(pane)
    goods(pane, "集成电路", "007 个", "3000")
    case = declared(pane)
    pane.press("F9")
    pane.until(case, "网关已接收", "申报中", "入库成功")

    desk = customs.log_in()
    reviewed(desk, case)
    pane.until("审批通过", "账实相符")
    assert len(host.sessions()) == 2
    left(pane)
    left(desk)
    assert wait_until(lambda: not host.sessions()), host.raw[-3000:]
