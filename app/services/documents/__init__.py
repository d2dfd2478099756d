"""Official papers of the simulated offices: set as tagged PDF, signed by the office, time-stamped, and checked again.

Every paper says in words and across the page that it is a simulation; so do the certificates that sign it. Setting and signing load
their libraries when the first paper is made, not before.
"""
