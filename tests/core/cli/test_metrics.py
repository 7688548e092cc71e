"""``python -m core metrics``."""

from core.cli import main as cli
from core.history.history import History
from core.settings import HistorySettings
from tests.core.history.made import comparison, library_with


def test_the_figures_of_a_home_folder_are_printed(tmp_path, capsys):
    """Read beside a history that is open; a folder without one prints zeros and makes no file."""
    library, collection = library_with(tmp_path, "one.pdf")
    history = History(tmp_path / "history.sqlite", HistorySettings(), library)
    history.record(collection, comparison())
    history.flush()
    assert cli.main(["--home", str(tmp_path), "metrics"]) == 0
    out = capsys.readouterr().out
    assert "second_look_searches 1\n" in out
    assert 'second_look_stage_seconds{stage="total",quantile="0.99"} 0.01\n' in out
    history.close()
    library.close()
    empty = tmp_path / "empty"
    empty.mkdir()
    assert cli.main(["--home", str(empty), "metrics"]) == 0
    assert "second_look_searches 0\n" in capsys.readouterr().out
    assert list(empty.iterdir()) == []
