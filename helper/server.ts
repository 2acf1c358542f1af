import { chmodSync, chownSync, lstatSync, mkdirSync, rmSync } from "node:fs";
import { createServer, type Socket } from "node:net";
import { dirname } from "node:path";
import process from "node:process";
import { createAccounts } from "./accounts.ts";
import { createCallLog } from "./call-log.ts";
import { createCalls } from "./calls.ts";
import { createChildren } from "./children.ts";
import { serveConnection } from "./connection.ts";
import { createDaemons } from "./daemons.ts";
import { createPolicy } from "./policy.ts";
import { findChangeable } from "./root-owned.ts";

const MAX_CONNECTIONS = 16;
/** Started by its socket, it ends without a client; the next one starts it again. */
const IDLE_MS = 5 * 60_000;

export interface HelperOptions {
  socketPath: string;
  /** User of the panel, the only one who may connect. */
  uid: number;
  policyPath: string;
  logFile: string | undefined;
  /** Descriptor of a socket that systemd listens on; undefined: the helper makes its own. */
  inherited: number | undefined;
  onIdle(): void;
}

export interface Helper {
  close(): Promise<void>;
}

/**
 * Listens for the panel.
 *
 * @throws Error if anybody else could connect
 */
export async function startHelper({
  socketPath,
  uid,
  policyPath,
  logFile,
  inherited,
  onIdle,
}: HelperOptions): Promise<Helper> {
  const accounts = createAccounts();
  const log = createCallLog(logFile);
  const children = createChildren(accounts);
  const policy = createPolicy(policyPath, accounts);
  const answer = createCalls({ accounts, policy, daemons: createDaemons(), children, log });
  const sockets = new Set<Socket>();
  let idle: NodeJS.Timeout | undefined;

  const rest = () => {
    clearTimeout(idle);
    if (inherited !== undefined && sockets.size === 0) idle = setTimeout(onIdle, IDLE_MS);
  };
  const server = createServer((socket) => {
    if (sockets.size >= MAX_CONNECTIONS) return void socket.destroy();
    sockets.add(socket);
    clearTimeout(idle);
    socket.on("close", () => {
      sockets.delete(socket);
      rest();
    });
    serveConnection(socket, answer);
  });

  if (inherited === undefined) makeFolder(socketPath);
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    if (inherited !== undefined) return server.listen({ fd: inherited }, resolve);
    // The socket is nobody's but root's until it belongs to the panel's user.
    const mask = process.umask(0o177);
    server.listen(socketPath, resolve);
    process.umask(mask);
  });
  if (inherited === undefined) {
    chownSync(socketPath, uid, 0);
    chmodSync(socketPath, 0o600);
  }
  requirePrivate(socketPath, uid);
  rest();

  return {
    async close() {
      clearTimeout(idle);
      server.close();
      for (const socket of sockets) socket.destroy();
      await children.close();
      log.close();
    },
  };
}

function makeFolder(socketPath: string): void {
  const folder = dirname(socketPath);
  mkdirSync(folder, { recursive: true });
  chmodSync(folder, 0o755);
  const changeable = findChangeable(folder);
  if (changeable) throw new Error(`others than root can change ${changeable}`);
  rmSync(socketPath, { force: true }); // of a helper that was killed
}

function requirePrivate(socketPath: string, uid: number): void {
  const changeable = findChangeable(dirname(socketPath));
  if (changeable) throw new Error(`others than root can change ${changeable}`);
  const stats = lstatSync(socketPath);
  if (!stats.isSocket() || stats.uid !== uid || (stats.mode & 0o077) !== 0) {
    throw new Error(`${socketPath} must be a socket of the panel's user with the mode 0600`);
  }
}
