import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { promisify } from "node:util";
import { io, type Socket } from "socket.io-client";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { namespaceNames } from "../../../shared/protocol/namespaces.ts";
import { projectFolder } from "../../../shared/testing/service-process.ts";
import { type Stack, startStack } from "../../../shared/testing/stack.ts";
import { type Ask, PASSWORD, send } from "../testing.ts";

let stack: Stack;
let admin: string | undefined;
const sockets: Socket[] = [];

beforeAll(async () => {
  stack = await startStack();
  const token = readFileSync(join(stack.dataDir, "setup-token"), "utf8").trim();
  const answer = await ask("POST", "/api/setup", { body: { token, username: "ada", password: PASSWORD } });
  expect(answer.status).toBe(201);
  admin = answer.cookie;
});
afterEach(() => {
  for (const socket of sockets.splice(0)) socket.disconnect();
});
afterAll(() => stack.stop());

const ask = (method: string, path: string, fields: Ask = {}) =>
  send(stack.api.port, method, path, { origin: stack.origin, ...fields });
const makeUser = async (username: string, role: string) => {
  const { body } = await ask("POST", "/api/users", { cookie: admin, body: { username, role, password: PASSWORD } });
  return body.user.id as string;
};
const logIn = async (username: string) =>
  (await ask("POST", "/api/session", { body: { username, password: PASSWORD } })).cookie;

const happens = (socket: Socket, event: "connect" | "disconnect") =>
  new Promise<void>((resolve, reject) => {
    socket.once(event, () => resolve());
    socket.once("connect_error", reject);
  });

/** A browser with the page open: a socket in each namespace that it may join. */
async function openPage(credentials: { cookie?: string | undefined; token?: string }, namespaces: readonly string[]) {
  const opened = namespaces.map((name) =>
    io(`${stack.realtime.url}/${name}`, {
      forceNew: true,
      reconnection: false,
      transports: ["websocket"],
      ...(credentials.token ? { auth: { token: credentials.token } } : {}),
      extraHeaders: credentials.cookie ? { Cookie: credentials.cookie, Origin: stack.origin } : {},
    }),
  );
  sockets.push(...opened);
  await Promise.all(opened.map((socket) => happens(socket, "connect")));
  return opened;
}
/** Changes something and waits until all of them are cut. */
async function cutBy(opened: Socket[], change: () => Promise<unknown>): Promise<void> {
  const cuts = Promise.all(opened.map((socket) => happens(socket, "disconnect")));
  await change();
  await cuts;
}

test("a log-out cuts the five sockets of its browser, and none of another browser", async () => {
  const [one, other] = [await logIn("ada"), await logIn("ada")];
  const mine = await openPage({ cookie: one }, namespaceNames);
  const others = await openPage({ cookie: other }, ["services"]);
  await cutBy(mine, () => ask("DELETE", "/api/session", { cookie: one }));
  expect(others[0]?.connected).toBe(true);
  expect((await ask("GET", "/api/session", { cookie: one })).status).toBe(401);
});

test("a new role and the removal of a user cut the user's sockets", async () => {
  const id = await makeUser("grace", "operator");
  const cookie = await logIn("grace");
  const before = await openPage({ cookie }, ["services", "files"]);
  const demote = () => ask("PATCH", `/api/users/${id}`, { cookie: admin, body: { role: "viewer" } });
  await cutBy(before, demote);
  const after = await openPage({ cookie }, ["services"]);
  await cutBy(after, () => ask("DELETE", `/api/users/${id}`, { cookie: admin }));
});

test("a revoked key loses its sockets", async () => {
  const { body } = await ask("POST", "/api/keys", { cookie: admin, body: { name: "ci", role: "viewer", days: 1 } });
  const opened = await openPage({ token: body.secret }, ["services", "system"]);
  await cutBy(opened, () => ask("DELETE", `/api/keys/${body.key.id}`, { cookie: admin }));
});

test("a change of password and the command line tool reach the sockets of a running server", async () => {
  await makeUser("linus", "viewer");
  const [one, other] = [await logIn("linus"), await logIn("linus")];
  const kept = await openPage({ cookie: one }, ["services"]);
  const lost = await openPage({ cookie: other }, ["services"]);
  const body = { current: PASSWORD, password: "a slow green train to Oslo" };
  await cutBy(lost, () => ask("POST", "/api/account/password", { cookie: one, body }));
  expect(kept[0]?.connected).toBe(true);
  const env = { PATH: process.env.PATH, DATA_DIR: stack.dataDir };
  const revoke = () =>
    promisify(execFile)(process.execPath, ["api/cli/admin.ts", "revoke", "linus"], { cwd: projectFolder, env });
  await cutBy(kept, revoke);
});
