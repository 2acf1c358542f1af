import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { parseArgs } from "node:util";
import { findChangeable } from "./root-owned.ts";

/**
 * The root helper: does a short list of things that the panel's user may not, each as the user concerned. Started by its systemd
 * socket, or by root:
 *
 *     main.ts --user NAME [--socket PATH] [--policy PATH] [--log FILE]
 */
const PRLIMIT = "/usr/bin/prlimit";
const { values } = parseArgs({
  options: {
    user: { type: "string" },
    socket: { type: "string", default: "/run/ai-desktop-helper/socket" },
    policy: { type: "string", default: "/etc/ai-desktop/helper.json" },
    log: { type: "string" },
  },
});

function fail(message: string): never {
  process.stderr.write(`${message}\n`);
  process.exit(1);
}

/** First descriptor that systemd passes on. */
function inheritedSocket(): number | undefined {
  const { LISTEN_PID, LISTEN_FDS } = process.env;
  if (LISTEN_PID !== String(process.pid)) return undefined;
  if (LISTEN_FDS !== "1") fail("The helper takes exactly one socket.");
  return 3;
}

/**
 * No memory of this process or of those that it starts goes to a file when they crash: they know variables of users. One byte
 * instead of none: with none, the kernel still passes the memory to a program that collects crashes.
 */
function forbidCoreFiles(): void {
  // The unit has done it.
  if (/^Max core file size +[01] +[01] /m.test(readFileSync("/proc/self/limits", "utf8"))) return;
  execFileSync(PRLIMIT, ["--pid", String(process.pid), "--core=1:1"], { env: {}, stdio: "ignore" });
}

/** Code that others can change would do as root what they like. What runs here is checked before anything else is loaded. */
function requireOwnCode(): void {
  const root = join(import.meta.dirname, "..");
  const code = ["helper", "shared", "node_modules/zod", "node_modules/hono"].map((part) => join(root, part));
  const files = [
    process.execPath,
    join(root, "package.json"),
    "/usr/bin/setpriv",
    "/usr/bin/getent",
    "/usr/bin/id",
    PRLIMIT,
  ];
  for (const path of [...code, ...files]) {
    const changeable = findChangeable(path, { recursive: code.includes(path) });
    if (changeable) fail(`The helper runs only code that nobody but root can change; others can change ${changeable}`);
  }
}

if (process.platform !== "linux" || process.getuid?.() !== 0) fail("The helper needs Linux and root.");
if (!values.user || !/^[a-z_][\w.-]*\$?$|^\d+$/i.test(values.user))
  fail("The helper needs --user, the user of the panel.");
try {
  requireOwnCode();
  forbidCoreFiles();
} catch (error) {
  fail(`The helper cannot start: ${(error as Error).message}`);
}
process.umask(0o077);
process.chdir("/");

const uid = /^\d+$/.test(values.user)
  ? Number(values.user)
  : Number(execFileSync("/usr/bin/id", ["-u", "--", values.user], { encoding: "utf8" }));
const { startHelper } = await import("./server.ts");
const stop = async () => {
  await helper.close();
  process.exit(0);
};
const helper = await startHelper({
  socketPath: values.socket,
  uid,
  policyPath: values.policy,
  logFile: values.log,
  inherited: inheritedSocket(),
  onIdle: () => void stop(),
}).catch((error: Error) => fail(`The helper cannot start: ${error.message}`));
for (const signal of ["SIGTERM", "SIGINT"] as const) process.once(signal, () => void stop());
