"""What cannot be converted for OpenVINO is refused, and leaves nothing behind."""

import logging

import pytest

from core.errors import ModelError
from core.models.openvino.graphs import convert


@pytest.mark.model
def test_a_refused_conversion_leaves_the_log_as_it_was(caplog):
    """OpenVINO raises the root level for a conversion, and leaves it so when that fails."""
    import torch

    class Refused(torch.nn.Module):
        def forward(self, *tokens):
            raise ValueError("no graph of this")

    root = logging.getLogger()
    before = root.level, list(root.filters)
    with pytest.raises(ModelError, match="cannot be converted"):
        convert(Refused())
    assert (root.level, root.filters) == before
    logging.getLogger("core").warning("still heard")
    assert "still heard" in caplog.text
