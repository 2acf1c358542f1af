/** Texts of the diagnosis of a server. */
export const doctorMessages = {
  title: "Doctor",
  hint: "Looks at each step of the way to this server: what is allowed, its address or program, its log-in, and its handshake. A server that does not run is started for it.",
  run: "Examine",
  runAgain: "Examine again",
  healthy: "Nothing is wrong.",
  edit: "Edit server",
  output: "Last lines of the program",
  outcomes: { ok: "ok", warning: "look at it", failed: "failed", skipped: "not reached" },
  steps: {
    allowed: "Allowed",
    program: "Program",
    dns: "Name (DNS)",
    tcp: "Connection (TCP)",
    tls: "Encryption (TLS)",
    http: "Response (HTTP)",
    discovery: "Where to log in",
    auth: "Log-in",
    start: "Handshake",
    version: "Revision",
    capabilities: "Capabilities",
  },
} as const;
