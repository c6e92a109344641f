"""`python3 -m unittest` from the folder above, with the service that `real.py` names."""

import logging

logging.disable(logging.ERROR)
