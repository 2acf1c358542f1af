-- What a registry had under a reference when it was asked last.
CREATE TABLE image_check (
  reference TEXT PRIMARY KEY,
  digest TEXT,
  -- Why it could not be asked; the digest is then that of an earlier time.
  problem TEXT,
  checked_at TEXT NOT NULL
) STRICT;

-- The image a service ran before its last update: what one click goes back to.
CREATE TABLE image_previous (
  service TEXT PRIMARY KEY,
  reference TEXT NOT NULL,
  image_id TEXT NOT NULL,
  digest TEXT,
  replaced_at TEXT NOT NULL
) STRICT;
