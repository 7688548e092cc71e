"""What the file ``judgments.sqlite`` of the home folder holds."""

SCHEMA = """
CREATE TABLE IF NOT EXISTS judgments (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  collection TEXT NOT NULL,
  query TEXT NOT NULL,
  document TEXT NOT NULL,
  start INTEGER NOT NULL,
  "end" INTEGER NOT NULL,
  grade INTEGER NOT NULL CHECK (grade BETWEEN 0 AND 3),
  judge TEXT NOT NULL,
  note TEXT NOT NULL,
  source TEXT NOT NULL,
  at TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS judgments_by_query ON judgments (collection, query);
CREATE TABLE IF NOT EXISTS query_sets (
  id TEXT PRIMARY KEY,
  collection TEXT NOT NULL,
  record TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS rankings (
  collection TEXT NOT NULL,
  settings TEXT NOT NULL,
  version TEXT NOT NULL,
  query TEXT NOT NULL,
  record TEXT NOT NULL,
  PRIMARY KEY (collection, settings, version, query)
);
CREATE TABLE IF NOT EXISTS evaluations (
  id TEXT PRIMARY KEY,
  collection TEXT NOT NULL,
  started_at TEXT NOT NULL,
  record TEXT NOT NULL,
  report TEXT NOT NULL
);
"""
"""Judgments are a log, never changed: the newest line of a judge on a span counts, and undo
takes the last line away. Query sets, rankings and evaluations are records as JSON."""
