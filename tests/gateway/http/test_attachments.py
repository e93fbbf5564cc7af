"""Attachments over HTTP: streamed, looked at, owned, and shown to nobody else than who may see them."""

from __future__ import annotations

import hashlib
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import text

from gateway.caretaker import LEFT, Caretaker
from gateway.http.attachments import Attachments
from messages.workflow import EVERYONE, Keep, Publish
from storage import bulletins, owners
from storage.attachments import Store
from tests.attached import docx, jpeg, pdf, png, xlsx
from tests.gateway.http.client import Answer, Client
from tests.gateway.http.conftest import CUSTOMS_ID, ENTERPRISE, OTHER, THIRD, Api
from tests.gateway.http.test_calls import NOW

PDF = "application/pdf"


def digest_of(content: bytes) -> str:
    """Under which it is stored."""
    return hashlib.sha256(content).hexdigest()


def put(api: Api, content: bytes, token: str = "", media_type: str = PDF, name: str = "") -> Answer:
    """Store a file."""
    path = f"PUT /v1/attachments/{digest_of(content)}" + (f"?name={name}" if name else "")
    return api.ask(path, content, token or api.token(), Content_Type=media_type)


def get(api: Api, content: bytes, token: str, what: str = "") -> Answer:
    """Fetch a file, or (`/facts`) what is known of it."""
    return api.ask(f"GET /v1/attachments/{digest_of(content)}{what}", token=token)


def calls(api: Api) -> Attachments:
    """Behind the route."""
    path = "/v1/attachments/{sha256}"
    found = next(route.handler for route in api.routes if route.path == path).__self__  # type: ignore[union-attr]
    assert isinstance(found, Attachments)
    return found


def until(condition: Callable[[], object], seconds: float = 10) -> None:
    """Wait for something that happens by itself."""
    over = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < over
        threading.Event().wait(0.01)


def files(api: Api) -> list[str]:
    """What lies in the store's folders."""
    return [path.name for path in calls(api)._store.folder.glob("*/*") if path.is_file()]


# -- what is taken -------------------------------------------------------------------------------


def test_an_attachment_comes_back_as_it_was_sent(api: Api) -> None:
    """A file is stored under its digest, for its owner, and streamed back to be saved, never shown."""
    content, token = pdf(3_000_000), api.token()
    answer = put(api, content, name="%E5%8D%95.pdf")
    assert (answer.status, answer.json) == (201, {"sha256": digest_of(content), "size": len(content)})
    back = get(api, content, token)
    assert back.body == content
    assert back.headers["content-type"] == PDF
    assert back.headers["content-disposition"] == "attachment; filename*=UTF-8''%E5%8D%95.pdf"
    assert back.headers["x-content-type-options"] == "nosniff"
    assert back.headers["content-security-policy"] == "sandbox; default-src 'none'"
    assert get(api, content, token, "/facts").json == {
        "sha256": digest_of(content), "size": len(content), "mediaType": PDF, "name": "单.pdf",
        "own": True, "until": get(api, content, token, "/facts").json["until"],
    }  # fmt: skip
    assert put(api, content).status == 200


@pytest.mark.parametrize(
    ("content", "media_type", "name", "said"),
    [
        (b"MZ a program", PDF, "scan.pdf", "by its content it is something else"),
        (pdf(), "image/png", "scan.png", "its content is a PDF"),
        (pdf(), PDF, "scan.png", "its name must end in .pdf"),
        (png(50_000, 50_000), "image/png", "bomb.png", "2500000000 pixels"),
        (b"", PDF, "nothing.pdf", "the file is empty"),
    ],
    ids=["program", "declared", "ending", "bomb", "empty"],
)
def test_what_is_not_what_it_says_is_refused_with_the_reason(
    api: Api, content: bytes, media_type: str, name: str, said: str
) -> None:
    """Content, declared type and name agree, or nothing of it is kept."""
    answer = put(api, content, media_type=media_type, name=name)
    assert answer.status == 415
    assert said in answer.json["info"]
    until(lambda: files(api) == [])
    assert get(api, content, api.token()).status == 404


@pytest.mark.parametrize(
    ("content", "media_type", "name"),
    [
        (jpeg(), "image/jpeg", "a.jpg"),
        (docx(), "application/vnd.openxmlformats-officedocument.wordprocessingml.document", "a.docx"),
        (xlsx(), "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "a.xlsx"),
    ],
    ids=["jpeg", "docx", "xlsx"],
)
def test_pictures_and_office_files_are_taken(api: Api, content: bytes, media_type: str, name: str) -> None:
    """By content as well as by name."""
    assert put(api, content, media_type=media_type, name=name).status == 201


def test_a_malformed_pdf_is_only_bytes(api: Api) -> None:
    """What is behind its first line is nobody's business at the gateway: it comes back as it was."""
    content = b"%PDF-1.4\n" + b"[[[[<<<</Kids 99999999999 R" * 10_000
    assert put(api, content, name="x.pdf").status == 201
    assert get(api, content, api.token()).body == content


@pytest.mark.parametrize("name", ["a/b.pdf", "..%5Cb.pdf", "a%0D%0Ab.pdf", "x" * 200 + ".pdf"])
def test_a_name_is_no_path_and_no_header(api: Api, name: str) -> None:
    """Whoever saves the file under its name saves it where he meant to."""
    assert put(api, pdf(), name=name).status == 422


# -- what is not taken ---------------------------------------------------------------------------


def begun(api: Api, client: Client, content: bytes, length: str) -> None:
    """Begin to send a file under headers of the test's choosing."""
    head = f"PUT /v1/attachments/{digest_of(content)} HTTP/1.1\r\nHost: g\r\nAuthorization: {api.token()}\r\n"
    client.send(f"{head}Content-Type: {PDF}\r\n{length}\r\n\r\n".encode())


def test_other_bytes_than_the_digests_and_nobodys_leave_nothing(api: Api) -> None:
    """Bytes that are not those of the digest, or of nobody, are refused and not kept."""
    path, token = f"/v1/attachments/{'0' * 64}", api.token()
    assert api.ask(f"PUT {path}", pdf(), token, Content_Type=PDF).status == 422
    assert api.ask(f"PUT {path}", pdf(), token).status == 415
    assert api.ask(f"PUT {path}", pdf()).status == 401
    until(lambda: files(api) == [])


def test_more_than_four_mib_is_refused_before_it_comes(api: Api) -> None:
    """By its Content-Length, so that nobody sends in vain; exactly four are taken."""
    with api.client() as client:
        begun(api, client, b"", f"Content-Length: {4 * 1024 * 1024 + 1}")
        answer = client.answer()
    assert answer.status == 413
    assert "4194304" in answer.json["info"]
    assert put(api, pdf(4 * 1024 * 1024)).status == 201


def test_chunks_without_an_end_are_cut_off_at_four_mib(api: Api) -> None:
    """However little was announced: what has come is dropped."""
    with api.client() as client:
        begun(api, client, b"", "Transfer-Encoding: chunked")
        sender = threading.Thread(
            target=_send, args=(client, (b"100000\r\n" + b"x" * 0x100000 + b"\r\n") * 6)
        )
        sender.start()
        assert client.answer().status == 413
        client.socket.close()
        sender.join()
    until(lambda: files(api) == [])


def test_a_body_shorter_than_announced_is_not_kept(api: Api) -> None:
    """Its sender went away in the middle: nothing of it stays."""
    content = pdf(200_000)
    with api.client() as client:
        begun(api, client, content, f"Content-Length: {len(content)}")
        client.send(content[:150_000])
        until(lambda: files(api) != [])
    until(lambda: files(api) == [])
    assert get(api, content, api.token()).status == 404


def test_a_body_longer_than_announced_is_another_files(api: Api) -> None:
    """What lies behind the announced length is no part of the file, so its digest is not the named one."""
    content = pdf(200_000)
    with api.client() as client:
        begun(api, client, content, f"Content-Length: {len(content) - 1}")
        client.send(content)
        assert client.answer().status == 422


def test_a_slow_upload_is_cut_off(api: Api) -> None:
    """Whoever trickles does not hold a place; what has come is dropped."""
    object.__setattr__(
        api.server, "limits", replace(api.server.limits, body_grace_seconds=0.1, body_bytes_per_second=50_000)
    )
    content = pdf(200_000)
    with api.client() as client:
        begun(api, client, content, f"Content-Length: {len(content)}")
        client.send(content[:1_000])
        assert client.answer().status == 408
    until(lambda: files(api) == [])


def test_a_party_that_holds_too_much_is_refused_another_file(api: Api) -> None:
    """Its quota is its own: the file that exceeds it is not kept, and another party's is."""
    first, second = pdf(4_000_000, b"one"), pdf(4_000_000, b"two")
    assert put(api, first).status == 201
    answer = put(api, second)
    assert answer.status == 413
    assert ENTERPRISE in answer.json["info"]
    assert put(api, first).status == 200  # it has that one
    assert put(api, second, api.token(OTHER)).status == 201


# -- who owns, who reads -------------------------------------------------------------------------


def test_neither_of_two_owners_learns_of_the_other(api: Api) -> None:
    """Who sends the same bytes is answered as if nobody had before; a stranger, as if nobody had."""
    content, unknown = pdf(), pdf(seed=b"nobody's")
    mine, theirs = api.token(), api.token(OTHER)

    def told(answer: Answer, of: bytes) -> tuple[int, str]:
        return answer.status, answer.body.decode().replace(digest_of(of), "…")

    first = told(put(api, content, mine), content)
    for what in ("", "/facts"):
        stranger = told(get(api, content, theirs, what), content)
        assert stranger == told(get(api, unknown, theirs, what), unknown)
        assert stranger[0] == 404
    assert told(put(api, content, theirs), content) == first
    assert get(api, content, theirs).body == content


def test_whoever_is_shown_what_names_a_file_may_fetch_it_and_nobody_else(api: Api) -> None:
    """A party, a role; for both calls; and not any more when it is not named."""
    content = pdf()
    put(api, content, name="letter.pdf")
    others = (api.token(OTHER, "officer"), api.token(CUSTOMS_ID, "customs"))
    strangers = (api.token(OTHER, "operator"), api.token(THIRD, "officer"))

    def seen(tokens: tuple[str, ...]) -> list[int]:
        return [get(api, content, token, what).status for token in tokens for what in ("", "/facts")]

    assert seen((*others, *strangers)) == [404] * 8
    with api.database.write() as connection:
        owners.keep(connection, Keep("C1", ENTERPRISE, (digest_of(content),), ("customs",)), NOW)
        owners.keep(connection, Keep("C1/x", ENTERPRISE, (digest_of(content),), (OTHER,)), NOW)
    assert seen(others) == [200] * 4
    assert seen((strangers[1],)) == [404] * 2
    facts = get(api, content, others[1], "/facts").json
    assert (facts["own"], facts["until"], facts["name"]) == (False, None, "letter.pdf")
    with api.database.write() as connection:
        owners.keep(connection, Keep("C1", ENTERPRISE), NOW)
        owners.keep(connection, Keep("C1/x", ENTERPRISE), NOW)
    assert seen((*others, *strangers)) == [404] * 8


def test_what_is_published_is_fetched_by_its_audience(api: Api) -> None:
    """The list and the bulletin name its files; who is told may fetch them, who is not sees neither."""
    content = pdf()
    put(api, content, name="guide.pdf")
    with api.database.write() as connection:
        file = owners.owned(connection, ENTERPRISE, [digest_of(content)])[digest_of(content)].plain
        bulletins.tell(
            connection, Publish("N1", "material", "指南", "…", ENTERPRISE, "officer", (file,)), NOW
        )
        bulletins.tell(connection, Publish("N2", "news", "新闻", "…", ENTERPRISE, EVERYONE), NOW)
        bulletins.tell(connection, Publish("N3", "news", "一家", "…", ENTERPRISE, OTHER), NOW)
    officer, operator = api.token(THIRD, "officer"), api.token(THIRD, "operator")
    (one,) = api.ask("GET /v1/bulletins?kind=material", token=officer).json["bulletins"]
    assert one["files"] == [
        {"sha256": digest_of(content), "size": len(content), "mediaType": PDF, "name": "guide.pdf"}
    ]
    assert api.ask(f"GET /v1/bulletins/{one['id']}", token=officer).json == one
    assert get(api, content, officer).body == content
    assert api.ask("GET /v1/bulletins?kind=material", token=operator).json["bulletins"] == []
    assert api.ask(f"GET /v1/bulletins/{one['id']}", token=operator).status == 404
    assert get(api, content, operator).status == 404
    titles = [
        each["title"] for each in api.ask("GET /v1/bulletins", token=api.token(OTHER)).json["bulletins"]
    ]
    assert titles == ["一家", "新闻"]


def test_what_a_party_sends_is_in_the_journal_once(api: Api) -> None:
    """As everything else that was taken; sent again it is no other thing."""
    content = pdf()
    for _ in range(2):
        put(api, content)
    put(api, content, api.token(OTHER))
    with api.database.read() as connection:
        rows = connection.execute(text("SELECT kind, party, digest FROM journal ORDER BY seq")).all()
    assert [tuple(row) for row in rows] == [
        ("attachment", party, digest_of(content)) for party in (ENTERPRISE, OTHER)
    ]


# -- what is left behind -------------------------------------------------------------------------


def test_in_time_what_nothing_names_is_gone_and_what_is_named_stays(api: Api) -> None:
    """By the clock of the sweep: unnamed files, files of nobody and half files; nothing sooner."""
    named, loose, lost = pdf(seed=b"named"), pdf(seed=b"loose"), pdf(seed=b"lost")
    for content in (named, loose):
        put(api, content)
    found = calls(api)
    store: Store = found._store
    with api.database.write() as connection:
        owners.keep(connection, Keep("C1", ENTERPRISE, (digest_of(named),)), NOW)
    nobodys = store.receive()
    nobodys.write(lost)
    nobodys.keep(digest_of(lost))
    store.receive().write(b"half")
    now = found._clock()

    def sweep(after: timedelta) -> None:
        caretaker = Caretaker(store, found._files, found._writer, lambda: now + after)
        for _ in range(256):  # a folder a time
            api.loop.call(caretaker.sweep)

    sweep(LEFT - timedelta(minutes=1))
    assert len(files(api)) == 4
    sweep(LEFT + timedelta(minutes=1))
    assert sorted(files(api)) == sorted(map(digest_of, (named, loose, lost)))
    sweep(owners.KEPT_LOOSE + timedelta(minutes=1))
    assert files(api) == [digest_of(named)]
    assert get(api, loose, api.token()).status == 404
    assert get(api, named, api.token()).body == named


def _send(client: Client, data: bytes) -> None:
    try:
        client.send(data)
    except OSError:
        return
