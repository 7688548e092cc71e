"""What all tests share."""

from hypothesis import settings

# A busy machine makes single examples slow; pytest's own timeout catches a test that hangs.
settings.register_profile("second-look", deadline=None)
settings.load_profile("second-look")
