"""Sentences about attachments, and about workbooks that are filled in and read back.

Knows the words only; refuses to know when they are said.
"""

from __future__ import annotations

from terminals.sentences import Sentences

SENTENCES: Sentences = {
    "attachment-unreadable": (
        "{file} cannot be read ({reason}): choose a file that is there",
        "无法读取 {file}（{reason}）：请选择存在的文件",
    ),
    "attachment-too-large": (
        "{file} is too large: an attachment has at most {most} KiB; make it smaller or divide it",
        "{file} 过大：每个附件不超过 {most} KiB，请压缩或拆分后再上传",
    ),
    "attachment-refused": (
        "{file} cannot be attached: {reason}",
        "{file} 不能作为附件：{reason}",
    ),
    "attachment-changed": (
        "{file} was changed while it was sent: choose it again",
        "{file} 在上传过程中被修改：请重新选择",
    ),
    "attachment-not-taken": (
        "{origin} does not take {file} ({status}): {detail}",
        "{origin} 未接收 {file}（{status}）：{detail}",
    ),
    "attachment-none": (
        "there is no such file for you at {origin}: it was taken back, or is not yours to see",
        "{origin} 没有您可以下载的该文件：可能已撤回，或无权查看",
    ),
    "attachment-damaged": (
        "{file} did not come as it was published: nothing was kept, fetch it again",
        "{file} 下载内容与发布的不一致：未保存，请重新下载",
    ),
    "attachment-no-room": (
        "there is no room for {file}: your files may hold {most} MB; delete some over SFTP, fetch it again",
        "没有空间存放 {file}：您的文件区最多 {most} MB，请通过 SFTP 删除部分文件后重新下载",
    ),
    "attachment-unwritable": (
        "{file} cannot be written into your files ({reason}): make room and fetch it again",
        "无法将 {file} 写入您的文件区（{reason}）：请清理空间后重新下载",
    ),
}
