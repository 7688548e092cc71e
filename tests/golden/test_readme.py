"""The README's code runs, and does what it says."""

import json
import re
import shlex
import sys
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from mcp.client.client import Client
from mcp.client.stdio import StdioServerParameters, stdio_client

from core.app.engine import open_engine
from core.cli.main import parser
from core.samples import sample_documents
from tests import own_loop
from tests.made_home import settings_of

README = Path(__file__).parents[2] / "README.md"


EXAMPLES = re.findall(r"```python\n(.*?)```", README.read_text(), re.DOTALL)


@pytest.fixture(scope="module")
def samples(tmp_path_factory):
    """A home folder with the sample documents."""
    home = tmp_path_factory.mktemp("home")
    with closing(open_engine(settings_of(home))) as engine:
        engine.jobs.add(engine.library.collection_named("").id, sample_documents())
        engine.jobs.wait()
    return home


@pytest.mark.model
@pytest.mark.parametrize("example", EXAMPLES)
def test_a_python_example_prints_what_the_readme_says(example, samples, monkeypatch, capsys):
    """With the bundled models and the frameworks: the sentence that forbids is first."""
    monkeypatch.setenv("SECOND_LOOK_HOME", str(samples))
    names = dict[str, Any]()
    try:
        exec(example, names)
    finally:
        if "engine" in names:
            names["engine"].close()
    said = capsys.readouterr().out
    forbidding = [line for line in said.splitlines() if "elf-approval of expense reports" in line]
    assert forbidding, said
    shown = re.findall(r"# \[?\(?(\d\.\d+)\.\.\.", example)
    printed = re.findall(r"\d\.\d+", forbidding[-1])[-1:] if shown else []
    assert [float(n) for n in printed] == pytest.approx([float(n) for n in shown], abs=0.2)


@pytest.mark.model
@pytest.mark.parametrize("mode", ["legacy", "auto"])
def test_an_assistant_is_served_as_the_readme_says(mode, samples, tmp_path):
    """The SDK's own client over stdio, by both protocols, from any folder."""
    (example,) = re.findall(r"```json\n(.*?)```", README.read_text(), re.DOTALL)
    for named, real in (
        ("/path/to/second-look/.venv/bin/python", sys.executable),
        ("/path/to/second-look/data", str(samples)),
        ("/path/to/second-look", str(README.parent)),
    ):
        example = example.replace(named, real)
    server = json.loads(example)["mcpServers"]["second-look"]
    server["env"] |= {"SECOND_LOOK_RUNTIME": "openvino-f32", "PYTHONWARNINGS": "error"}
    question = {"question": "Can I approve my own travel expenses?"}

    async def asked():
        started = stdio_client(StdioServerParameters(**server, cwd=tmp_path))
        async with Client(started, mode=mode) as client:
            names = "search", "compare", "answer"
            return [await client.call_tool(name, question) for name in names]

    results = own_loop.run(asked())
    search, compare, answer = (result.structured_content for result in results)
    assert "strictly forbidden" in search["passages"][0]["text"]
    assert search["passages"] == compare["passages"]
    assert "strictly forbidden" not in compare["without_reranking"][0]["text"]
    (citation, *_) = answer["citations"]
    assert (answer["state"], "forbidden" in citation["quote"]) == ("answered", True)
    assert re.fullmatch(r".+\.pdf, p\. \d+", citation["source"])


def test_every_command_of_the_readme_is_understood():
    """The parser knows each command with its options; what they do, the tests of core/cli say."""
    commands = re.findall(r"^python -m core (.+)$", README.read_text(), re.MULTILINE)
    known = {parser().parse_args(shlex.split(line, comments=True)).command for line in commands}
    (choices,) = (a.choices for a in parser()._actions if a.dest == "command")
    assert known == set(choices)


def test_every_file_the_readme_links_to_exists():
    """No dead link inside the project."""
    links = re.findall(r"\]\((?!https?:)([^)#]+)\)", README.read_text())
    assert links
    assert [link for link in links if not (README.parent / link).exists()] == []
