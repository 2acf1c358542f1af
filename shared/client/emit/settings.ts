import { messages } from "./messages.ts";

/** Where the client reports what its results do not say. The loggers of Pino have this shape. */
export interface EmitLog {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

export interface EmitterOptions {
  /** Address of the realtime server. Default: `WS_SERVER_URL`, else `http://localhost:3007`. */
  url?: string;
  /**
   * The emit token, or a function that returns it: it is called before the first request, and again when the server
   * refuses the token. Default: `EMIT_TOKEN`, else the content of the file that `EMIT_TOKEN_FILE` names.
   */
  token?: string | (() => string | Promise<string>);
  /** Longest time of one request in milliseconds. Default: 5,000. */
  requestTimeoutMs?: number;
  /** Default: nothing is logged. */
  log?: EmitLog;
}

const DEFAULT_URL = "http://localhost:3007";

/** Addresses of this machine, which no proxy can reach. */
const loopback = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/;

/**
 * Says what is wrong when the runtime would send requests for this machine to a proxy, which would get the token. `fetch`
 * of Deno and Bun follows the variables of the environment also for such addresses, that of Node with NODE_USE_ENV_PROXY.
 */
export function findProxyProblem(address: string): string | undefined {
  const usesProxies = "Deno" in globalThis || "Bun" in globalThis || environment("NODE_USE_ENV_PROXY") !== undefined;
  if (!usesProxies) return undefined;
  const { hostname, protocol } = new URL(address);
  if (!loopback.test(hostname)) return undefined;
  const either = (name: string) => environment(name) ?? environment(name.toLowerCase());
  if (!(either(protocol === "https:" ? "HTTPS_PROXY" : "HTTP_PROXY") ?? either("ALL_PROXY"))) return undefined;
  const host = hostname.replace(/^\[|\]$/g, "");
  const direct = (either("NO_PROXY") ?? "").split(",").map((entry) => entry.trim());
  if (direct.includes(host) || direct.includes("*")) return undefined;
  return messages.proxy(host);
}

/** Value of an environment variable; undefined when it is unset, empty, or the runtime does not allow to read it. */
function environment(name: string): string | undefined {
  try {
    return (globalThis as { process?: { env?: Record<string, string | undefined> } }).process?.env?.[name] || undefined;
  } catch {
    return undefined;
  }
}

/** Address without a slash at its end, or undefined when it is no http or https address. */
export function readAddress(url: string = environment("WS_SERVER_URL") ?? DEFAULT_URL): string | undefined {
  let parsed: URL;
  try {
    parsed = new URL(url);
  } catch {
    return undefined;
  }
  if (!/^https?:$/.test(parsed.protocol) || parsed.username !== "" || parsed.password !== "") return undefined;
  return parsed.origin + parsed.pathname.replace(/\/+$/, "");
}

export interface Credentials {
  /** The token. @throws Error with one sentence when there is none. */
  token(): Promise<string>;
  /** Reads the token again. Returns whether it has changed. @throws Error as `token` does. */
  reload(): Promise<boolean>;
}

export function createCredentials(source: EmitterOptions["token"] = tokenOfEnvironment): Credentials {
  let current: string | undefined;
  const read = async (): Promise<string> => {
    const value = typeof source === "function" ? await source() : source;
    const token = typeof value === "string" ? value.trim() : "";
    if (token === "") throw new Error(messages.noToken);
    if (!/^[\x21-\x7e]+$/.test(token)) throw new Error(messages.invalidToken);
    return token;
  };
  return {
    async token() {
      current ??= await read();
      return current;
    },
    async reload() {
      const before = current;
      current = undefined;
      current = await read();
      return current !== before;
    },
  };
}

async function tokenOfEnvironment(): Promise<string> {
  const token = environment("EMIT_TOKEN");
  const file = environment("EMIT_TOKEN_FILE");
  if (token !== undefined || file === undefined) return token ?? "";
  const { readFile } = await import("node:fs/promises");
  return readFile(file, "utf8");
}
