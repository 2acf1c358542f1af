import { z } from "zod";
import { mcpServerSchema } from "./mcp.ts";

/** Longest text of a file of servers, in characters. */
export const IMPORT_MAX = 256 * 1024;
/** Servers in one file. */
export const IMPORT_SERVERS_MAX = 100;

/** The text of the file. The record of actions keeps its length only. */
const content = z.string().min(1).max(IMPORT_MAX);
/** `env:NAME`, `input:id` or another reference, without `${` and `}`. */
const reference = z.string().min(1).max(200);

/** `POST /api/mcp/import/preview` */
export const mcpImportPreviewBody = z.strictObject({ content });

/** `POST /api/mcp/import` */
export const mcpImportBody = z.strictObject({
  content,
  /** Names of the servers to take; all that can be taken if absent. */
  names: z.array(z.string().max(200)).max(IMPORT_SERVERS_MAX).optional(),
  /** Values of the references in the file. They are stored with the servers and never returned. */
  variables: z.record(reference, z.string().max(8192)).default({}),
});
export type McpImportInput = z.input<typeof mcpImportBody>;

export const mcpImportForms = ["mcpServers", "vscode", "servers", "server"] as const;

export const mcpImportEntrySchema = z.object({
  name: z.string(),
  action: z
    .enum(["add", "change", "same", "refuse"])
    .describe("`change`: a server of this name exists and is replaced; `same`: it is registered like this already."),
  reason: z.string().nullable().describe("Why it is refused."),
  notes: z.array(z.string()).describe("What is taken over differently, or not at all."),
  transport: mcpServerSchema.shape.transport.nullable().describe("As it would be registered, without values."),
  allow: z
    .object({ list: z.enum(["MCP_ALLOWED_COMMANDS", "MCP_ALLOWED_HOSTS"]), entry: z.string() })
    .nullable()
    .describe("The entry of the setting that would allow it, when that is why it is refused."),
  references: z.array(z.string()).describe("References whose values it needs."),
});
export type McpImportEntry = z.infer<typeof mcpImportEntrySchema>;

export const mcpImportReferenceSchema = z.object({
  reference: z.string().describe("As in the file, without its braces: `env:TOKEN`, `input:key`."),
  label: z.string(),
  secret: z.boolean(),
  suggestion: z.string().nullable().describe("Its default in the file."),
  options: z.array(z.string()).nullable().describe("The values that the file offers."),
});
export type McpImportReference = z.infer<typeof mcpImportReferenceSchema>;

export const mcpImportPreviewSchema = z.object({
  form: z.enum(mcpImportForms).describe("Form of the file: `vscode` has `servers` and `inputs`."),
  entries: z.array(mcpImportEntrySchema),
  references: z.array(mcpImportReferenceSchema),
});
export type McpImportPreview = z.infer<typeof mcpImportPreviewSchema>;

export const mcpImportedSchema = z.object({
  name: z.string(),
  action: z.enum(["add", "change", "same", "refuse"]),
  reason: z.string().nullable(),
  id: z.string().nullable().describe("Of the registered server."),
});
export type McpImported = z.infer<typeof mcpImportedSchema>;

export const mcpSnippetSchema = z.object({
  client: z.enum(["claude-desktop", "claude-code", "vscode", "cursor", "mcp-json"]),
  title: z.string(),
  target: z.string().describe("The file it belongs into, or where it is run."),
  text: z.string(),
  notes: z.array(z.string()),
});
export type McpSnippet = z.infer<typeof mcpSnippetSchema>;
