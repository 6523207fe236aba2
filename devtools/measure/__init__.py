"""Measurements of words and of a model's motion, compared with targets; threads wait as they do in the worker."""

from core.worker.threads import set_variables

# NumPy, which the modules of this package load, reads the variables once.
set_variables()
