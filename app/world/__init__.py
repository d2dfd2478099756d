"""A visitor's sandbox: journeys, ledger, cases, clock. The only code that writes to the store and speaks to services."""
