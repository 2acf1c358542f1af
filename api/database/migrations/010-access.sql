CREATE TABLE user (
  id TEXT PRIMARY KEY,
  name TEXT NOT NULL UNIQUE COLLATE NOCASE,
  role TEXT NOT NULL CHECK (role IN ('viewer', 'operator', 'admin')),
  -- JSON of the limits
  limits TEXT NOT NULL,
  -- PHC string; null: the user logs in by OIDC only
  password_hash TEXT,
  totp_secret TEXT,
  -- the step of the last code that was accepted: no code counts twice
  totp_last_step INTEGER NOT NULL DEFAULT 0,
  oidc_issuer TEXT,
  oidc_subject TEXT,
  created_at TEXT NOT NULL,
  UNIQUE (oidc_issuer, oidc_subject)
) STRICT;

CREATE TABLE recovery_code (
  user_id TEXT NOT NULL REFERENCES user (id) ON DELETE CASCADE,
  code_hash TEXT NOT NULL,
  PRIMARY KEY (user_id, code_hash)
) STRICT, WITHOUT ROWID;

-- Times called *_tick are milliseconds of the access clock, which no step of the wall clock moves.
CREATE TABLE session (
  id TEXT PRIMARY KEY,
  token_hash TEXT NOT NULL UNIQUE,
  user_id TEXT NOT NULL REFERENCES user (id) ON DELETE CASCADE,
  created_at TEXT NOT NULL,
  created_tick INTEGER NOT NULL,
  last_seen_at TEXT NOT NULL,
  last_seen_tick INTEGER NOT NULL,
  address TEXT NOT NULL,
  user_agent TEXT NOT NULL
) STRICT;
CREATE INDEX session_user ON session (user_id);

CREATE TABLE api_key (
  id TEXT PRIMARY KEY,
  key_hash TEXT NOT NULL UNIQUE,
  prefix TEXT NOT NULL,
  name TEXT NOT NULL,
  owner_id TEXT NOT NULL REFERENCES user (id) ON DELETE CASCADE,
  role TEXT NOT NULL CHECK (role IN ('viewer', 'operator', 'admin')),
  -- JSON; null: all that the role may do
  scopes TEXT,
  limits TEXT NOT NULL,
  created_at TEXT NOT NULL,
  expires_at TEXT NOT NULL,
  expires_tick INTEGER NOT NULL,
  last_used_at TEXT
) STRICT;
CREATE INDEX api_key_owner ON api_key (owner_id);

-- generation: counts writes of users, sessions and keys, so that one process sees the writes of another
-- clock_tick, clock_wall, clock_uptime, clock_boot: where the access clock stood last
CREATE TABLE access_state (
  name TEXT PRIMARY KEY,
  value TEXT NOT NULL
) STRICT, WITHOUT ROWID;
