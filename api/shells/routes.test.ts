import { describe, expect, test } from "vitest";
import { lacks } from "../../shared/testing/parts.ts";
import { EMIT_TOKEN } from "../access/testing.ts";
import { useDockerApi } from "../testing/docker-api.ts";
import { createPendingShells } from "./pending-shells.ts";

describe.skipIf(await lacks("docker"))("shells", () => {
  const { engine, api } = useDockerApi();
  const start = (id: string) => api.deps.docker.exec.attach(id, new AbortController().signal);

  test("are opened, listed with their users, and ended, and both are in the audit trail", async () => {
    const { id, name } = await engine.run();
    const made = await api.ask("POST", `/api/services/${name}/shells`, { body: { user: "0:0" } });
    expect(made.status).toBe(201);
    expect(made.body.shell).toEqual({
      id: expect.stringMatching(/^[0-9a-f]{64}$/),
      command: "auto",
      user: "0:0",
      mine: true,
      openedBy: { kind: "user", id: expect.any(String), name: "ada" },
      openedAt: expect.any(String),
    });
    const path = `/api/services/${id}/shells`;
    expect((await api.ask("GET", path)).body.shells).toEqual([]); // not started
    await start(made.body.shell.id);
    expect((await api.ask("GET", path)).body.shells).toEqual([made.body.shell]);
    const other = await api.loginAs("operator");
    const seen = (await api.ask("GET", path, { cookie: other })).body.shells;
    expect(seen).toEqual([{ ...made.body.shell, mine: false }]);
    expect((await api.ask("DELETE", `${path}/${made.body.shell.id}`, { cookie: other })).status).toBe(200);
    expect((await api.ask("GET", path)).body.shells).toEqual([]);
    const short = made.body.shell.id.slice(0, 12);
    for (const [action, detail] of [
      ["service:shell-open", `shell ${short}, auto, as 0:0`],
      ["service:shell-end", `shell ${short} of ada`],
    ]) {
      const { body } = await api.ask("GET", `/api/audit?action=${action}`);
      expect(body.entries[0]).toMatchObject({ outcome: "done", target: name, detail });
    }
  });

  test("are for operators, in running containers within their scope", async () => {
    const { id, name } = await engine.run();
    const viewer = await api.loginAs("viewer");
    const limited = await api.loginAs("operator", { services: ["another"] });
    for (const cookie of [viewer, limited]) {
      for (const method of ["GET", "POST"]) {
        const { status } = await api.ask(method, `/api/services/${id}/shells`, { cookie, ...body(method) });
        expect(status).toBe(403);
      }
    }
    const stopped = await engine.run({ start: false });
    const refused = await api.ask("POST", `/api/services/${stopped.id}/shells`, { body: {} });
    expect([refused.status, refused.body.code]).toEqual([409, "conflict"]);
    const gone = await api.ask("POST", "/api/services/no-such-container/shells", { body: {} });
    expect(gone.status).toBe(404);
    // An exec instance that is none of ours is no shell, nor one of another container.
    const foreign = await engine.docker.getContainer(id).exec({ Cmd: ["/bin/sh"], Tty: true, AttachStdin: true });
    expect((await api.ask("DELETE", `/api/services/${id}/shells/${foreign.id}`)).status).toBe(404);
    const { body: made } = await api.ask("POST", `/api/services/${id}/shells`, { body: {} });
    const elsewhere = await engine.run();
    expect((await api.ask("DELETE", `/api/services/${elsewhere.id}/shells/${made.shell.id}`)).status).toBe(404);
    expect((await api.ask("DELETE", `/api/services/${name}/shells/..%2f${"a".repeat(60)}`)).status).toBe(400);
  });

  test.each([
    { command: "/bin/evil" },
    { command: "sh -c id" },
    { user: "-u" },
    { user: "root;id" },
    { user: "$(id)" },
    { user: "" },
    { user: "a".repeat(40) },
    { env: ["X=1"] },
    [],
    null,
  ])("are not made of %j", async (bad) => {
    const { id } = await engine.run();
    const { status } = await api.ask("POST", `/api/services/${id}/shells`, { body: bad });
    expect(status).toBe(400);
  });

  test("that have not started are bounded for each caller", async () => {
    const { id, container } = await engine.run();
    const path = `/api/services/${id}/shells`;
    const cookie = await api.loginAs("operator");
    const make = (as?: { cookie: string }) => api.ask("POST", path, { body: {}, ...as });
    const made = await Promise.all(Array.from({ length: 20 }, () => make({ cookie })));
    const begun = made.filter(({ status }) => status === 201);
    expect(begun).toHaveLength(16);
    const refused = await make({ cookie });
    expect([refused.status, refused.body.code]).toEqual([429, "rate_limited"]);
    expect((await make()).status).toBe(201); // another caller has a number of their own
    await start(begun[0]?.body.shell.id);
    expect((await make({ cookie })).status).toBe(201);
    expect((await make({ cookie })).status).toBe(429);
    await container.stop({ t: 0 });
    await container.start();
    expect((await make({ cookie })).status).toBe(201);
  });

  test("that have not started are bounded in all, and abandoned ones are reused", async () => {
    const { id: containerId, container } = await engine.run();
    let now = 0;
    const shells = createPendingShells(api.deps.docker.exec, () => now);
    const make = (who: string, caller = who) => {
      const options = { containerId, command: "sh" as const, user: "", owner: api.deps.shellOwner };
      return shells.make({ ...options, openedBy: { kind: "key", id: who } }, caller);
    };
    for (let who = 0; who < 8; who++) await Promise.all(Array.from({ length: 16 }, () => make(`key-${who}`)));
    await expect(make("another")).rejects.toMatchObject({ code: "overloaded" });
    // A further key of one user is no further share.
    await expect(make("more", "key-0")).rejects.toMatchObject({ code: "rate_limited" });
    now = 60_000;
    const first = await make("key-0");
    const second = await make("key-0");
    expect(second.id).not.toBe(first.id);
    await start(first.id);
    await make("another");
    await expect(make("another")).rejects.toMatchObject({ code: "overloaded" });
    await container.stop({ t: 0 });
  });

  test("that ended are recorded on a report of the realtime server, and of no other caller", async () => {
    const report = {
      shellId: "a".repeat(64),
      containerName: "web",
      principal: { kind: "user", id: "gone" },
      code: "exited",
      exitCode: 0,
      seconds: 12.5,
    };
    expect((await api.ask("POST", "/internal/shells", { body: report })).status).toBe(401);
    const asRealtime = { token: EMIT_TOKEN, cookie: undefined, origin: null };
    expect((await api.ask("POST", "/internal/shells", { ...asRealtime, body: { ...report, x: 1 } })).status).toBe(400);
    expect((await api.ask("POST", "/internal/shells", { ...asRealtime, body: report })).status).toBe(200);
    const { body } = await api.ask("GET", "/api/audit?action=service:shell-close");
    expect(body.entries[0]).toMatchObject({
      target: "web",
      actor: { kind: "user", id: "gone", name: "gone" },
      detail: "shell aaaaaaaaaaaa, exited, exit code 0, after 12.5 s",
    });
  });
});

const body = (method: string) => (method === "POST" ? { body: {} } : {});
