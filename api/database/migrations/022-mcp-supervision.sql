-- How a server is kept running. Null: no limit.
ALTER TABLE mcp_server ADD COLUMN start_with_panel INTEGER NOT NULL DEFAULT 1 CHECK (start_with_panel IN (0, 1));
ALTER TABLE mcp_server ADD COLUMN idle_minutes INTEGER;
ALTER TABLE mcp_server ADD COLUMN lifetime_minutes INTEGER;
-- Value of the variable that marks the processes of one run, those that left the process group included.
ALTER TABLE mcp_process ADD COLUMN run TEXT;
-- What `npx` or `uvx` would run, installed in a folder of DATA_DIR.
CREATE TABLE mcp_program (
  server_id TEXT PRIMARY KEY REFERENCES mcp_server (id) ON DELETE CASCADE,
  -- The packages that were asked for, as JSON: another call is resolved again.
  call TEXT NOT NULL,
  folder TEXT NOT NULL,
  -- Program inside the folder.
  bin TEXT NOT NULL,
  package TEXT NOT NULL,
  version TEXT NOT NULL,
  resolved_at TEXT NOT NULL
) STRICT;
