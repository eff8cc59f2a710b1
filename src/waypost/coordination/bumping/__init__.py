"""Time that is needed though visits stand in it: whom it harms most, and what becomes of each. Nobody is cancelled in silence."""
