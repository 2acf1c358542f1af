import { randomUUID } from "node:crypto";
import type { DatabaseSync } from "node:sqlite";
import { parseImageReference } from "../../shared/protocol/image-reference.ts";
import type { AddRegistry, Registry } from "../../shared/protocol/registry.ts";
import { AppError } from "../../shared/server/errors.ts";
import { transact } from "../database/transact.ts";
import { toRegistryAuth } from "./image-pull.ts";
import { messages } from "./messages.ts";

/** Log-ins at registries. They can be added, replaced, removed and used for a pull, but never read. */
export interface Registries {
  list(): Registry[];
  /** Replaces the log-in of the same host. */
  add(registry: AddRegistry): Registry;
  /** @throws AppError `not_found` */
  find(id: string): Registry;
  remove(id: string): void;
  /** Credentials for a pull of this image, in the form of the Engine; undefined without a log-in at its registry. */
  authFor(reference: string): string | undefined;
}

const REGISTRIES_MAX = 50;
const columns = "id, host, username, created_at";

/** Address that the Engine expects in a log-in: Docker Hub has one of its own. */
export const addressOf = (host: string) => (host === "docker.io" ? "https://index.docker.io/v1/" : host);

/** A log-in in the form of the Engine. */
export const registryAuth = ({ host, username, password }: AddRegistry): string =>
  toRegistryAuth({ username, password, serveraddress: addressOf(host) });

export function createRegistries(database: DatabaseSync): Registries {
  const all = database.prepare(`SELECT ${columns} FROM registry ORDER BY host`);
  const one = database.prepare(`SELECT ${columns} FROM registry WHERE id = ?`);
  const ofHost = database.prepare("SELECT host, username, password FROM registry WHERE host = ?");
  const insert = database.prepare(
    "INSERT INTO registry (id, host, username, password, created_at) VALUES (?, ?, ?, ?, ?)",
  );
  const erase = database.prepare("DELETE FROM registry WHERE id = ?");
  const eraseHost = database.prepare("DELETE FROM registry WHERE host = ?");
  const get = (id: string): Registry => {
    const row = one.get(id);
    if (!row) throw new AppError("not_found", messages.noSuchRegistry);
    return toRegistry(row);
  };
  return {
    list: () => all.all().map(toRegistry),
    add({ host, username, password }) {
      const id = randomUUID();
      transact(database, () => {
        eraseHost.run(host);
        if (all.all().length >= REGISTRIES_MAX) {
          throw new AppError("conflict", messages.tooManyRegistries(REGISTRIES_MAX));
        }
        insert.run(id, host, username, password, new Date().toISOString());
      });
      return get(id);
    },
    find: get,
    remove(id) {
      erase.run(id);
    },
    authFor(reference) {
      const registry = parseImageReference(reference)?.registry;
      const row = registry === undefined ? undefined : ofHost.get(registry);
      if (!row) return undefined;
      const [host, username, password] = [row.host, row.username, row.password].map(String) as [string, string, string];
      return registryAuth({ host, username, password });
    },
  };
}

const toRegistry = (row: Record<string, unknown>): Registry => ({
  id: String(row.id),
  host: String(row.host),
  username: String(row.username),
  createdAt: String(row.created_at),
});
