"""Papers as PDF: how every paper of the simulation looks, and how data become a tagged file (PDF/UA-1) with the mark of the simulation.

Used by the site for what a person takes along, and by the offices for what they issue. Knows nothing of either: it gets words and sets them.
"""
