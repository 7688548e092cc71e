#!/bin/sh
# openvino 2026.4.1: a conversion of a torch module that fails leaves Python's root logger at ERROR,
# with a filter more: every later warning of the whole program is lost. One that succeeds puts both back.
#
# Exits with 0 while this holds, with 1 when it no longer does. Needs Python 3.11 and the network.
set -eu
here=$(mktemp -d)
trap 'rm -rf "$here"' EXIT
"${PYTHON:-python3.11}" -m venv "$here/venv"
"$here/venv/bin/pip" install --quiet --disable-pip-version-check \
  --extra-index-url "${TORCH_INDEX:-https://download.pytorch.org/whl/cpu}" \
  openvino==2026.4.1 torch==2.13.0
cd "$here"
"$here/venv/bin/python" -W ignore - <<'PYTHON'
import logging
import sys

import openvino
import torch


class Doubles(torch.nn.Module):
    def forward(self, x):
        return x * 2


class Refuses(torch.nn.Module):
    def forward(self, x):
        raise ValueError("this model cannot be traced")


def log_after(module):
    try:
        openvino.convert_model(module.eval(), example_input=torch.zeros(1, 2))
    except Exception as error:
        print("raised", type(error).__name__)
    root = logging.getLogger()
    print(type(module).__name__, logging.getLevelName(root.level), len(root.filters), "filters")
    return root.level, len(root.filters)


succeeded, failed = log_after(Doubles()), log_after(Refuses())
sys.exit(0 if succeeded == (logging.WARNING, 0) and failed == (logging.ERROR, 1) else 1)
PYTHON
