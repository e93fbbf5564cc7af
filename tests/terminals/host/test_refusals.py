"""What the host does not do, each tried with OpenSSH's own client; and what it does not speak."""

from __future__ import annotations

import subprocess

import pytest

from tests.scenarios.house import free_port
from tests.terminals.host.house import ADDRESS, QUIT, Guest, HostProcess


@pytest.mark.parametrize(
    "command", ["id", "sh -c id", "scp -t /tmp/x", "sftp-server", "/usr/lib/openssh/sftp-server", ""]
)
def test_no_command_is_run(guest: Guest, host: HostProcess, command: str) -> None:
    """Whoever sends one reads that there is none; no process was started for it."""
    done = guest.run("host", *([command] if command else ["-T"]), LANG="zh_CN.UTF-8")
    assert (done.returncode, done.stdout) == (1, "")
    assert "此处不提供命令行" in done.stderr
    assert host.sessions() == []


def test_a_command_with_a_terminal_is_no_terminal(guest: Guest, host: HostProcess) -> None:
    """`ssh -t host command` gets the same answer."""
    with guest.sit("-t", "-o", "RemoteCommand=id") as seat:
        assert seat.end() == 1
        assert "no shell and no command" in seat.screen
    assert host.sessions() == []


def test_other_subsystems_are_refused(guest: Guest) -> None:
    """SFTP is the only one."""
    done = guest.run("-s", "host", "netconf")
    assert done.returncode != 0
    assert "subsystem request failed" in done.stderr


def test_no_forward_is_opened_in_either_direction(guest: Guest, host: HostProcess) -> None:
    """TCP and Unix sockets, from here and from there: all refused, and said so in the log."""
    port = free_port()
    for option in (f"-R{port}:127.0.0.1:1", f"-R{guest.folder}/sock:127.0.0.1:1", f"-R{port}"):
        done = guest.run("-N", "-o", "ExitOnForwardFailure=yes", option, "host")
        assert done.returncode != 0, option
        assert "forwarding failed" in done.stderr
    target = f"{ADDRESS}:{host.house.port}"
    done = guest.run("-W", target, "host", given="GET / HTTP/1.0\r\n\r\n")
    assert done.returncode != 0
    assert "stdio forwarding failed" in done.stderr
    kinds = {line["kind"] for line in host.logged("a channel was refused")}
    assert "direct-tcpip" in kinds
    asked = {line["request"] for line in host.logged("a request was refused")}
    assert {"tcpip-forward", "streamlocal-forward@openssh.com"} <= asked


def test_x11_is_not_forwarded(guest: Guest, host: HostProcess) -> None:
    """The session begins without it."""
    with guest.sit("-X", environment={"DISPLAY": ":9"}) as seat:
        assert seat.shows("user") == guest.person.account
        seat.press(QUIT)
        seat.end()


@pytest.mark.parametrize(
    "option",
    [
        "Ciphers=aes128-cbc", "Ciphers=3des-cbc", "Ciphers=aes128-gcm@openssh.com", "MACs=hmac-sha1",
        "MACs=hmac-md5", "KexAlgorithms=diffie-hellman-group14-sha1",
        "KexAlgorithms=diffie-hellman-group-exchange-sha1", "KexAlgorithms=diffie-hellman-group1-sha1",
        "HostKeyAlgorithms=ssh-rsa",
    ],
)  # fmt: skip
def test_old_algorithms_are_not_spoken(guest: Guest, option: str) -> None:
    """A client that knows nothing newer is turned away before it says who it is."""
    done = guest.run("-o", option, "-o", "LogLevel=INFO", "host", "-T")
    assert done.returncode == 255
    assert "Unable to negotiate" in done.stderr


@pytest.mark.parametrize(
    "option",
    [
        "Ciphers=aes256-ctr", "MACs=hmac-sha2-512", "KexAlgorithms=curve25519-sha256",
        "KexAlgorithms=ecdh-sha2-nistp521", "HostKeyAlgorithms=rsa-sha2-256",
        "HostKeyAlgorithms=ssh-ed25519", "PubkeyAcceptedAlgorithms=rsa-sha2-256",
        "PubkeyAcceptedAlgorithms=rsa-sha2-512", "Compression=yes",
    ],
)  # fmt: skip
def test_newer_ones_are(guest: Guest, option: str) -> None:
    """Each of those that are offered works with the client's."""
    assert guest.run("-o", option, "host", "-T").returncode == 1


def test_rsa_keys_sign_with_sha2_only(guest: Guest, host: HostProcess) -> None:
    """The host says which signatures it takes, though its own first key is Ed25519; SHA-1 is none of them."""
    done = guest.run("-v", "-o", "LogLevel=DEBUG1", "host", "-T")
    assert "server-sig-algs=<rsa-sha2-512,rsa-sha2-256," in done.stderr
    assert "resetting send seqnr" in done.stderr  # the strict key exchange
    done = guest.run("-o", "PubkeyAcceptedAlgorithms=ssh-rsa", "host", "-T")
    assert done.returncode == 255
    assert "Permission denied" in done.stderr


def test_the_host_keys_are_those_that_were_printed(host: HostProcess) -> None:
    """Fingerprints on the console and in the log are those that a client sees."""
    shown = []
    for file in sorted((host.state / "keys").glob("*.pub")):
        done = subprocess.run(["ssh-keygen", "-lf", file], capture_output=True, text=True, check=True)
        shown.append(done.stdout.split()[1])
        assert oct(file.with_suffix("").stat().st_mode)[-3:] == "600"
    assert sorted(shown) == sorted(host.fingerprints)
    assert sorted(each.split()[1] for each in host.logged("serving")[0]["keys"]) == sorted(shown)
