"""``mcp``: the collections of a home folder for an assistant that speaks that protocol."""

from __future__ import annotations

import argparse
from contextlib import closing

from core.app.engine import open_engine
from core.cli.given import Commands, Say
from core.settings import Settings


def add_mcp(commands: Commands) -> None:
    """Describe the command to the parser."""
    what = "serve the collections to an assistant (Model Context Protocol, over stdio)"
    commands.add_parser("mcp", help=what).set_defaults(run=run_mcp)


def run_mcp(settings: Settings, _: argparse.Namespace, __: Say) -> int:
    """``mcp``: until the assistant hangs up; the home folder is open only while it is asked."""
    from core.integrations.mcp import HeldEngine, mcp_server  # noqa: PLC0415 - an optional package

    with closing(HeldEngine(lambda: open_engine(settings))) as held:
        mcp_server(held).run("stdio")
    return 0
