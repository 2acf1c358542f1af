-- The gateway for programs. One row; without it the gateway is off.
CREATE TABLE mcp_gateway (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  settings TEXT NOT NULL CHECK (json_valid(settings))
) STRICT;
-- What the gateway exposes of each server.
CREATE TABLE mcp_gateway_server (
  server_id TEXT PRIMARY KEY,
  settings TEXT NOT NULL CHECK (json_valid(settings))
) STRICT;
-- Limits of API keys at the gateway.
CREATE TABLE mcp_gateway_client (
  key_id TEXT PRIMARY KEY,
  settings TEXT NOT NULL CHECK (json_valid(settings))
) STRICT;
-- The latest calls: never arguments or results.
CREATE TABLE mcp_gateway_call (
  id INTEGER PRIMARY KEY,
  call TEXT NOT NULL CHECK (json_valid(call))
) STRICT;
