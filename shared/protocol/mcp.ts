import { z } from "zod";
import { mayBeSet } from "./mcp-environment.ts";
import { mcpOAuth, mcpOAuthChange, mcpOAuthView, mcpSignInSchema } from "./mcp-sign-in.ts";
import { callTimeout } from "./mcp-workbench.ts";

/** `idle`: it ended after its idle limit, and the next call starts it again. */
export const mcpServerStatuses = ["stopped", "starting", "running", "idle", "failed"] as const;
export type McpServerStatus = (typeof mcpServerStatuses)[number];

const environmentName = z
  .string()
  .max(128)
  .regex(/^[A-Za-z_][A-Za-z0-9_]*$/, "must be a variable name")
  .refine(mayBeSet, "may not be set");

const environmentValue = z
  .string()
  .max(8192)
  .refine((value) => !value.includes("\0"), "must not hold NUL");

const environment = z
  .record(environmentName, environmentValue)
  .refine((map) => Object.keys(map).length <= 64, "has too many entries");

/** One argument of a command line. */
const word = (maxLength: number) =>
  z
    .string()
    .max(maxLength)
    .refine((text) => !text.includes("\0"), "must not hold NUL");

const displayName = z.string().trim().min(1).max(64);

export const mcpStdioTransport = z.strictObject({
  type: z.literal("stdio"),
  /** Program; never a shell command line. */
  command: word(1024).min(1),
  args: z.array(word(4096)).max(64).default([]),
  env: environment.default({}),
});
/** Headers of the connection itself. */
const refusedHeaderNames = new Set([
  "connection",
  "content-length",
  "expect",
  "host",
  "keep-alive",
  "proxy-connection",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
]);

const headerName = z
  .string()
  .max(128)
  .regex(/^[!#$%&'*+.^_`|~A-Za-z0-9-]+$/, "must be a header name")
  .refine((name) => !refusedHeaderNames.has(name.toLowerCase()), "may not be set");
const headerValue = z
  .string()
  .max(8192)
  .regex(/^[\t\x20-\x7e\x80-\xff]*$/, "must be one line of Latin characters");

/** Transports of a server at an address. `sse` is the old HTTP+SSE, which was replaced in March 2025. */
export const mcpHttpProtocols = ["streamable-http", "sse"] as const;
export type McpHttpProtocol = (typeof mcpHttpProtocols)[number];
const httpProtocol = z
  .enum(mcpHttpProtocols)
  .optional()
  .describe("Absent: Streamable HTTP is tried first, then the old HTTP+SSE.");

export const mcpHttpTransport = z.strictObject({
  type: z.literal("http"),
  url: z.url({ protocol: /^https?$/ }).max(2048),
  protocol: httpProtocol,
  headers: z
    .record(headerName, headerValue)
    .refine((map) => Object.keys(map).length <= 64, "has too many entries")
    .default({}),
  oauth: mcpOAuth.optional(),
});

export const createMcpServer = z.strictObject({
  name: displayName,
  transport: z.discriminatedUnion("type", [mcpStdioTransport, mcpHttpTransport]),
});
export type CreateMcpServer = z.output<typeof createMcpServer>;

/**
 * A change of a server. A value of `null` keeps the stored value, because responses never contain it. Stored values are sent
 * only to the program or address that they were entered for.
 */
export const changeMcpServer = z.strictObject({
  name: displayName,
  transport: z.discriminatedUnion("type", [
    mcpStdioTransport.extend({ env: kept(environmentName, environmentValue) }),
    mcpHttpTransport.extend({ headers: kept(headerName, headerValue), oauth: mcpOAuthChange.optional() }),
  ]),
});
export type ChangeMcpServer = z.output<typeof changeMcpServer>;

function kept(name: z.ZodType<string, string>, value: z.ZodType<string>) {
  return z
    .record(name, value.nullable())
    .refine((map) => Object.keys(map).length <= 64, "has too many entries")
    .default({});
}

export const callMcpTool = z.strictObject({
  name: z.string().min(1).max(256),
  arguments: z.record(z.string(), z.unknown()).default({}),
  /** Chosen by the caller: progress of the call is sent to the room of the server with this id. */
  progressId: z
    .string()
    .regex(/^[\w-]{1,64}$/)
    .optional(),
  /** Longest wait, in milliseconds. */
  timeoutMs: callTimeout.optional(),
});

export const mcpToolSchema = z.object({
  name: z.string(),
  title: z.string().optional(),
  description: z.string().optional(),
  inputSchema: z.record(z.string(), z.unknown()).describe("JSON Schema of the arguments, as the server sent it."),
  outputSchema: z.record(z.string(), z.unknown()).optional().describe("JSON Schema of the structured content."),
  annotations: z
    .record(z.string(), z.unknown())
    .optional()
    .describe("Hints of the server, such as `readOnlyHint`. They are claims, not facts."),
  app: z
    .object({
      resourceUri: z.string().nullable().describe("The `ui://` resource that shows results of the tool."),
      visibility: z
        .array(z.enum(["model", "app"]))
        .nullable()
        .describe("Who may call it; null: not said, so both."),
    })
    .optional()
    .describe("What the server says about the tool for MCP Apps."),
  problem: z
    .string()
    .optional()
    .describe("What is wrong with the tool description of the server, in one sentence. The tool can still be called."),
});
export type McpTool = z.infer<typeof mcpToolSchema>;

const minutes = z
  .int()
  .min(1)
  .max(30 * 24 * 60);

/** `PATCH /api/mcp/:id/supervision`: what is absent stays. */
export const mcpSupervisionBody = z.strictObject({
  startWithPanel: z.boolean().optional(),
  idleMinutes: minutes.nullable().optional(),
  lifetimeMinutes: minutes.nullable().optional(),
});
export type McpSupervisionChange = z.output<typeof mcpSupervisionBody>;

export const mcpSupervisionSchema = z.object({
  startWithPanel: z.boolean().describe("A server that ran when the panel ended starts again with it."),
  idleMinutes: z
    .int()
    .nullable()
    .describe("Ends after this time without a call; the next call starts it. Null: never."),
  lifetimeMinutes: z.int().nullable().describe("Is started anew after this time, between calls. Null: never."),
});
export type McpSupervision = z.infer<typeof mcpSupervisionSchema>;

/** A registered server. */
export const mcpServerSchema = z.object({
  id: z.string(),
  name: z.string(),
  transport: z.union([
    z.object({
      type: z.literal("stdio"),
      command: z.string(),
      args: z.array(z.string()),
      envNames: z.array(z.string()).describe("Names only: values are never sent."),
    }),
    z.object({
      type: z.literal("http"),
      url: z.string(),
      protocol: httpProtocol,
      headerNames: z.array(z.string()).describe("Names only: values are never sent."),
      oauth: mcpOAuthView.optional(),
    }),
  ]),
  status: z.enum(mcpServerStatuses),
  message: z.string().nullable().describe("Why it failed, in one sentence."),
  serverInfo: z.object({ name: z.string(), version: z.string() }).nullable(),
  supervision: mcpSupervisionSchema,
  desired: z
    .enum(["stopped", "running"])
    .describe("What was last asked for: starts and stops by people, not failures."),
  process: z
    .object({
      pid: z.int(),
      startedAt: z.iso.datetime(),
      memoryBytes: z.number().nullable().describe("Of all its processes, shared memory divided (PSS). Null: unknown."),
      processes: z.int(),
    })
    .nullable()
    .describe("The process of a local server. Its memory is at most two seconds old."),
  restarts: z.object({
    count: z.int().describe("Automatic restarts since a person started it."),
    nextAt: z.iso.datetime().nullable().describe("When it is tried again."),
    exhausted: z.boolean().describe("It failed too often and is not tried again."),
  }),
  health: z
    .object({
      checkedAt: z.iso.datetime().describe("Its last sign of life."),
      latencyMs: z.number().nullable().describe("Time of the last ping. Null: not pinged yet."),
    })
    .nullable()
    .describe("Of a connected remote server."),
  oldTransport: z.boolean().describe("It is connected over HTTP+SSE, which was replaced in March 2025."),
  signIn: mcpSignInSchema.nullable().describe("Of a server at an address that asks for a sign-in (OAuth)."),
  program: z
    .object({ package: z.string(), version: z.string(), resolvedAt: z.iso.datetime() })
    .nullable()
    .describe("What `npx` or `uvx` was resolved to, once it was started."),
  pendingRequests: z.number().int().describe("Requests of the server that wait for a person."),
  createdAt: z.iso.datetime(),
});
export type McpServer = z.infer<typeof mcpServerSchema>;

/**
 * Result of a tool call as the server sent it: content parts, structured content, or `isError` with a message. An invalid
 * part becomes text, and `_meta["ai-desktop/problems"]` names it.
 */
export const mcpResultSchema = z.record(z.string(), z.unknown());
