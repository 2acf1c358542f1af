import { existsSync, rmSync } from "node:fs";
import { join } from "node:path";
import { createSecretCheck } from "../../../shared/server/emit-token.ts";
import { AppError } from "../../../shared/server/errors.ts";
import { readOrMakePrivateFile } from "../../../shared/server/private-file.ts";
import type { UserRecord, Users } from "../identity/users.ts";
import { messages } from "../messages.ts";
import { newToken } from "../token.ts";
import { refuseWeakPassword } from "./password-policy.ts";
import type { Passwords } from "./passwords.ts";

/** Lifetime of the set-up token, in minutes. */
export const SETUP_MINUTES = 30;

export interface Setup {
  /** Whether there is no user yet. */
  needed(): boolean;
  /** Creates the first administrator, once. @throws AppError `forbidden` for a wrong token, `gone` after the end */
  finish(token: string, name: string, password: string): Promise<UserRecord>;
  /** Expires the token after its time, and once there is a first user, however that was created. */
  sweep(): void;
  close(): void;
}

export interface SetupOptions {
  dataDir: string;
  users: Users;
  passwords: Passwords;
  /** Prints one line for the operator. */
  announce(line: string): void;
  /** Address of the set-up page. */
  page: string;
  /** Milliseconds of a clock that no step moves. */
  monotonic(): number;
}

/** Allows the first administrator to be created while no user exists. */
export function openSetup({ dataDir, users, passwords, announce, page, monotonic }: SetupOptions): Setup {
  const path = join(dataDir, "setup-token");
  rmSync(path, { force: true }); // of an earlier start: each start creates a new token
  const endsAt = monotonic() + SETUP_MINUTES * 60_000;
  let matches: ((token: string) => boolean) | undefined;
  let claimed = false;

  if (users.count() === 0) {
    const token = newToken();
    matches = createSecretCheck(token);
    readOrMakePrivateFile(path, () => `${token}\n`);
    announce(`Set up AI Desktop within ${SETUP_MINUTES} minutes: open ${page}#token=${token}`);
  }
  const close = () => {
    matches = undefined;
    if (existsSync(path)) rmSync(path, { force: true });
  };
  const sweep = () => {
    if (matches && (users.count() > 0 || monotonic() >= endsAt)) close();
  };
  return {
    needed: () => users.count() === 0,
    sweep,
    close,
    finish: async (token, name, password) => {
      sweep();
      if (users.count() > 0) throw new AppError("gone", messages.alreadySetUp);
      if (!matches) throw new AppError("gone", messages.setupOver);
      if (!matches(token)) throw new AppError("forbidden", messages.wrongSetupToken);
      if (claimed) throw new AppError("gone", messages.beingSetUp);
      claimed = true; // before the first await: of two concurrent requests, one continues
      try {
        await refuseWeakPassword(password, name);
        const passwordHash = await passwords.hash(password);
        const limits = { services: null, deployments: null };
        const user = users.addFirst({ name, role: "admin", limits, passwordHash });
        close();
        if (!user) throw new AppError("gone", messages.alreadySetUp);
        return user;
      } finally {
        claimed = false;
      }
    },
  };
}
