CREATE TABLE passkey (
  id TEXT PRIMARY KEY,
  user_id TEXT NOT NULL REFERENCES user (id) ON DELETE CASCADE,
  name TEXT NOT NULL,
  -- base64url, as the browser names it
  credential_id TEXT NOT NULL UNIQUE,
  -- COSE
  public_key BLOB NOT NULL,
  -- of the last use; 0 where the authenticator does not count
  counter INTEGER NOT NULL,
  -- JSON: how a browser reaches the authenticator
  transports TEXT NOT NULL,
  created_at TEXT NOT NULL,
  last_used_at TEXT
) STRICT;
CREATE INDEX passkey_user ON passkey (user_id);
