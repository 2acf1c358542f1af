import { execFileSync } from "node:child_process";
import { existsSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import process from "node:process";
import { createAccounts } from "../helper/accounts.ts";
import { policyFile } from "../helper/policy.ts";
import { createHelperClient } from "../shared/helper/client.ts";

/**
 * Root's file of the helper, with the users for whom it may act.
 *
 *     helper-users.ts list FILE
 *     helper-users.ts allow FILE [--privileged] USER
 *     helper-users.ts forget FILE USER
 *     helper-users.ts probe          as the panel's user: the daemons that the helper finds
 */
const [what, file = "", ...rest] = process.argv.slice(2);
const isPrivileged = rest.includes("--privileged");
const [name = "", ...more] = rest.filter((word) => word !== "--privileged");

function fail(message: string): never {
  process.stderr.write(`Error: ${message}\n`);
  process.exit(1);
}
const say = (text: string) => process.stdout.write(`${text}\n`);

function read() {
  if (!existsSync(file)) return policyFile.parse({});
  try {
    return policyFile.parse(JSON.parse(readFileSync(file, "utf8")));
  } catch {
    return fail(`${file} is not valid, so the helper acts for nobody. Correct or remove it.`);
  }
}

function write(policy: ReturnType<typeof read>): void {
  writeFileSync(`${file}.part`, `${JSON.stringify(policy, null, 2)}\n`, { mode: 0o644 });
  renameSync(`${file}.part`, file);
}

function list(): void {
  const { users, privileged } = read();
  say(`May act for: ${[...users, ...privileged].join(", ") || "nobody"}.`);
}

async function allow(): Promise<void> {
  let uid: number;
  try {
    uid = Number(
      execFileSync("/usr/bin/id", ["-u", "--", name], { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] }),
    );
  } catch {
    return fail("There is no such user.");
  }
  const account = await createAccounts().find(uid);
  if (account?.name !== name) fail("Several users have this user's number; name the first of them.");
  if (account.privileged !== null && !isPrivileged) {
    fail(
      `${account.privileged}, so anyone who may change processes in the panel would be root. If that is meant: ai-desktop helper allow --privileged ${name}`,
    );
  }
  const { users, privileged } = read();
  const others = (names: string[]) => names.filter((other) => other !== name);
  if (isPrivileged) write({ users: others(users), privileged: [...others(privileged), name] });
  else write({ users: [...others(users), name], privileged: others(privileged) });
  list();
}

function forget(): void {
  const { users, privileged } = read();
  if (![...users, ...privileged].includes(name)) fail("This user is not in the list.");
  write({ users: users.filter((other) => other !== name), privileged: privileged.filter((other) => other !== name) });
  list();
}

async function probe(): Promise<void> {
  const client = createHelperClient();
  try {
    for (const { user, uid, home, canWrite } of await client.listDaemons()) {
      const call = { daemon: { uid, home }, method: "ping", limitMs: 3_000 } as const;
      const answer = await client.call("pm2.call", call, { body: Buffer.from("{}") }).then(
        () => (canWrite ? "may be changed" : "read-only"),
        (error: Error) => error.message || "does not answer",
      );
      say(`  ${user ?? `user ${uid}`}  ${home}  ${answer}`);
    }
  } catch (error) {
    fail((error as Error).message);
  } finally {
    client.close();
  }
}

if (what === "list" && rest.length === 0) list();
else if (what === "allow" && name !== "" && more.length === 0) await allow();
else if (what === "forget" && name !== "" && more.length === 0) forget();
else if (what === "probe") await probe();
else fail("Usage: ai-desktop helper on | off | status | allow [--privileged] USER | forget USER");
