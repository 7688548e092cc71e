"""Both models on OpenVINO: converted once, in batches of one length, int8 by a recipe."""
