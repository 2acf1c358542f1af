import { execFile } from "node:child_process";
import { createRequire } from "node:module";
import { join } from "node:path";
import { AppError } from "../../server/errors.ts";
import type { HostUser } from "./host-user.ts";
import { findInterpreter } from "./interpreters.ts";
import { createMessages as texts } from "./messages.ts";

const START_LIMIT_MS = 30_000;

/**
 * Starts PM2's daemon of this user by the PM2 that the panel brings. Nothing of this process's environment is passed on:
 * cluster apps inherit that of the daemon.
 *
 * @throws AppError `upstream_unavailable`
 */
export async function startDaemon(pm2Home: string, user: HostUser): Promise<void> {
  const node = await findInterpreter("node", user);
  if (node === null) throw new AppError("upstream_unavailable", texts.interpreterMissing("node"));
  const program = join(createRequire(import.meta.url).resolve("pm2/package.json"), "../bin/pm2");
  const env = { ...user.environment, PM2_HOME: pm2Home, PM2_DISABLE_VERSION_CHECK: "true" };
  await new Promise<void>((resolve, reject) => {
    const options = { env, cwd: user.home, timeout: START_LIMIT_MS, maxBuffer: 1024 * 1024 };
    execFile(node, [program, "ping"], options, (error) =>
      error ? reject(new AppError("upstream_unavailable", texts.cannotStartDaemon, { cause: error })) : resolve(),
    );
  });
}
