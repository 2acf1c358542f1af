-- Log-ins at registries, one for each host. The password is sent to the Engine for that host alone, and to nobody else.
CREATE TABLE registry (
  id TEXT PRIMARY KEY,
  host TEXT NOT NULL UNIQUE,
  username TEXT NOT NULL,
  password TEXT NOT NULL,
  created_at TEXT NOT NULL
) STRICT;
