-- Process groups of MCP servers that run: what a killed API left behind is ended by the next one.
CREATE TABLE mcp_process (
  pid INTEGER PRIMARY KEY,
  -- When it started, as the kernel tells it: the number alone may mean another process by now.
  started TEXT NOT NULL
) STRICT;
