"""Both models on OpenVINO: built from the weights, in batches of one length, int8 by a recipe."""
