import type { McpServerStatus } from "../../../shared/protocol/mcp.ts";
import type { GatewayItemKind } from "../../../shared/protocol/mcp-gateway-limits.ts";
import { withTimeout } from "../../../shared/server/async/with-timeout.ts";
import type { McpHost } from "../host/host.ts";
import { type Catalogue, readCatalogue } from "./catalogue.ts";
import { createExposure, type ExposedServer, type Exposure } from "./exposure.ts";
import { prefixesOf } from "./names.ts";

/** Longest wait for the lists of one server, from their first read. Then it counts as empty until they come. */
const READ_MS = 5_000;
/** The same once its lists are known: the earlier ones are shown meanwhile. */
const READ_AGAIN_MS = 1_000;
/** Longest wait of a call for lists that are read again. */
const SOON_MS = 250;
/** Shortest time between two notices about the lists of one server, in milliseconds: a flood becomes one a second. */
const NOTICE_MS = 1_000;
/** The first notice waits too: servers report several lists at once. */
const FIRST_NOTICE_MS = 50;

const listNotices = [
  "notifications/tools/list_changed",
  "notifications/prompts/list_changed",
  "notifications/resources/list_changed",
] as const;
/** A server that starts is waited for: after a restart of the panel, clients would find nothing and some never ask again. */
const offers: ReadonlySet<McpServerStatus> = new Set(["running", "idle", "starting"]);
const empty: Catalogue = { tool: [], resource: [], template: [], prompt: [] };

/** One read of the lists of a server. */
interface Reading {
  reading: Promise<Catalogue>;
  since: number;
  /** Clients heard that it took long and is there now. */
  told: boolean;
}

export interface ExposedOptions {
  mcp: Pick<McpHost, "list" | "upstream">;
  isEnabled(serverId: string): boolean;
  hiddenOf(serverId: string): Record<GatewayItemKind, readonly string[]>;
  nameSpacing(): boolean;
  /** Called with the notices for the clients that see the server. */
  onChange(serverId: string, methods: readonly string[]): void;
}

/** What the servers offer that run, or are about to. Read once, and again after a server says that it changed. */
export interface Exposed {
  /** Of the enabled servers. */
  current(): Promise<Exposure>;
  /**
   * The same, or the earlier one while lists are read again: a server that keeps changing its lists, and answers slowly, does
   * not hold up calls of others.
   */
  soon(): Promise<Exposure>;
  /** Of all these servers, for the page. */
  all(): Promise<Exposure>;
  /** Reads a server again, and tells clients: about one list, or all. */
  forget(serverId: string, method?: string): void;
  /** Names or switches have changed: of one server, or all. */
  rename(serverId?: string): void;
  close(): void;
}

export function createExposed({ mcp, isEnabled, hiddenOf, nameSpacing, onChange }: ExposedOptions): Exposed {
  const catalogues = new Map<string, Reading>();
  /** The earlier lists, while a server is asked for new ones. */
  const before = new Map<string, Catalogue>();
  const notices = new Map<string, { methods: Set<string>; timer: NodeJS.Timeout }>();
  const noticedAt = new Map<string, number>();
  let known: Promise<Exposure> | undefined;
  /** The latest result, also while lists are read again; undefined after names or switches changed. */
  let latest: { exposure: Exposure; reading: Promise<Exposure> } | undefined;
  let renames = 0;
  let closed = false;

  const notifyLater = (serverId: string, methods: readonly string[]) => {
    known = undefined;
    if (closed) return;
    const waiting = notices.get(serverId);
    if (waiting) {
      for (const method of methods) waiting.methods.add(method);
      return;
    }
    const since = performance.now() - (noticedAt.get(serverId) ?? Number.NEGATIVE_INFINITY);
    const timer = setTimeout(
      () => {
        const notice = notices.get(serverId);
        notices.delete(serverId);
        if (mcp.list().some(({ id }) => id === serverId)) noticedAt.set(serverId, performance.now());
        // What was read between the first report of a flood and the notice may be old.
        catalogues.delete(serverId);
        known = undefined;
        onChange(serverId, [...(notice?.methods ?? [])]);
      },
      Math.max(FIRST_NOTICE_MS, NOTICE_MS - since),
    );
    timer.unref();
    notices.set(serverId, { methods: new Set(methods), timer });
  };

  const catalogueOf = (serverId: string) => {
    const found = catalogues.get(serverId);
    if (found) return found;
    const reading = Promise.resolve()
      .then(() => readCatalogue(mcp.upstream(serverId)))
      .catch(() => empty);
    const started: Reading = { reading, since: performance.now(), told: false };
    void reading.then((catalogue) => {
      if (catalogues.get(serverId) === started) before.set(serverId, catalogue);
    });
    catalogues.set(serverId, started);
    return started;
  };
  /** The lists of a server; the earlier ones, or nothing, if they take too long. */
  const soonOf = async (serverId: string): Promise<Catalogue> => {
    const started = catalogueOf(serverId);
    const { reading, since } = started;
    // Not from now on: a server that never answers would hold up each read of all servers.
    const longest = before.has(serverId) ? READ_AGAIN_MS : READ_MS;
    const left = Math.max(0, longest - (performance.now() - since));
    return withTimeout(reading, left, () => {
      void reading.then(() => {
        if (catalogues.get(serverId) !== started || started.told) return;
        started.told = true;
        known = undefined;
        onChange(serverId, listNotices);
      });
      return before.get(serverId) ?? empty;
    });
  };
  const read = async (shown: (serverId: string) => boolean): Promise<Exposure> => {
    const servers = mcp.list();
    const prefixes = prefixesOf(servers);
    const offering = servers.filter(({ id, status }) => offers.has(status) && shown(id));
    const exposed = await Promise.all(
      offering.map(
        async ({ id }): Promise<ExposedServer> => ({
          id,
          prefix: prefixes.get(id) ?? id,
          catalogue: await soonOf(id),
          hidden: hiddenOf(id),
        }),
      ),
    );
    return createExposure(exposed, nameSpacing());
  };

  const current = (): Promise<Exposure> => {
    if (known) return known;
    const reading = read(isEnabled);
    const begun = renames;
    known = reading;
    reading.then(
      (exposure) => {
        if (begun === renames) latest = { exposure, reading };
      },
      () => {
        if (known === reading) known = undefined;
      },
    );
    return reading;
  };

  return {
    current,
    soon() {
      const reading = current();
      const before = latest;
      if (!before || before.reading === reading) return reading;
      return withTimeout(reading, SOON_MS, () => before.exposure);
    },
    all: () => read(() => true),
    forget(serverId, method) {
      if (!mcp.list().some(({ id }) => id === serverId)) noticedAt.delete(serverId);
      // It started anew or ended: what it offered before says nothing.
      if (method === undefined) before.delete(serverId);
      // Read again at most once a second, however often the server says that it changed.
      if (method === undefined || !notices.has(serverId)) catalogues.delete(serverId);
      notifyLater(serverId, method === undefined ? listNotices : [method]);
    },
    rename(serverId) {
      known = undefined;
      latest = undefined;
      renames++;
      for (const { id } of mcp.list()) {
        if (serverId === undefined || id === serverId) onChange(id, listNotices);
      }
    },
    close() {
      closed = true;
      for (const { timer } of notices.values()) clearTimeout(timer);
      notices.clear();
    },
  };
}
