import { execFile } from "node:child_process";
import { createReadStream, existsSync, readFileSync } from "node:fs";
import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from "node:http";
import { createServer as createTlsServer } from "node:https";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import process from "node:process";
import { pipeline } from "node:stream/promises";
import { promisify } from "node:util";
import { projectFolder } from "../service-process.ts";

const run = promisify(execFile);
/** Most archives that are fetched one by one. */
const MAX_FETCHED = 10;

export interface Package {
  name: string;
  version: string;
  /** `sha512-…`, as in a lock file. */
  integrity: string;
  /** Archive, if not the one in npm's cache. */
  file?: string;
  dependencies?: Record<string, string>;
}

export interface TestRegistry {
  url: string;
  /** Received requests in order, with their credentials. */
  requests: { path: string; authorization: string | undefined }[];
  close(): Promise<void>;
}

interface RegistryOptions {
  /** The only accepted `Authorization`; undefined: all requests are accepted. */
  authorization?: string;
  /** Sends other bytes than requested. */
  tampered?: boolean;
  /** Accepts requests without a response. */
  silent?: boolean;
  tls?: { key: string; cert: string };
}

/** Returns the packages of package-lock.json that are installed here, so without those for other machines. */
export function installedPackages(): Package[] {
  const lock = JSON.parse(readFileSync(join(projectFolder, "package-lock.json"), "utf8")) as {
    packages: Record<string, Partial<Package>>;
  };
  return Object.entries(lock.packages).flatMap(
    ([path, { name: alias, version = "", integrity = "", dependencies }]) => {
      // A package installed under another name has its real name in the entry.
      const name = alias ?? path.slice(path.lastIndexOf("node_modules/") + "node_modules/".length);
      return path && integrity && existsSync(join(projectFolder, path))
        ? [{ name, version, integrity, dependencies }]
        : [];
    },
  );
}

/** Returns the versions of Node and npm that the scripts install on this machine. */
export function toolchainPackages(): { node: Package; npm: Package } {
  const name = `node-linux-${process.arch}`;
  const node = installedPackages().find((entry) => entry.name === name);
  const script = readFileSync(join(projectFolder, "deploy/lib/toolchain.sh"), "utf8");
  const [, version] = /^NPM_VERSION=([\d.]+)$/m.exec(script) ?? [];
  const [, integrity] = /^NPM_INTEGRITY=(sha512-\S+)$/m.exec(script) ?? [];
  if (!node || !version || !integrity)
    throw new Error("package-lock.json or deploy/lib/toolchain.sh names no toolchain");
  return { node, npm: { name: "npm", version, integrity } };
}

let cacheFolder: Promise<string> | undefined;
/** Cached, since npm takes half a second to start. */
const npmCache = (): Promise<string> => {
  cacheFolder ??= run("npm", ["config", "get", "cache"]).then(({ stdout }) => stdout.trim());
  return cacheFolder;
};

/** Returns the path of an archive in npm's cache. */
function cachedArchive(cache: string, { integrity, file }: Package): string {
  if (file) return file;
  const sum = Buffer.from(integrity.replace(/^sha512-/, ""), "base64").toString("hex");
  return join(cache, "_cacache/content-v2/sha512", sum.slice(0, 2), sum.slice(2, 4), sum.slice(4));
}

/** Returns the file of an archive in npm's cache; npm fetches it if necessary. Read-only. */
export async function archiveFile(entry: Package): Promise<string> {
  const file = cachedArchive(await npmCache(), entry);
  if (!existsSync(file)) await run("npm", ["cache", "add", `${entry.name}@${entry.version}`]);
  return file;
}

/**
 * Serves packages on loopback like a registry, from npm's cache, which contains the archives of every installation. npm
 * fetches missing archives first.
 *
 * @throws Error if more than ten archives are missing
 */
export async function testRegistry(packages: Package[], options: RegistryOptions = {}): Promise<TestRegistry> {
  const archives = new Map<string, Package[]>();
  const files = new Map<string, string>();
  const cache = await npmCache();
  const absent = packages.filter((entry) => !existsSync(cachedArchive(cache, entry)));
  if (absent.length > MAX_FETCHED) throw new Error(`npm's cache lacks ${absent.length} archives: run npm ci first`);
  for (const { name, version } of absent) await run("npm", ["cache", "add", `${name}@${version}`]);
  for (const entry of packages) {
    archives.set(entry.name, [...(archives.get(entry.name) ?? []), entry]);
    files.set(archivePath(entry), cachedArchive(cache, entry));
  }
  const requests: TestRegistry["requests"] = [];
  let url = "";

  const answer = async (request: IncomingMessage, response: ServerResponse) => {
    // As a proxy it receives absolute addresses, and responds for their host.
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
  // A client that disconnects is not an error of the registry.
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
    {
      name,
      version: entry.version,
      dependencies: entry.dependencies,
      dist: { tarball: `${url}/${archivePath(entry)}`, integrity: entry.integrity },
    },
  ]);
  return { name, "dist-tags": { latest: versions.at(-1)?.version }, versions: Object.fromEntries(documents) };
}
