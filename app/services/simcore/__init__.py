"""What the simulated services share: world and clock headers, store, faults, audit log, problems, intake, OpenAPI, embedding."""
