"""Registering an account before the login: at a real gateway, with a real mail server and without one."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from textual import events
from textual.pilot import Pilot
from textual.widgets import Input

from terminals.tui.app import Terminal
from terminals.tui.pin import PinBox
from terminals.tui.register_account import FILE, Register
from terminals.tui.secret import NameAndSecret
from terminals.tui.words import Saying
from tests.gateway.outbound.post import Post
from tests.scenarios.house import House, command
from tests.terminals.tui.at_house import until
from tests.terminals.tui.picture import Mask, picture
from tests.terminals.tui.stage import LARGE, SMALL, shown
from tests.terminals.tui.toys import give, place_of, showing

PASSWORD = "a long password"
TYPED = {
    "copCode": "1100980055", "name": "新检验有限公司", "contact": "孙理", "telephone": "",
    "mail": "new@x.example",
}  # fmt: skip


@pytest.fixture(scope="module")
def post() -> Iterator[Post]:
    """A mail server."""
    server = Post().start()
    yield server
    server.end()


@pytest.fixture(scope="module")
def mailing(tmp_path_factory: pytest.TempPathFactory, post: Post) -> Iterator[House]:
    """A gateway that sends letters."""
    made = House(
        tmp_path_factory.mktemp("mailing") / "home", EPORT_MAIL__HOST="localhost",
        EPORT_MAIL__PORT=str(post.port), EPORT_MAIL__SECURITY="none", EPORT_MAIL__SENDER="gate@gate.example",
        EPORT_REGISTRATION__PER_ADDRESS_HOUR="1000", EPORT_REGISTRATION__PER_MAIL_HOUR="100",
        EPORT_REGISTRATION__OUTSTANDING_PER_MAIL="100",
    )  # fmt: skip
    made.start()
    yield made
    made.close()


async def opened(terminal: Terminal, pilot: Pilot[int]) -> Register:
    """The screen, once the gateway has said what it wants."""
    await pilot.press("f3")
    await until(pilot, lambda: isinstance(terminal.screen, Register) and terminal.screen.is_mounted)
    screen = terminal.screen
    assert isinstance(screen, Register)
    await until(pilot, lambda: "Ctrl+S" in screen.query_one("#how", Saying).words.zh)
    return screen


async def fill(pilot: Pilot[int], screen: Register, **typed: str) -> None:
    """Choose the first role, then type what there is; both passwords."""
    screen.query_one("#role").focus()
    await pilot.press("space")
    assert screen.query_one("#role", Input).value
    for name, value in {**TYPED, **typed}.items():
        if name in screen_fields(screen):
            screen.query_one(f"#{name}", Input).value = value
    for name in ("password", "again"):
        secret(screen, name, typed.get(name, PASSWORD))
        await pilot.pause()


def screen_fields(screen: Register) -> set[str]:
    """The names of its lines."""
    return {str(each.id) for each in screen.query(Input)}


def secret(screen: Register, name: str, value: str) -> None:
    """Paste into one of the boxes for passwords."""
    box = screen.query_one(f"#{name}", PinBox)
    box.focus()
    box.post_message(events.Paste(value))


def said(screen: Register) -> str:
    """What it says."""
    return screen.query_one("#said", Saying).words.zh


def code(post: Post, mail: str) -> str:
    """That in the newest letter to an address."""
    letter = next(each for each in reversed(post.letters) if each["To"] == mail)
    return str(re.findall(r"[a-z2-9]{5}(?:-[a-z2-9]{5}){3}", letter.get_content())[0])


async def test_a_bunch_of_keys_goes_field_by_field(mailing: House, tmp_path: Path) -> None:
    """As a slow line delivers them: each goes where the cursor is by then."""
    async with showing(place_of(mailing, tmp_path)) as (terminal, pilot):
        screen = await opened(terminal, pilot)
        typed = [
            " ",
            " ",
            "\r",
            *"3122260099\rNew Ltd\rJ. Doe\r\rbunch@x.example\r",
            *f"{PASSWORD}\r{PASSWORD}",
        ]
        for each in typed:
            terminal.post_message(events.Key("enter" if each == "\r" else each, each))
        await pilot.pause()
        held = {name: screen.query_one(f"#{name}", Input).value for name in screen_fields(screen)}
        assert held == {
            "role": "委托企业", "copCode": "3122260099", "name": "New Ltd", "contact": "J. Doe",
            "telephone": "", "mail": "bunch@x.example", "code": "",
        }  # fmt: skip
        await pilot.press("enter")
        await until(pilot, lambda: "邮件已发往 bunch@x.example" in said(screen))


async def test_somebody_registers_and_logs_in(mailing: House, post: Post, tmp_path: Path) -> None:
    """From F3 on the first screen to work, with the code of a real letter typed on the same screen."""
    async with showing(replace(place_of(mailing, tmp_path), account="")) as (terminal, pilot):
        screen = await opened(terminal, pilot)
        await fill(pilot, screen)
        await pilot.press("ctrl+s")
        await until(pilot, lambda: "邮件已发往 new@x.example" in said(screen))
        assert pilot.app.focused is screen.query_one("#code")
        post.until(lambda: any(each["To"] == "new@x.example" for each in post.letters))
        screen.query_one("#code", Input).value = "aaaaa-aaaaa-aaaaa-aaaaa"
        await pilot.press("enter")
        await until(pilot, lambda: "验证码或密码不正确" in said(screen))
        assert screen.query_one("#name", Input).value == TYPED["name"]
        screen.query_one("#code", Input).value = code(post, "new@x.example").upper()
        screen.query_one("#code").focus()
        await pilot.press("enter")
        await until(pilot, lambda: "注册成功" in said(screen))
        assert PASSWORD not in shown(terminal)
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(terminal.screen, NameAndSecret))
        await pilot.pause()
        await give(pilot, PASSWORD)
        await until(pilot, lambda: terminal.at_work)
        assert terminal.work.who.role == "agency"


async def test_what_is_wrong_is_said_at_its_field_and_nothing_is_lost(mailing: House, tmp_path: Path) -> None:
    """One after the other, in both languages, before anything is sent."""
    async with showing(place_of(mailing, tmp_path), size=SMALL) as (terminal, pilot):
        screen = await opened(terminal, pilot)
        await pilot.press("ctrl+s")
        await until(pilot, lambda: "注册类型" in said(screen))
        await fill(pilot, screen, copCode="12", again="another password")
        for name, words in (
            ("copCode", "登记编号须为 10 位"),
            ("mail", "电子邮箱格式"),
            ("telephone", "电话须为"),
        ):
            for each in ("copCode", "mail", "telephone"):
                screen.query_one(f"#{each}", Input).value = {**TYPED, name: "?"}[each]
            await pilot.press("ctrl+s")
            await until(pilot, lambda words=words: words in said(screen))  # type: ignore[misc]
            assert pilot.app.focused is screen.query_one(f"#{name}")
        screen.query_one("#telephone", Input).value = ""
        await pilot.press("ctrl+s")
        await until(pilot, lambda: "两次密码不一致" in said(screen))
        for name in ("password", "again"):
            secret(screen, name, "short")
            await pilot.pause()
        await pilot.press("ctrl+s")
        await until(pilot, lambda: "12 至 64" in said(screen))
        await pilot.press("f2")
        assert "The password needs 12 to 64" in " ".join(shown(terminal).split())
        assert screen.query_one("#name", Input).value == TYPED["name"]
        assert "inspection agency" in shown(terminal)


async def test_what_was_typed_is_there_again(mailing: House, tmp_path: Path) -> None:
    """After going back, and in the next terminal at the same desk; passwords only in the first case."""
    place = place_of(mailing, tmp_path)
    async with showing(place) as (terminal, pilot):
        screen = await opened(terminal, pilot)
        await fill(pilot, screen)
        await pilot.press("ctrl+s")
        await until(pilot, lambda: "邮件已发往" in said(screen))
        await pilot.press("escape")
        await until(pilot, lambda: terminal.screen is not screen)
        await pilot.press("f2", "f3")
        await until(pilot, lambda: terminal.screen is screen)
        await pilot.pause()
        assert "* Password (typed)" in shown(terminal)
        await pilot.press("f10")
    assert PASSWORD not in (place.state / FILE).read_text("utf-8")
    async with showing(place) as (terminal, pilot):
        screen = await opened(terminal, pilot)
        assert screen.query_one("#mail", Input).value == TYPED["mail"]
        assert "检验机构" in shown(terminal)


async def test_without_a_mail_server_an_operator_decides(house: House, tmp_path: Path) -> None:
    """The screen says so, before and after; approved by the command, the account logs in."""
    async with showing(replace(place_of(house, tmp_path), account="")) as (terminal, pilot):
        screen = await opened(terminal, pilot)
        assert "由运营方审批" in shown(terminal)
        await fill(pilot, screen, mail="queued@x.example", copCode="1100980066")
        await pilot.press("ctrl+s")
        await until(pilot, lambda: "已提交，待运营方审批" in said(screen))
    listed = command("eport-gateway", "registration", "list", "--home", str(house.home)).stdout
    number = next(line.split()[0] for line in listed.splitlines() if "queued@x.example" in line)
    done = command("eport-gateway", "registration", "approve", number, "--home", str(house.home))
    assert done.returncode == 0, done.stderr
    async with showing(replace(place_of(house, tmp_path), account="queued@x.example")) as (terminal, pilot):
        await pilot.press("down", "enter")
        await until(pilot, lambda: isinstance(terminal.screen, NameAndSecret))
        await pilot.pause()
        await give(pilot, PASSWORD)
        await until(pilot, lambda: terminal.at_work)


async def test_what_was_filed_is_not_filed_again_before_it_was_changed(house: House, tmp_path: Path) -> None:
    """Keys pressed once more say that it is filed; what was typed stays; once changed it is filed anew."""

    def filed(mail: str) -> int:
        listed = command("eport-gateway", "registration", "list", "--home", str(house.home))
        return sum(mail in line for line in listed.stdout.splitlines())

    async with showing(replace(place_of(house, tmp_path), account="")) as (terminal, pilot):
        screen = await opened(terminal, pilot)
        await fill(pilot, screen, mail="once@x.example", copCode="1100980077")
        for key in ("ctrl+s", "ctrl+s", "enter"):  # the last behind the second password
            await pilot.press(key)
            await until(pilot, lambda: not screen._busy and "提交" in said(screen))
        assert "once@x.example 的申请已提交，未重复提交" in said(screen)
        screen.query_one("#code").focus()
        await pilot.press("enter")
        assert "未重复提交" in said(screen)
        assert filed("once@x.example") == 1
        assert screen.query_one("#name", Input).value == TYPED["name"]
        screen.query_one("#mail", Input).value = "twice@x.example"
        await pilot.press("ctrl+s")
        await until(pilot, lambda: "以 twice@x.example 登录" in said(screen))
        for name in ("password", "again"):
            secret(screen, name, f"{PASSWORD}, another")
            await pilot.pause()
        await pilot.press("ctrl+s")
        await until(pilot, lambda: "以 twice@x.example 登录" in said(screen))
    assert (filed("once@x.example"), filed("twice@x.example")) == (1, 2)


async def test_a_gateway_that_is_away_is_said_and_what_was_typed_stays(house: House, tmp_path: Path) -> None:
    """Nothing is sent, and the form is as it was."""
    away = replace(place_of(house, tmp_path), url="https://localhost:1")
    async with showing(away) as (terminal, pilot):
        await pilot.press("f3")
        await until(pilot, lambda: isinstance(terminal.screen, Register) and terminal.screen.is_mounted)
        screen = terminal.screen
        assert isinstance(screen, Register)
        await until(pilot, lambda: bool(said(screen)))
        await fill(pilot, screen)
        await pilot.press("ctrl+s")
        await until(pilot, lambda: not screen._busy and screen.query_one("#said").has_class("-wrong"))
        assert screen.query_one("#name", Input).value == TYPED["name"]


@pytest.mark.parametrize("size", [SMALL, LARGE])
async def test_somebody_who_came_to_register_sees_nothing_else(
    house: House, tmp_path: Path, size: tuple[int, int]
) -> None:
    """Over SSH without an account: this screen alone, all of it at once, nothing kept on the host."""
    place = replace(place_of(house, tmp_path), newcomer=True, remote=True)
    async with showing(place, size=size) as (terminal, pilot):
        screen = terminal.screen
        assert isinstance(screen, Register)
        await until(pilot, lambda: "Ctrl+S" in shown(terminal))
        for words in ("注册账号", "注册类型", "登记编号", "再次输入密码", "邮件中的验证码"):
            assert words in shown(terminal)
        await fill(pilot, screen)
        await pilot.press("escape")
        await until(pilot, lambda: not terminal.is_running)
    assert not (tmp_path / "state").exists()


@pytest.mark.parametrize("size", [SMALL, LARGE])
async def test_the_screen_looks_as_it_did(
    house: House, tmp_path: Path, size: tuple[int, int], request: pytest.FixtureRequest
) -> None:
    """Filled in, with something wrong, in both languages; `--update-snapshots` writes it anew."""
    rows: list[str] = []
    async with showing(place_of(house, tmp_path), size=size) as (terminal, pilot):
        screen = await opened(terminal, pilot)
        await fill(pilot, screen, mail="no address")
        await pilot.press("ctrl+s")
        await until(pilot, lambda: "电子邮箱格式" in said(screen))
        for _ in ("zh", "en"):
            await pilot.pause()
            rows += [f"== {size[0]}×{size[1]} {terminal.language}", *picture(terminal, Mask()), ""]
            await pilot.press("f2")
    kept = Path(__file__).with_name("snapshots_register") / f"register-{size[0]}.txt"
    if request.config.getoption("--update-snapshots"):
        kept.parent.mkdir(exist_ok=True)
        kept.write_text("\n".join(rows), encoding="utf-8")
    assert kept.read_text(encoding="utf-8").split("\n") == rows
