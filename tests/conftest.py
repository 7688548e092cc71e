"""What all tests share."""

import logging
import os
from functools import lru_cache

import pytest
from hypothesis import settings

from core.ingest.jobs import ahead, pipeline

# What a first start takes on most machines. Torch takes 14 s of processor time to import and load;
# and without "off" every home folder that stays open would measure the runtimes.
os.environ.setdefault("SECOND_LOOK_RUNTIME", "openvino-f32")
os.environ.setdefault("SECOND_LOOK_MEASURE", "off")

# Said of every cached function when pages are imported without a server, above all results.
logging.getLogger("streamlit.runtime.caching.cache_data_api").disabled = True

# A busy machine makes single examples slow; pytest's own timeout catches a test that hangs.
settings.register_profile("second-look", deadline=None)
settings.load_profile("second-look")


@pytest.fixture(scope="session", autouse=True)
def _each_pdf_is_read_once():
    """The same bytes are the same text: a child process reads them once, not in every test."""
    with pytest.MonkeyPatch.context() as patch:
        once = lru_cache(maxsize=64)(pipeline.parse)
        for module in (pipeline, ahead):
            patch.setattr(module, "parse", once)
        yield
