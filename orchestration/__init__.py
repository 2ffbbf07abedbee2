"""What runs and when: contracts, ingestion, privacy, reporting, and the Dagster definitions."""
