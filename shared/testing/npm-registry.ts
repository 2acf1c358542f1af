import { execFile } from "node:child_process";
import { createReadStream, existsSync, readFileSync } from "node:fs";
import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from "node:http";
import { createServer as createTlsServer } from "node:https";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import process from "node:process";
import { pipeline } from "node:stream/promises";
import { promisify } from "node:util";
import { projectFolder } from "./service-process.ts";

const run = promisify(execFile);
/** More than this cannot be fetched one by one in a test. */
const FETCHED_MAX = 10;

export interface Package {
  name: string;
  version: string;
  /** `sha512-…`, as in a lock file. */
  integrity: string;
  /** The archive, where it is not the one that npm keeps. */
  file?: string;
}

export interface TestRegistry {
  url: string;
  /** What was asked for, in order, with the log-in it came with. */
  requests: { path: string; authorization: string | undefined }[];
  close(): Promise<void>;
}

interface RegistryOptions {
  /** The only `Authorization` it answers to; none: everybody. */
  authorization?: string;
  /** Answers with other bytes than were named. */
  tampered?: boolean;
  /** Takes requests and answers none. */
  silent?: boolean;
  tls?: { key: string; cert: string };
}

/** What package-lock.json names and is installed here: packages for other machines are not. */
export function installedPackages(): Package[] {
  const lock = JSON.parse(readFileSync(join(projectFolder, "package-lock.json"), "utf8")) as {
    packages: Record<string, { name?: string; version?: string; integrity?: string }>;
  };
  return Object.entries(lock.packages).flatMap(([path, { name: alias, version = "", integrity = "" }]) => {
    // One that is installed under another name has its own beside it.
    const name = alias ?? path.slice(path.lastIndexOf("node_modules/") + "node_modules/".length);
    return path && integrity && existsSync(join(projectFolder, path)) ? [{ name, version, integrity }] : [];
  });
}

/** The Node and the npm that the scripts bring to this machine. */
export function toolchainPackages(): { node: Package; npm: Package } {
  const name = `node-linux-${process.arch}`;
  const node = installedPackages().find((entry) => entry.name === name);
  const script = readFileSync(join(projectFolder, "deploy/toolchain.sh"), "utf8");
  const [, version] = /^NPM_VERSION=([\d.]+)$/m.exec(script) ?? [];
  const [, integrity] = /^NPM_INTEGRITY=(sha512-\S+)$/m.exec(script) ?? [];
  if (!node || !version || !integrity) throw new Error("package-lock.json or deploy/toolchain.sh names no toolchain");
  return { node, npm: { name: "npm", version, integrity } };
}

let cacheFolder: Promise<string> | undefined;
/** Asked of npm once: its start takes half a second. */
const npmCache = (): Promise<string> => {
  cacheFolder ??= run("npm", ["config", "get", "cache"]).then(({ stdout }) => stdout.trim());
  return cacheFolder;
};

/** Where npm's cache keeps an archive. */
function cachedArchive(cache: string, { integrity, file }: Package): string {
  if (file) return file;
  const sum = Buffer.from(integrity.replace(/^sha512-/, ""), "base64").toString("hex");
  return join(cache, "_cacache/content-v2/sha512", sum.slice(0, 2), sum.slice(2, 4), sum.slice(4));
}

/** The file of an archive, fetched by npm where its cache lacks it. Not to be written to. */
export async function archiveFile(entry: Package): Promise<string> {
  const file = cachedArchive(await npmCache(), entry);
  if (!existsSync(file)) await run("npm", ["cache", "add", `${entry.name}@${entry.version}`]);
  return file;
}

/**
 * Serves packages on loopback as a registry does, from npm's own cache, where each installation leaves what it fetched.
 * What is not there is fetched by npm first.
 *
 * @throws Error when more than ten archives are missing
 */
export async function testRegistry(packages: Package[], options: RegistryOptions = {}): Promise<TestRegistry> {
  const archives = new Map<string, Package[]>();
  const files = new Map<string, string>();
  const cache = await npmCache();
  const absent = packages.filter((entry) => !existsSync(cachedArchive(cache, entry)));
  if (absent.length > FETCHED_MAX) throw new Error(`npm's cache lacks ${absent.length} archives: run npm ci first`);
  for (const { name, version } of absent) await run("npm", ["cache", "add", `${name}@${version}`]);
  for (const entry of packages) {
    archives.set(entry.name, [...(archives.get(entry.name) ?? []), entry]);
    files.set(archivePath(entry), cachedArchive(cache, entry));
  }
  const requests: TestRegistry["requests"] = [];
  let url = "";

  const answer = async (request: IncomingMessage, response: ServerResponse) => {
    // Asked as a proxy it gets a whole address, and answers for the host named there.
    const path = decodeURIComponent(new URL(request.url ?? "/", url).pathname).slice(1);
    const { authorization } = request.headers;
    requests.push({ path, authorization });
    if (options.silent) return;
    if (options.authorization !== undefined && authorization !== options.authorization) {
      response.writeHead(401).end("{}");
      return;
    }
    const file = files.get(path);
    if (file && options.tampered) {
      response.end("other bytes");
    } else if (file) {
      await pipeline(createReadStream(file), response);
    } else {
      const versions = archives.get(path);
      response.writeHead(versions ? 200 : 404, { "Content-Type": "application/json" });
      response.end(JSON.stringify(versions ? packument(path, versions, url) : {}));
    }
  };
  // A client that goes away in the middle is no fault of the registry.
  const listener: RequestListener = (request, response) =>
    void answer(request, response).catch(() => response.destroy());
  const server = options.tls ? createTlsServer(options.tls, listener) : createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  url = `${options.tls ? "https://localhost" : "http://127.0.0.1"}:${(server.address() as AddressInfo).port}`;
  return {
    url,
    requests,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function archivePath({ name, version }: Package): string {
  return `${name}/-/${name.replace(/^@.*\//, "")}-${version}.tgz`;
}

function packument(name: string, versions: Package[], url: string): unknown {
  const documents = versions.map((entry) => [
    entry.version,
    { name, version: entry.version, dist: { tarball: `${url}/${archivePath(entry)}`, integrity: entry.integrity } },
  ]);
  return { name, "dist-tags": { latest: versions.at(-1)?.version }, versions: Object.fromEntries(documents) };
}
