"""When an answer stays silent: noise floors, the rules, and judged questions to fit them by."""
