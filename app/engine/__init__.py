"""Pure rules: definitions in, plans out. No web, no store, no clock, no network."""
