"""htmx as flask-htmx reads it: one place to know whether a request came from a swap."""

from flask_htmx import HTMX

htmx = HTMX()
