"""Fits on the models of the made client."""

from dataclasses import replace

from core.evaluate.claims import Tally
from core.learn.abstention_fit import AbstentionFit
from core.learn.skip_predictor_fit import SkipPredictorFit
from core.search.fitted import models_key
from core.search.skip_predictor import SkipPredictor
from tests.core.evaluate.made_client import MODEL, READER

ON = models_key(MODEL, replace(READER, sha256="('', '')"))
SKIP_FIT = SkipPredictorFit(SkipPredictor(1.0, -2.0, -3.0, 0.4), 40, 12, 0.0, True, "fine", ON)
HELD_OUT = Tally(5, 5, 5, 5)
ABSTENTION = AbstentionFit(1.5, HELD_OUT, HELD_OUT, True, "fine", ON)
