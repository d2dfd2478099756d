"""Where the site keeps worlds: SQLAlchemy models, migrations, encryption at rest. Only ``app.world`` writes here."""
