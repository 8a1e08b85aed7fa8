"""The catalog as a table for other programs: Parquet, CSV, JSON lines, pandas."""
