import { randomUUID } from "node:crypto";
import { userInfo } from "node:os";
import process from "node:process";
import { text } from "node:stream/consumers";
import { parseArgs } from "node:util";
import { role } from "../../shared/protocol/access.ts";
import { newPassword, userName } from "../../shared/protocol/account.ts";
import { openAccessClock } from "../access/clock.ts";
import { createSharedWrites } from "../access/identity/user-store-tx.ts";
import { createUsers } from "../access/identity/users.ts";
import { createApiKeys } from "../access/keys/api-keys.ts";
import { refuseWeakPassword } from "../access/login/password-policy.ts";
import { createPasswords } from "../access/login/passwords.ts";
import { createRecoveryCodes } from "../access/login/recovery-codes.ts";
import { createSessions } from "../access/login/sessions.ts";
import { createPasskeyStore } from "../access/passkeys/passkey-store.ts";
import { newToken } from "../access/token.ts";
import { openState, print, runTool, type State } from "./state.ts";

const usage = `Usage: npm run admin -- <command>
  list                                 all users
  create <name> [--role admin]         make a user (role: viewer, operator, admin)
  reset-password <name>                give a user a new password and end the sessions
      --reset-second-factor            take authenticator, passkeys and recovery codes away too
  revoke <name> [--keys]               end all sessions of a user, and the API keys too
A new password is printed once; with --password-stdin it is read from standard input instead.`;

await runTool(async () => {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      role: { type: "string", default: "admin" },
      keys: { type: "boolean", default: false },
      "reset-second-factor": { type: "boolean", default: false },
      "password-stdin": { type: "boolean", default: false },
    },
  });
  const [command, name, ...more] = positionals;
  const commands = ["list", "create", "reset-password", "revoke"];
  if (!command || !commands.includes(command) || more.length > 0 || (command === "list") !== (name === undefined)) {
    throw new Error(usage);
  }
  const state = openState();
  try {
    const tool = createTool(state);
    if (command === "list") tool.list();
    else if (command === "create") await tool.create(name ?? "", values.role, values["password-stdin"]);
    else if (command === "revoke") tool.revoke(name ?? "", values.keys);
    else await tool.resetPassword(name ?? "", values["reset-second-factor"], values["password-stdin"]);
  } finally {
    state.close();
  }
});

function createTool({ database, trail }: State) {
  const writes = createSharedWrites(database);
  const clock = openAccessClock(database);
  const users = createUsers(database, writes);
  const sessions = createSessions(database, writes, clock);
  const keys = createApiKeys(database, writes, clock);
  const passwords = createPasswords();
  const passkeys = createPasskeyStore(database, writes);
  const requestId = randomUUID();

  /** Records the change before and after it. */
  const recorded = (action: string, target: string, change: () => void) => {
    const actor = { kind: "console", id: "", name: userInfo().username } as const;
    const event = { action, actor, target, requestId, address: "console" };
    trail.record({ ...event, outcome: "begun" });
    try {
      change();
    } catch (error) {
      trail.recordAfterwards({ ...event, outcome: "failed" });
      throw error;
    }
    trail.recordAfterwards({ ...event, outcome: "done" });
  };
  const existing = (name: string) => {
    const user = users.byName(name);
    if (!user) throw new Error("There is no such user.");
    return user;
  };
  const choosePassword = async (name: string, fromStdin: boolean) => {
    if (!fromStdin) return { password: newToken().slice(0, 24), isNew: true };
    const password = newPassword.parse((await text(process.stdin)).replace(/\r?\n$/, ""));
    await refuseWeakPassword(password, name);
    return { password, isNew: false };
  };
  const endSessions = (userId: string) => sessions.end(sessions.of(userId).map(({ id }) => id)).length;

  return {
    list: () => {
      for (const user of users.all()) {
        const passkeyCount = passkeys.of(user.id).length;
        const factors = user.totpSecret || passkeyCount > 0 ? "second factor" : "password only";
        print(
          [
            user.name,
            user.role,
            user.passwordHash ? factors : passkeyCount > 0 ? "passkey" : "OpenID only",
            `since ${user.createdAt}`,
          ].join("\t"),
        );
      }
    },
    create: async (name: string, roleName: string, fromStdin: boolean) => {
      const checked = { name: userName.parse(name), role: role.parse(roleName) };
      const { password, isNew } = await choosePassword(name, fromStdin);
      const passwordHash = await passwords.hash(password);
      const limits = { services: null, deployments: null };
      recorded("user:create", name, () => users.add({ ...checked, limits, passwordHash }));
      print(`Made ${name} (${checked.role}).`);
      if (isNew) print(`Password: ${password}`);
    },
    resetPassword: async (name: string, resetSecondFactor: boolean, fromStdin: boolean) => {
      const user = existing(name);
      const { password, isNew } = await choosePassword(user.name, fromStdin);
      const passwordHash = await passwords.hash(password);
      recorded("user:reset-password", user.name, () => {
        const totp = resetSecondFactor ? { totpSecret: null, totpLastStep: 0 } : {};
        users.change(user.id, { passwordHash, ...totp });
        if (resetSecondFactor) {
          createRecoveryCodes(database, writes).clear(user.id);
          passkeys.clear(user.id);
        }
        endSessions(user.id);
      });
      print(`${user.name} has a new password; all sessions have ended.`);
      if (isNew) print(`Password: ${password}`);
    },
    revoke: (name: string, keysToo: boolean) => {
      const user = existing(name);
      const owned = keysToo ? keys.all().filter((key) => key.ownerId === user.id) : [];
      recorded("user:revoke-sessions", user.name, () => {
        const ended = endSessions(user.id);
        for (const key of owned) keys.remove(key.id);
        print(`Ended ${ended} sessions and ${owned.length} keys of ${user.name}.`);
      });
    },
  };
}
