import { z } from "zod";
import { CALL_TIMEOUT_MS, MAX_ROOTS, MAX_SAVED_CALLS, MAX_URI, mcpLogLevels } from "./mcp-limits.ts";

/** JSON as a server sent it. */
const json = z.record(z.string(), z.unknown());
const requestName = z.string().min(1).max(256);
const uri = z.string().min(1).max(MAX_URI);

export const callTimeout = z.number().int().min(CALL_TIMEOUT_MS.min).max(CALL_TIMEOUT_MS.max);

/** What a server said in its handshake. */
export const mcpAboutSchema = z.object({
  protocolVersion: z.string().nullable(),
  capabilities: json.describe("Capabilities as the server sent them."),
  instructions: z.string().nullable(),
  serverInfo: z
    .object({
      name: z.string(),
      version: z.string(),
      title: z.string().optional(),
      websiteUrl: z.string().optional(),
    })
    .nullable(),
  subscriptions: z.array(z.string()).describe("URIs of the resources whose changes are followed."),
});
export type McpAbout = z.infer<typeof mcpAboutSchema>;

const described = {
  name: z.string(),
  title: z.string().optional(),
  description: z.string().optional(),
  problem: z.string().optional().describe("What is wrong with the entry of the server, in one sentence."),
};

export const mcpResourceSchema = z.object({
  ...described,
  uri: z.string(),
  mimeType: z.string().optional(),
  size: z.number().optional().describe("Bytes."),
});
export type McpResource = z.infer<typeof mcpResourceSchema>;

export const mcpResourceTemplateSchema = z.object({
  ...described,
  uriTemplate: z.string(),
  mimeType: z.string().optional(),
  variables: z.array(z.string()).describe("Names of the variables; empty for an invalid template."),
});
export type McpResourceTemplate = z.infer<typeof mcpResourceTemplateSchema>;

export const mcpPromptSchema = z.object({
  ...described,
  arguments: z.array(
    z.object({
      name: z.string(),
      title: z.string().optional(),
      description: z.string().optional(),
      required: z.boolean(),
    }),
  ),
});
export type McpPrompt = z.infer<typeof mcpPromptSchema>;

/** Continues a list that is longer than one response. */
export const nextCursor = z.string().nullable().describe("Reads the next part of the list; null at its end.");
export const pageQuery = z.strictObject({ cursor: z.string().min(1).max(8_192).optional() });

export interface McpPages {
  resources: McpResource;
  templates: McpResourceTemplate;
  prompts: McpPrompt;
}
export interface McpPage<T> {
  items: T[];
  nextCursor: string | null;
}

/** Reads a resource, by its URI or by a template with values. */
export const readMcpResource = z.union([
  z.strictObject({ uri, timeoutMs: callTimeout.optional() }),
  z.strictObject({
    uriTemplate: uri,
    values: z.record(z.string().max(256), z.string().max(MAX_URI)),
    timeoutMs: callTimeout.optional(),
  }),
]);

export const getMcpPrompt = z.strictObject({
  name: requestName,
  arguments: z.record(z.string().max(256), z.string().max(100_000)).default({}),
  timeoutMs: callTimeout.optional(),
});

/** Suggestions for one argument of a prompt or one variable of a template. */
export const completeMcpArgument = z.strictObject({
  prompt: requestName.optional(),
  uriTemplate: uri.optional(),
  argument: requestName,
  value: z.string().max(2_000).default(""),
  /** JSON object of the other arguments. */
  context: z.string().max(8_000).optional(),
});

export const mcpCompletionSchema = z.object({
  values: z.array(z.string()),
  total: z.number().nullable(),
  hasMore: z.boolean(),
});
export type McpCompletion = z.infer<typeof mcpCompletionSchema>;

export const mcpSubscription = z.strictObject({ uri });

/** A folder or place that a server may work in, as the client says. */
export const mcpRootSchema = z.strictObject({
  uri: z
    .string()
    .max(MAX_URI)
    .regex(/^file:\/\/\S*$/, "must begin with file://"),
  name: z.string().trim().max(128).optional(),
});
export type McpRoot = z.infer<typeof mcpRootSchema>;
export const mcpRootsBody = z.strictObject({ roots: z.array(mcpRootSchema).max(MAX_ROOTS) });

export type McpLogLevel = (typeof mcpLogLevels)[number];
export const mcpLogLevelBody = z.strictObject({ level: z.enum(mcpLogLevels) });

/** Any request of the protocol, as it is typed. */
export const sendMcpRequest = z.strictObject({
  method: z.string().regex(/^[A-Za-z][A-Za-z0-9_./-]{0,127}$/, "must be a method name"),
  params: json.default({}),
  timeoutMs: callTimeout.optional(),
});

/** A request of a server that a person answers. */
export const mcpServerRequestSchema = z.object({
  id: z.string(),
  method: z.enum(["sampling/createMessage", "elicitation/create"]),
  params: json.describe("As the server sent them."),
  receivedAt: z.iso.datetime(),
  expiresAt: z.iso.datetime().describe("Then the request is refused."),
});
export type McpServerRequest = z.infer<typeof mcpServerRequestSchema>;

/** A response to a request of a server: its result by the protocol, or a refusal. */
export const answerMcpRequest = z.discriminatedUnion("action", [
  z.strictObject({ action: z.literal("answer"), result: json }),
  z.strictObject({ action: z.literal("refuse") }),
]);

export const mcpWireEntrySchema = z.object({
  sequence: z.number().int().describe("Number of the message, counted from the start of the API."),
  direction: z.enum(["sent", "received"]),
  kind: z.enum(["request", "response", "error", "notification"]),
  method: z.string().nullable().describe("Of a response: the method of its request."),
  id: z.union([z.string(), z.number()]).nullable(),
  durationMs: z.number().nullable().describe("Of a response: time since its request."),
  bytes: z.number().int(),
  message: z.string().describe("JSON; long texts in it are cut and marked. Secrets are masked."),
  cut: z.boolean(),
  ofProgram: z.boolean().describe("About a call of a program behind the gateway, or sent by the server during one."),
  hidden: z.boolean().describe("Its content is left out: that of programs is for callers with `mcp:manage` only."),
  timestamp: z.iso.datetime(),
});
export type McpWireEntry = z.infer<typeof mcpWireEntrySchema>;

export const wireQuery = z.strictObject({
  after: z
    .string()
    .regex(/^\d{1,15}$/)
    .optional()
    .describe("Only messages after this number."),
});

/** Place in a result, by JSON Pointer. */
const pointer = z
  .string()
  .regex(/^(\/.*)?$/, "must be empty or begin with /")
  .max(1_000);

/** What a result is checked for. */
export const mcpAssertionSchema = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("succeeds") }),
  z.strictObject({ kind: z.literal("fails") }),
  z.strictObject({ kind: z.literal("contains"), text: z.string().min(1).max(10_000) }),
  z.strictObject({ kind: z.literal("exists"), path: pointer }),
  z.strictObject({ kind: z.literal("equals"), path: pointer, value: z.unknown() }),
  z.strictObject({
    kind: z.literal("matches"),
    path: pointer.default("/structuredContent"),
    schema: json.describe("JSON Schema. Its common keywords are checked; patterns are not."),
  }),
  z.strictObject({ kind: z.literal("within"), milliseconds: z.number().int().min(1).max(CALL_TIMEOUT_MS.max) }),
]);
export type McpAssertion = z.infer<typeof mcpAssertionSchema>;

export const saveMcpCall = z.strictObject({
  name: z.string().trim().min(1).max(128),
  method: sendMcpRequest.shape.method,
  params: json.default({}),
  assertions: z
    .array(mcpAssertionSchema)
    .max(20)
    .default([{ kind: "succeeds" }]),
});
export type SaveMcpCall = z.output<typeof saveMcpCall>;

/** Saves several calls, as they were exported. */
export const importMcpCalls = z.strictObject({ calls: z.array(saveMcpCall).min(1).max(MAX_SAVED_CALLS) });

/** What came of one assertion. */
export const mcpOutcomeSchema = z.object({
  passed: z.boolean(),
  message: z.string().nullable().describe("Why it does not hold, in one sentence."),
  expected: z.string().nullable().describe("JSON of the expected value, cut at 1,000 characters."),
  actual: z.string().nullable().describe("JSON of the value that was found, cut at 1,000 characters."),
});
export type McpOutcome = z.infer<typeof mcpOutcomeSchema>;

export const mcpCheckSchema = z.object({
  passed: z.boolean(),
  durationMs: z.number(),
  outcomes: z.array(mcpOutcomeSchema).describe("One for each assertion, in their order."),
  failures: z.array(z.string()).describe("One sentence for each assertion that does not hold."),
  error: z.string().nullable().describe("Why the call itself failed."),
  result: json.nullable(),
});
export type McpCheck = z.infer<typeof mcpCheckSchema>;

/** The latest check of a saved call, without the result of the call. */
export const mcpLastCheckSchema = mcpCheckSchema.omit({ result: true }).extend({ checkedAt: z.iso.datetime() });
export type McpLastCheck = z.infer<typeof mcpLastCheckSchema>;

export const mcpSavedCallSchema = saveMcpCall.extend({
  id: z.string(),
  savedAt: z.iso.datetime(),
  lastCheck: mcpLastCheckSchema
    .nullable()
    .describe("Null: not checked since it was changed, or since the API started."),
});
export type McpSavedCall = z.infer<typeof mcpSavedCallSchema>;

const changed = z.object({ added: z.array(z.string()), removed: z.array(z.string()), changed: z.array(z.string()) });
/** Difference between what a server offered at its last two starts. */
export const mcpChangesSchema = z.object({
  before: z.iso.datetime().nullable().describe("Time of the earlier start; null when there is none."),
  after: z.iso.datetime().nullable(),
  tools: changed,
  resources: changed,
  prompts: changed,
  other: z.array(z.string()).describe("Other differences, such as the version, one sentence each."),
});
export type McpChanges = z.infer<typeof mcpChangesSchema>;

export const mcpDiagnosisStepSchema = z.object({
  step: z.enum([
    "allowed",
    "program",
    "dns",
    "tcp",
    "tls",
    "http",
    "discovery",
    "authorization-server",
    "registration",
    "auth",
    "start",
    "version",
    "capabilities",
  ]),
  outcome: z.enum(["ok", "warning", "failed", "skipped"]),
  milliseconds: z.number().nullable(),
  message: z.string(),
  fix: z.string().nullable().describe("What to do about it."),
  output: z.string().nullable().describe("Last lines of the program."),
});
export type McpDiagnosisStep = z.infer<typeof mcpDiagnosisStepSchema>;
