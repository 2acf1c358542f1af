import type { z } from "zod";
import type { McpImported, McpImportPreview, mcpImportBody } from "../../../shared/protocol/mcp-import.ts";
import { AppError } from "../../../shared/server/errors.ts";
import type { McpHost } from "../host/host.ts";
import type { PlannedServer } from "./plan-import.ts";

type Host = Pick<McpHost, "list" | "check" | "create" | "change">;

/** Says what an import of a file would do. @throws AppError `invalid_input` when it cannot be read */
export async function previewFile(mcp: Host, text: string): Promise<McpImportPreview> {
  const { planImport } = await import("./plan-import.ts");
  const { form, servers, references } = planImport({ text, registered: mcp.list(), check: mcp.check });
  return { form, entries: servers.map(({ entry }) => entry), references };
}

/**
 * Registers the chosen servers of a file, or replaces those of the same name. One that is refused does not keep the others
 * from it.
 *
 * @throws AppError `invalid_input` when the file cannot be read
 */
export async function importFile(
  mcp: Host,
  { content, names, variables }: z.output<typeof mcpImportBody>,
): Promise<McpImported[]> {
  const { planImport } = await import("./plan-import.ts");
  const { servers } = planImport({ text: content, values: variables, registered: mcp.list(), check: mcp.check });
  const imported: McpImported[] = [];
  for (const planned of servers) {
    if (names && !names.includes(planned.entry.name)) continue;
    imported.push(await importServer(mcp, planned));
  }
  return imported;
}

async function importServer(mcp: Host, { entry, server, replaces }: PlannedServer): Promise<McpImported> {
  const { name, action, reason } = entry;
  if (!server || action === "same") return { name, action, reason, id: replaces };
  try {
    const { id } = replaces === null ? mcp.create(server) : await mcp.change(replaces, server);
    return { name, action, reason: null, id };
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    return { name, action: "refuse", reason: error.message, id: null };
  }
}
