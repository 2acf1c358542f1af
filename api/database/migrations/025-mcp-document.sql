-- What users keep about an MCP server: its roots, saved calls and what it offered at its last starts.
CREATE TABLE mcp_document (
  server_id TEXT NOT NULL REFERENCES mcp_server (id) ON DELETE CASCADE,
  kind TEXT NOT NULL CHECK (kind IN ('roots', 'call', 'offer', 'offer-before')),
  id TEXT NOT NULL,
  value TEXT NOT NULL CHECK (json_valid(value)),
  saved_at TEXT NOT NULL,
  PRIMARY KEY (server_id, kind, id)
) STRICT;
