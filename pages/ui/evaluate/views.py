"""The views of the page Evaluate."""

RESULTS, NEW, SETS, EXPERIMENT = "Results", "New", "Questions", "Experiment"
DEPTH, SKIP = "Depth", "Skip predictor"
VIEWS = (RESULTS, NEW, SETS, EXPERIMENT, DEPTH, SKIP)
