"""SFTP version 3 (draft-ietf-secsh-filexfer-02) on an area: packets in, packets out, no network.

Knows the requests and their answers, as many of OpenSSH's extensions as its sftp and scp use, and that every
request has exactly one answer; refuses links of both kinds. Whatever is asked is bounded: the length of a
packet, the handles, the entries of one answer.
"""

from __future__ import annotations

import errno
import os
import stat
import struct
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from terminals.host.area import Area, Upload
from terminals.host.packets import (
    DENIED,
    EOF,
    FAILURE,
    HEAD,
    NO_SUCH_FILE,
    OK,
    UNSUPPORTED,
    Fields,
    Refused,
    attributes,
    long,
    packet,
    status,
    string,
)

PACKET = 256 * 1024  # bytes; OpenSSH's own limit (SFTP_MAX_MSG_LENGTH)
_BLOCK = 64 * 1024  # bytes read at once
_ENTRIES = 100  # of a folder in one answer

_INIT, _VERSION, _EXTENDED = 1, 2, 200
_HANDLE, _DATA, _NAMES, _ATTRS, _EXTENDED_REPLY = 102, 103, 104, 105, 201
_READ, _WRITE, _APPEND, _CREATE, _TRUNCATE, _EXCLUSIVE = 1, 2, 4, 8, 16, 32

_CODES = {
    errno.ENOENT: NO_SUCH_FILE,
    errno.ENOTDIR: NO_SUCH_FILE,
    errno.EACCES: DENIED,
    errno.EPERM: DENIED,
    errno.ELOOP: DENIED,  # a link, which is not followed
}
_EXTENSIONS = (
    (b"posix-rename@openssh.com", b"1"), (b"statvfs@openssh.com", b"2"), (b"limits@openssh.com", b"1"),
)  # fmt: skip


Work = Callable[[], bytes]
"""What finds an answer, in a thread. Raises OSError."""


class Malformed(Exception):
    """What came is no SFTP: nothing that follows can be understood either."""


@dataclass(slots=True)
class _Reading:
    descriptor: int


@dataclass(slots=True)
class _Writing:
    upload: Upload
    append: bool
    readable: bool


@dataclass(slots=True)
class _Listing:
    left: list[tuple[str, os.stat_result]]


@dataclass(slots=True)
class Storing:
    """A request whose answer takes a while, since files are copied or synced for it.

    Call `store` in a thread, and what it returns is the answer. Until then nothing else is done with the
    transfer, and it is not closed.
    """

    work: Work
    number: bytes  # of the request

    def store(self) -> bytes:
        """Do it; the answer."""
        try:
            answer = self.work()
        except OSError as error:
            answer = _failed(error)
        return packet(answer[0], self.number + answer[1:])


class Sftp:
    """One file transfer: `feed` it, `step` until there is no answer, `close` it."""

    def __init__(self, area: Area, handles: int, owner: str) -> None:
        """`owner`: whose name a listing shows."""
        self._area = area
        self._most = handles
        self._owner = owner
        self._buffer = bytearray()
        self._begun = False
        self._handles: dict[bytes, _Reading | _Writing | _Listing] = {}
        self._count = 0
        self._requests: dict[int, Callable[[Fields], bytes | Work]] = {
            3: self._open, 4: self._close, 5: self._read, 6: self._write, 7: self._stat, 8: self._fstat,
            9: self._setstat, 10: self._fsetstat, 11: self._opendir, 12: self._readdir, 13: self._remove,
            14: self._mkdir, 15: self._rmdir, 16: self._realpath, 17: self._stat, 18: self._rename,
            _EXTENDED: self._extended,
        }  # fmt: skip

    @property
    def waiting(self) -> int:
        """Bytes fed and not yet looked at."""
        return len(self._buffer)

    def feed(self, data: bytes) -> None:
        """More of what the client sends."""
        self._buffer += data

    def step(self) -> bytes | Storing | None:
        """The answer to the next request, or who finds it; None while none is complete. Raises Malformed."""
        if len(self._buffer) < 5:
            return None
        length, kind = HEAD.unpack_from(self._buffer)
        if not 1 <= length <= PACKET:
            raise Malformed("a length that no request has")
        if len(self._buffer) < 4 + length:
            return None
        fields = Fields(bytes(self._buffer[5 : 4 + length]))
        del self._buffer[: 4 + length]
        if not self._begun:
            if kind != _INIT:
                raise Malformed("the first request is no INIT")
            self._begun = True
            return packet(_VERSION, long(3) + b"".join(string(n) + string(v) for n, v in _EXTENSIONS))
        try:
            number = fields.take(4)
        except Refused:
            raise Malformed("a request without a number") from None
        return self._answer(kind, number, fields)

    def close(self) -> None:
        """Give everything back; what was not completed is gone."""
        for handle in self._handles.values():
            if isinstance(handle, _Reading):
                os.close(handle.descriptor)
            elif isinstance(handle, _Writing):
                handle.upload.drop()
        self._handles.clear()

    def _answer(self, kind: int, number: bytes, fields: Fields) -> bytes | Storing:
        handler = self._requests.get(kind)
        try:
            if handler is None:
                raise Refused(UNSUPPORTED, "not offered here")
            answer = handler(fields)
            if not isinstance(answer, bytes):
                return Storing(answer, number)
        except Refused as refused:
            answer = status(refused.code, str(refused))
        except OSError as error:
            answer = _failed(error)
        return packet(answer[0], number + answer[1:])

    # -- files -------------------------------------------------------------------------------------------

    def _open(self, fields: Fields) -> bytes | Work:
        path, flags, wanted = fields.text(), fields.long(), fields.attributes()
        self._room()
        if not flags & _WRITE:
            return self._new(_Reading(self._area.read(path)))
        upload = self._area.write(
            path, keep=not flags & _TRUNCATE, create=bool(flags & _CREATE),
            only_new=bool(flags & _CREATE and flags & _EXCLUSIVE),
        )  # fmt: skip
        try:
            upload.change(wanted.mode, None)
        except OSError:
            upload.drop()
            raise
        answer = self._new(_Writing(upload, bool(flags & _APPEND), bool(flags & _READ)))

        name = long(self._count)

        def copied() -> bytes:
            try:
                upload.copy()
            except OSError:
                del self._handles[name]
                upload.drop()
                raise
            return answer

        return copied if upload.owes else answer

    def _close(self, fields: Fields) -> bytes | Work:
        name = fields.string()
        handle = self._handles.pop(name, None)
        if handle is None:
            raise Refused(FAILURE, "there is no such handle")
        if isinstance(handle, _Reading):
            os.close(handle.descriptor)
        elif isinstance(handle, _Writing):
            if handle.upload.whole:
                return partial(_kept, handle.upload)
            handle.upload.keep()
        return status(OK)

    def _read(self, fields: Fields) -> bytes:
        handle, offset, size = self._handle(fields), fields.longlong(), fields.long()
        if isinstance(handle, _Reading):
            descriptor = handle.descriptor
        elif isinstance(handle, _Writing) and handle.readable:
            descriptor = handle.upload.descriptor
        else:
            raise Refused(DENIED, "not open for reading")
        data = os.pread(descriptor, min(size, _BLOCK), offset) if offset < 1 << 63 else b""
        if not data and size:
            raise Refused(EOF, "the end")
        return bytes([_DATA]) + string(data)

    def _write(self, fields: Fields) -> bytes:
        handle, offset, data = self._handle(fields), fields.longlong(), fields.string()
        if not isinstance(handle, _Writing):
            raise Refused(DENIED, "not open for writing")
        handle.upload.write(handle.upload.size if handle.append else offset, data)
        return status(OK)

    def _fstat(self, fields: Fields) -> bytes:
        handle = self._handle(fields)
        if isinstance(handle, _Listing):
            raise Refused(FAILURE, "a folder's handle")
        descriptor = handle.descriptor if isinstance(handle, _Reading) else handle.upload.descriptor
        return bytes([_ATTRS]) + attributes(os.fstat(descriptor))

    def _fsetstat(self, fields: Fields) -> bytes:
        handle, wanted = self._handle(fields), fields.attributes()
        if not isinstance(handle, _Writing):
            raise Refused(DENIED, "not open for writing")
        if wanted.size is not None:
            handle.upload.resize(wanted.size)
        handle.upload.change(wanted.mode, wanted.times)
        return status(OK)

    # -- names -------------------------------------------------------------------------------------------

    def _stat(self, fields: Fields) -> bytes:
        return bytes([_ATTRS]) + attributes(self._area.stat(fields.text()))

    def _setstat(self, fields: Fields) -> bytes | Work:
        path, wanted = fields.text(), fields.attributes()
        if wanted.size is None:
            self._area.change(path, wanted.mode, wanted.times)
            return status(OK)
        upload = self._area.write(path, keep=True, create=False)
        try:
            upload.resize(wanted.size)
        except OSError:
            upload.drop()
            raise

        def resized() -> bytes:
            try:
                upload.copy()
            except OSError:
                upload.drop()
                raise
            upload.keep()
            self._area.change(path, wanted.mode, wanted.times)
            return status(OK)

        return resized

    def _opendir(self, fields: Fields) -> bytes:
        self._room()
        return self._new(_Listing(self._area.listing(fields.text())))

    def _readdir(self, fields: Fields) -> bytes:
        handle = self._handle(fields)
        if not isinstance(handle, _Listing):
            raise Refused(FAILURE, "no folder's handle")
        shown, handle.left = handle.left[:_ENTRIES], handle.left[_ENTRIES:]
        if not shown:
            raise Refused(EOF, "the end")
        names = b"".join(
            string(name.encode("utf-8", "surrogateescape")) + string(self._line(name, each))
            + attributes(each) for name, each in shown
        )  # fmt: skip
        return bytes([_NAMES]) + long(len(shown)) + names

    def _line(self, name: str, found: os.stat_result) -> bytes:
        """As `ls -l` writes it, which is what sftp shows."""
        when = time.strftime("%b %d %Y", time.localtime(found.st_mtime))
        mode, owner = stat.filemode(found.st_mode), self._owner[:16]
        text = f"{mode} {1:4} {owner:8} {owner:8} {found.st_size:12} {when} {name}"
        return text.encode("utf-8", "surrogateescape")

    def _realpath(self, fields: Fields) -> bytes:
        path = self._area.shown(fields.text()).encode()
        return bytes([_NAMES]) + long(1) + string(path) + string(path) + long(0)

    def _remove(self, fields: Fields) -> bytes:
        self._area.remove(fields.text())
        return status(OK)

    def _mkdir(self, fields: Fields) -> bytes:
        self._area.make_folder(fields.text())
        return status(OK)

    def _rmdir(self, fields: Fields) -> bytes:
        self._area.remove_folder(fields.text())
        return status(OK)

    def _rename(self, fields: Fields) -> bytes:
        self._area.rename(fields.text(), fields.text(), replace=False)
        return status(OK)

    def _extended(self, fields: Fields) -> bytes:
        name = fields.string()
        if name == b"posix-rename@openssh.com":
            self._area.rename(fields.text(), fields.text(), replace=True)
            return status(OK)
        if name == b"limits@openssh.com":
            limits = struct.pack(">4Q", PACKET, _BLOCK, PACKET - 1024, self._most)
            return bytes([_EXTENDED_REPLY]) + limits
        if name == b"statvfs@openssh.com":
            return bytes([_EXTENDED_REPLY]) + self._space()
        raise Refused(UNSUPPORTED, "not offered here")

    def _space(self) -> bytes:
        """The quota, as a file system of its own: what `df` shows."""
        size, files = self._area.used()
        quota, unit = self._area.quota, 1024
        blocks, inodes = max(0, quota.size - size) // unit, max(0, quota.files - files)
        return struct.pack(
            ">11Q", unit, unit, quota.size // unit, blocks, blocks, quota.files, inodes, inodes, 0, 2, 255
        )

    # -- handles -----------------------------------------------------------------------------------------

    def _room(self) -> None:
        if len(self._handles) >= self._most:
            raise Refused(FAILURE, "too many files are open")

    def _new(self, handle: _Reading | _Writing | _Listing) -> bytes:
        self._count += 1
        name = long(self._count)
        self._handles[name] = handle
        return bytes([_HANDLE]) + string(name)

    def _handle(self, fields: Fields) -> _Reading | _Writing | _Listing:
        found = self._handles.get(fields.string())
        if found is None:
            raise Refused(FAILURE, "there is no such handle")
        return found


def _kept(upload: Upload) -> bytes:
    """An upload that is complete is on disk, under its name."""
    upload.keep()
    return status(OK)


def _failed(error: OSError) -> bytes:
    """An error of the file system as a status."""
    code = _CODES.get(error.errno or 0, FAILURE)
    return status(code, os.strerror(error.errno or errno.EIO))
