"""What all tests share."""

import logging
import os

from hypothesis import settings

# Else every new home folder of a test would measure the runtimes, for half a minute beside it.
os.environ.setdefault("SECOND_LOOK_RUNTIME", "torch-fp32")
os.environ.setdefault("SECOND_LOOK_MEASURE", "off")

# Said of every cached function when pages are imported without a server, above all results.
logging.getLogger("streamlit.runtime.caching.cache_data_api").disabled = True

# A busy machine makes single examples slow; pytest's own timeout catches a test that hangs.
settings.register_profile("second-look", deadline=None)
settings.load_profile("second-look")
