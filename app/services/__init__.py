"""The simulated outside world: services that know nothing of the site and are reached over HTTP alone."""
