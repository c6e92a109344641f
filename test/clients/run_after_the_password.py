"""Runs the documentation's Python: what it decides, or that it let nobody in."""

import pathlib
import sys

sys.path.append(str(pathlib.Path(__file__).parents[2] / "examples"))
from after_the_password import after_the_password  # noqa: E402

try:
    print(after_the_password(*sys.argv[1:]))
except Exception:
    print("no log-in")
