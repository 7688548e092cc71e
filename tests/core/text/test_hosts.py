"""Which addresses are this machine."""

import pytest

from core.text.hosts import is_loopback


@pytest.mark.parametrize("host", ["localhost", "localhost:1", "127.0.0.1:80", "127.9.9.9", "[::1]"])
def test_this_machine(host):
    """Loopback addresses and localhost, with or without a port."""
    assert is_loopback(host)


@pytest.mark.parametrize(
    "host",
    ["localhost.example", "api.openai.com", "10.0.0.1", "0.0.0.0", "169.254.169.254", "", "[::"],
)
def test_other_machines(host):
    """Everything else, also private addresses and names that look alike."""
    assert not is_loopback(host)
