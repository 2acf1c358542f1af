-- Sign-ins of MCP servers by OAuth. `client` and `tokens` are JSON and secret: they never leave.
CREATE TABLE mcp_sign_in (
  server_id TEXT PRIMARY KEY REFERENCES mcp_server (id) ON DELETE CASCADE,
  -- The authorization server that everything here belongs to.
  issuer TEXT NOT NULL,
  -- Its metadata as of the sign-in: later requests go to these addresses.
  metadata TEXT NOT NULL CHECK (json_valid(metadata)),
  resource TEXT NOT NULL,
  client TEXT NOT NULL CHECK (json_valid(client)),
  -- Null: signed out, or the authorization server refused to renew them.
  tokens TEXT CHECK (json_valid(tokens)),
  -- Why a person has to sign in again.
  problem TEXT,
  user_name TEXT NOT NULL,
  signed_in_at TEXT NOT NULL
) STRICT;
