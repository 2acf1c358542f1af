import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { text } from "node:stream/consumers";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { eventually } from "../../shared/testing/eventually.ts";
import { PASSWORD, startAccess, type TestAccess } from "../access/testing.ts";

let server: TestAccess;
let admin: string;
beforeEach(async () => {
  server = await startAccess();
  admin = await server.setUp();
});
afterEach(() => server.stop());

/** Sends a request without its last byte. `finish` sends that byte and returns the status of the response. */
async function begin(method: string, path: string, cookie: string | undefined, body: string) {
  const socket: Socket = connect(server.port, "127.0.0.1");
  await once(socket, "connect");
  const type = path.startsWith("/api/files/upload") ? "application/octet-stream" : "application/json";
  const head = [
    `${method} ${path} HTTP/1.1`,
    `Host: 127.0.0.1:${server.port}`,
    `Origin: ${server.origin}`,
    `Cookie: ${cookie}`,
    `Content-Type: ${type}`,
    `Content-Length: ${Buffer.byteLength(body)}`,
    "Connection: close",
  ];
  socket.write(`${head.join("\r\n")}\r\n\r\n${body.slice(0, -1)}`);
  return async () => {
    socket.write(body.slice(-1));
    return Number((await text(socket)).split(" ")[1]);
  };
}
const newUser = (username: string) => JSON.stringify({ username, role: "admin", password: PASSWORD });
/** Resolves once the guard has admitted the request, which is then recorded. */
const begun = async (action: string) => {
  await eventually(async () => {
    const { body } = await server.ask("GET", `/api/audit?action=${action}`, { cookie: admin });
    expect(body.entries[0]).toMatchObject({ outcome: "begun" });
  });
};

test("a change that a session started is not completed after its log-out", async () => {
  const { cookie: stolen } = await server.login("ada");
  const finish = await begin("POST", "/api/users", stolen, newUser("mallory"));
  await begun("user:create");
  await server.ask("DELETE", "/api/session", { cookie: stolen });
  expect(await finish()).toBe(401);
  expect(server.access.users.byName("mallory")).toBeUndefined();
});

test("a change is refused when the role was lowered while it was sent", async () => {
  const made = await server.ask("POST", "/api/users", { cookie: admin, body: JSON.parse(newUser("grace")) });
  const { cookie: grace } = await server.login("grace");
  const finish = await begin("POST", "/api/users", grace, newUser("mallory"));
  await eventually(async () => {
    const { body } = await server.ask("GET", "/api/audit?action=user:create&who=grace", { cookie: admin });
    expect(body.entries).toHaveLength(1);
  });
  await server.ask("PATCH", `/api/users/${made.body.user.id}`, { cookie: admin, body: { role: "viewer" } });
  expect(await finish()).toBe(403);
  expect(server.access.users.byName("mallory")).toBeUndefined();
});

test("an upload that a session started is not stored after its log-out", async () => {
  const { cookie: stolen } = await server.login("ada");
  const finish = await begin("PUT", "/api/files/upload?path=/late.txt", stolen, "late");
  await begun("file:upload");
  await server.ask("DELETE", "/api/session", { cookie: stolen });
  expect(await finish()).toBe(401);
  const { body } = await server.ask("GET", "/api/files", { cookie: admin });
  expect(body.folder.entries).toEqual([]);
});

test("a password change is discarded when its session ends during the hashing", async () => {
  const { cookie: stolen } = await server.login("ada");
  const { passwords, users } = server.access;
  const before = users.byName("ada")?.passwordHash;
  const { promise: ended, resolve: go } = Promise.withResolvers<void>();
  const { hash } = passwords;
  const hashing = vi.spyOn(passwords, "hash").mockImplementationOnce(async (password) => {
    await ended;
    return hash(password);
  });
  const body = { current: PASSWORD, password: "another horse battery staple" };
  const change = server.ask("POST", "/api/account/password", { cookie: stolen, body });
  await eventually(() => expect(hashing).toHaveBeenCalled());
  await server.ask("DELETE", "/api/session", { cookie: stolen });
  go();
  expect((await change).status).toBe(401);
  expect(users.byName("ada")?.passwordHash).toBe(before);
});

test("a change of a live session is completed", async () => {
  const finish = await begin("POST", "/api/users", admin, newUser("grace"));
  await begun("user:create");
  expect(await finish()).toBe(201);
});
