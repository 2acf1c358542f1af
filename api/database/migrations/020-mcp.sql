-- MCP servers that were registered. `transport` is JSON and holds the values of env and headers: they never leave.
CREATE TABLE mcp_server (
  id TEXT PRIMARY KEY,
  name TEXT NOT NULL,
  transport TEXT NOT NULL CHECK (json_valid(transport)),
  -- What the operator wants: a server that should run is started again with the API.
  desired TEXT NOT NULL DEFAULT 'stopped' CHECK (desired IN ('stopped', 'running')),
  created_at TEXT NOT NULL
) STRICT;
