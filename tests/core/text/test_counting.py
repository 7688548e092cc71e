"""Numbers with a sign, as every sentence says them."""

from hypothesis import given, strategies as st

from core.text.counting import minus, signed


@given(st.floats(-1e6, 1e6), st.integers(0, 4))
def test_a_sign_is_true_and_the_number_is_the_number(value, decimals):
    """Read back it is the rounded value; the hyphen of machines is never in it."""
    said = signed(value, decimals)
    assert said[0] in "+−"
    assert "-" not in said
    assert float(said.replace("−", "-")) == round(value, decimals) or abs(value) < 1e-9


def test_rounding_errors_have_no_sign():
    """The mean of differences that cancel out is 0, whatever the last bits say."""
    assert signed(0.1 + 0.2 - 0.3 - 5e-17, 3) == signed(-1e-17, 3) == "+0.000"
    assert [signed(3.214), signed(-0.4), signed(0.0)] == ["+3.21", "−0.40", "+0.00"]
    assert signed(-0.0004, 3) == "−0.000"  # below 0, and said to be
    assert minus("1e-05 to 2") == "1e−05 to 2"
