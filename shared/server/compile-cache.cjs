const { existsSync, readdirSync, rmSync } = require("node:fs");
const nodeModule = require("node:module");
const { homedir } = require("node:os");
const { join } = require("node:path");
const process = require("node:process");
const { isMainThread } = require("node:worker_threads");

/**
 * Caches modules without their types, and compiled, for the next start. Node's type stripper takes 12 MB in each process and
 * each worker as soon as it strips one file. JavaScript, so that it can run before the first TypeScript file:
 * `node --require ./shared/server/compile-cache.cjs api/main.ts`.
 *
 * Each release has a folder in the cache folder of the user; folders of removed releases are removed. Without write access,
 * every start compiles the modules.
 */
const ENABLED = nodeModule.constants?.compileCacheStatus?.ENABLED;

const cache = cacheFolder();

if (isMainThread && cache !== undefined && !process.env.NODE_COMPILE_CACHE && ENABLED !== undefined) {
  const base = join(cache, "ai-desktop", "compiled");
  const folder = join(base, encodeURIComponent(join(__dirname, "../..")));
  if (nodeModule.enableCompileCache(folder).status === ENABLED) {
    // Workers read it from their environment.
    process.env.NODE_COMPILE_CACHE = folder;
    removeOld(base);
  }
}

/** The cache folder of the user. A home that does not exist is not created: it would become the folder of the file manager. */
function cacheFolder() {
  if (process.env.XDG_CACHE_HOME) return process.env.XDG_CACHE_HOME;
  try {
    const home = homedir();
    return existsSync(home) ? join(home, ".cache") : undefined;
  } catch {
    return undefined; // no home, as for a user id without an entry in the list of users
  }
}

function removeOld(base) {
  try {
    for (const name of readdirSync(base)) {
      if (!existsSync(decodeURIComponent(name))) rmSync(join(base, name), { recursive: true, force: true });
    }
  } catch {
    // Another process removes it, or it belongs to another user: it only takes disk space.
  }
}
