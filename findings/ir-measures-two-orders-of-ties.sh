#!/bin/sh
# ir_measures 0.4.3 breaks ties in two ways in one call. Measures that trec_eval computes (RR, AP,
# P, nDCG) take the greater document id first; measures of another provider (RR with a cutoff,
# Judged) take the smaller one first. So of one run with three tied documents RR is 1/3 and RR@10
# is 1, though a cutoff beyond the list's end should change nothing. Nothing warns.
#
# That is why lists are handed over in an order of our own, with scores n, n-1, ..., 1.
# Exits with 0 while this holds, with 1 when it no longer does. Needs Python 3.11 and the network.
set -eu
here=$(mktemp -d)
trap 'rm -rf "$here"' EXIT
"${PYTHON:-python3.11}" -m venv "$here/venv"
"$here/venv/bin/pip" install --quiet --disable-pip-version-check \
  ir-measures==0.4.3 pytrec_eval-terrier==0.5.11
"$here/venv/bin/python" - <<'PYTHON'
import sys

from ir_measures import AP, RR, Judged, P, calc_aggregate, nDCG

qrels = {"q": {"a": 1, "b": 0}}
run = {"q": {"a": 1.0, "b": 1.0, "c": 1.0}}
values = calc_aggregate([RR, RR @ 10, AP, P @ 1, Judged @ 1, nDCG @ 10], qrels, run)
for measure, value in values.items():
    print(measure, round(value, 4))
greater_first = values[RR] == values[AP] == 1 / 3 and values[P @ 1] == 0
smaller_first = values[RR @ 10] == values[Judged @ 1] == 1
sys.exit(0 if greater_first and smaller_first else 1)
PYTHON
