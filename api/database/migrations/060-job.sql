-- Jobs that have begun and are not over. What is left after a kill was interrupted, and is kept until the next job about
-- the same target.
CREATE TABLE job_open (
  id TEXT PRIMARY KEY,
  kind TEXT NOT NULL,
  target TEXT NOT NULL,
  -- A JSON list of names of containers.
  services TEXT NOT NULL,
  actor_kind TEXT NOT NULL,
  actor_id TEXT NOT NULL,
  actor_name TEXT NOT NULL,
  request_id TEXT NOT NULL,
  address TEXT NOT NULL,
  started_at TEXT NOT NULL,
  interrupted_at TEXT
) STRICT;
