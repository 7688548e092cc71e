"""Python loads this file by itself when its folder is in PYTHONPATH, in child processes too.

Every attempt to reach an address is written to the file ``NETWORK_LOG`` as "event address" and
refused, except addresses of this machine when ``NETWORK_LOOPBACK`` is set. Python's audit events
see every socket of Python code, whoever opens it.
"""

import os
import sys

_LOG = os.environ.get("NETWORK_LOG", "")
_EVENTS = ("socket.connect", "socket.sendto", "socket.sendmsg", "socket.getaddrinfo")
_HERE = ("127.", "::1", "localhost")


def _watch(event: str, args: tuple[object, ...]) -> None:
    if event not in _EVENTS:
        return
    target = args[0] if event == "socket.getaddrinfo" else args[1]
    host = str(target[0]) if isinstance(target, tuple) else str(target)
    if os.environ.get("NETWORK_LOOPBACK") and host.startswith(_HERE):
        return
    with open(_LOG, "a", encoding="utf-8") as log:
        log.write(f"{event} {target}\n")
    raise PermissionError(f"{event} {target} is forbidden in this test")


if _LOG:
    sys.addaudithook(_watch)
