-- What the Engine does not keep of a container: whether somebody asked it to end. Times are milliseconds since the epoch.
CREATE TABLE container_end (
  container_id TEXT PRIMARY KEY,
  -- When a stop was asked for last, and by which signal.
  asked_at INTEGER,
  signal INTEGER,
  -- When its end was seen, and whether it had been asked for.
  ended_at INTEGER,
  requested INTEGER NOT NULL DEFAULT 0,
  noted_at INTEGER NOT NULL
) STRICT;
CREATE INDEX container_end_noted ON container_end (noted_at);
