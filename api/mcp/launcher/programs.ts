import { existsSync } from "node:fs";
import { mkdir, readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import type { DatabaseSync } from "node:sqlite";
import type { McpServer } from "../../../shared/protocol/mcp.ts";
import { AppError } from "../../../shared/server/errors.ts";
import type { Log } from "../../../shared/server/log.ts";
import type { Launch } from "../connection/session.ts";
import { messages } from "../messages.ts";
import type { StoredMcpServer } from "../store.ts";
import { binFolders, install } from "./installers.ts";
import { type PackageCall, readPackageCall } from "./package-call.ts";

export interface ResolveOptions {
  signal: AbortSignal;
  /** Output of the package manager. */
  onLine(line: string): void;
}

/**
 * What `npx` and `uvx` would run, installed once into a folder for each server. The program itself is started then: no
 * package manager stays as its parent, and a start needs no network.
 */
export interface Programs {
  /** What to start instead of the registered program; undefined when that is to be started itself. @throws AppError */
  resolve(server: StoredMcpServer, options: ResolveOptions): Promise<Launch | undefined>;
  /**
   * Resolves anew, for the next start. Returns what removes the program that was resolved before, once it has ended.
   * @throws AppError `conflict`, `upstream_unavailable`; then what was resolved stays
   */
  update(server: StoredMcpServer, options: ResolveOptions): Promise<() => Promise<void>>;
  /** What was resolved for this server as it is registered now. */
  describe(server: StoredMcpServer): McpServer["program"];
  /** Forgets what was installed for a server. Returns what removes it, once it has ended. */
  forget(serverId: string): () => Promise<void>;
}

interface Resolved {
  folder: string;
  bin: string;
  package: string;
  version: string;
  resolvedAt: string;
}

export interface ProgramsOptions {
  database: DatabaseSync;
  /** Folder that holds the installations. Undefined: nothing is resolved. */
  folder: string | undefined;
  log: Log;
}

export function createPrograms({ database, folder = "", log }: ProgramsOptions): Programs {
  const byServer = database.prepare("SELECT * FROM mcp_program WHERE server_id = ?");
  const all = database.prepare("SELECT folder FROM mcp_program");
  const put = database.prepare(
    "INSERT OR REPLACE INTO mcp_program (server_id, call, folder, bin, package, version, resolved_at) VALUES (?, ?, ?, ?, ?, ?, ?)",
  );
  const erase = database.prepare("DELETE FROM mcp_program WHERE server_id = ?");

  const discard = (name: string) =>
    rm(join(folder, name), { recursive: true, force: true }).catch((error: unknown) =>
      log.warn({ err: error }, "a program of an MCP server could not be removed"),
    );
  const find = ({ id, transport }: StoredMcpServer): { call: PackageCall; resolved: Resolved | undefined } | null => {
    if (transport.type !== "stdio" || folder === "") return null;
    const call = readPackageCall(transport.command, transport.args);
    if (!call) return null;
    const row = byServer.get(id);
    const isSame = row?.call === keyOf(call) && existsSync(String(row.bin));
    return { call, resolved: isSame ? toResolved(row) : undefined };
  };

  const resolveNow = async (server: StoredMcpServer, call: PackageCall, options: ResolveOptions) => {
    const { transport, id } = server;
    if (transport.type !== "stdio") throw new AppError("conflict", messages.nothingToUpdate);
    const name = `${id}-${Date.now().toString(36)}`;
    const home = join(folder, name);
    await mkdir(home, { recursive: true, mode: 0o700 });
    options.onLine(messages.installing(call.packages.join(", ")));
    try {
      const found = await install({ ...options, call, command: transport.command, env: transport.env, folder: home });
      const resolved = { ...found, folder: name, resolvedAt: new Date().toISOString() };
      const before = byServer.get(id);
      const removeOld = async () => {
        if (before) await discard(String(before.folder));
      };
      put.run(id, keyOf(call), name, found.bin, found.package, found.version, resolved.resolvedAt);
      options.onLine(messages.installed(found.package, found.version));
      return { resolved, removeOld };
    } catch (error) {
      await discard(name);
      throw error;
    }
  };

  /** Folders of servers that are gone, and of an installation that was killed. */
  const tidy = async () => {
    if (folder === "") return;
    const known = new Set(all.all().map((row) => String(row.folder)));
    const names = await readdir(folder).catch(() => []);
    await Promise.all(names.filter((name) => !known.has(name)).map(discard));
  };
  const tidied = tidy();

  return {
    async resolve(server, options) {
      const found = find(server);
      if (!found) return undefined;
      await tidied;
      const { call } = found;
      let { resolved } = found;
      if (!resolved) {
        const now = await resolveNow(server, call, options);
        void now.removeOld();
        resolved = now.resolved;
      }
      return { command: resolved.bin, args: call.args, path: binFolders(call, join(folder, resolved.folder)) };
    },
    async update(server, options) {
      const found = find(server);
      if (!found) throw new AppError("conflict", messages.nothingToUpdate);
      await tidied;
      return (await resolveNow(server, found.call, options)).removeOld;
    },
    describe(server) {
      const resolved = find(server)?.resolved;
      return resolved
        ? { package: resolved.package, version: resolved.version, resolvedAt: resolved.resolvedAt }
        : null;
    },
    forget(serverId) {
      const row = byServer.get(serverId);
      erase.run(serverId);
      return async () => {
        if (row) await discard(String(row.folder));
      };
    },
  };
}

/** Arguments of the program do not change what is installed. */
const keyOf = ({ runner, packages, bin, python }: PackageCall): string =>
  JSON.stringify([runner, packages, bin, python]);

const toResolved = (row: Record<string, unknown>): Resolved => ({
  folder: String(row.folder),
  bin: String(row.bin),
  package: String(row.package),
  version: String(row.version),
  resolvedAt: String(row.resolved_at),
});
