/** Options that mcp-remote needs for an address: by itself it takes http:// for two names of this machine only. */
export function bridgeOptions(address: string): string[] {
  const { protocol, hostname } = new URL(address);
  return protocol === "http:" && hostname !== "localhost" && hostname !== "127.0.0.1" ? ["--allow-http"] : [];
}
