"""The site's side of the services: the only code that speaks HTTP to them."""
