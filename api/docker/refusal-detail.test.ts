import { mkdir, rmdir } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import process from "node:process";
import { describe, expect, test } from "vitest";
import type { Job } from "../../shared/protocol/job.ts";
import type { AppError } from "../../shared/server/errors.ts";
import { eventually } from "../../shared/testing/eventually.ts";
import { freePort } from "../../shared/testing/free-port.ts";
import { lacks } from "../../shared/testing/parts.ts";
import { useTempFolder } from "../../shared/testing/use-temp-folder.ts";
import { toRegistryAuth } from "../images/image-pull.ts";
import { useDockerApi } from "../testing/docker-api.ts";

const SECRET = "hunter22secret-program";

describe.skipIf(await lacks("docker"))("details of Docker and registries", () => {
  const folder = useTempFolder("detail");
  const { engine, api } = useDockerApi();
  const make = async (name: string, settings: object) => {
    const full = engine.adopt(`aid-test-detail-${process.pid}-${name}`);
    return {
      name: full,
      container: await engine.docker.createContainer({ name: full, Image: "busybox:local", ...settings }),
    };
  };
  /** A container that cannot start: its command is the value of one of its variables. */
  const broken = () =>
    make("broken", { Cmd: [SECRET], Env: [`DB_PASSWORD=${SECRET}`], HostConfig: { NetworkMode: "host" } });
  const finished = async (id: string): Promise<Job> => {
    let job: Job | undefined;
    await eventually(async () => {
      job = (await api.ask("GET", `/api/jobs/${id}`)).body.job;
      expect(job?.state).not.toBe("running");
    });
    return job as Job;
  };

  test("a failed start has the message of the Engine as its detail, without values of the environment", async () => {
    const { name } = await broken();
    const answer = await api.ask("POST", `/api/services/${name}/start`, { body: {} });
    expect(answer.status).toBe(409);
    expect(answer.body.error).toBe(
      "The container cannot start: its command or a mounted path is missing or not permitted.",
    );
    expect(answer.body.detail).toMatch(/exec: "\*{8}": executable file not found/);
    expect(answer.text).not.toContain(SECRET);
  });

  test("callers limited to other containers, or with read rights only, receive none of them", async () => {
    const { name } = await make("hidden", { Cmd: [SECRET], HostConfig: { NetworkMode: "host" } });
    const limited = await api.loginAs("operator", { services: ["another"] });
    const refused = await api.ask("POST", `/api/services/${name}/start`, { cookie: limited, body: {} });
    expect([refused.status, refused.body.detail]).toEqual([403, undefined]);
    // The Engine refuses to list the processes of a stopped container.
    const cookie = await api.loginAs("viewer");
    const looked = await api.ask("GET", `/api/services/${name}/processes`, { cookie });
    expect([looked.status, looked.body.detail]).toEqual([409, undefined]);
    expect((await api.ask("GET", `/api/services/${name}/processes`)).body.detail).toMatch(/is not running/);
  });

  test("a mount whose source is gone is named", async () => {
    const source = join(folder.path, "source");
    await mkdir(source);
    const mount = { Type: "bind", Source: source, Target: "/x" } as const;
    const { name } = await make("mount", { HostConfig: { NetworkMode: "host", Mounts: [mount] } });
    await rmdir(source);
    const answer = await api.ask("POST", `/api/services/${name}/start`, { body: {} });
    expect(answer.body).toMatchObject({ success: false, detail: expect.stringContaining("bind source path") });
  });

  test("a job of a failed pull has the message of the Engine as its detail", async () => {
    const port = await freePort();
    const begun = await api.ask("POST", "/api/images/pull", { body: { reference: `127.0.0.1:${port}/shop/web:1` } });
    const job = await finished(begun.body.job.id);
    expect(job.error).toMatchObject({
      code: "upstream_unavailable",
      message: "The registry cannot be reached from this machine, or sent an unexpected response.",
      detail: expect.stringMatching(/connection refused/),
    });
  });

  test("contain no credentials of a registry", async () => {
    const password = "registry-password-17";
    const body = JSON.stringify({ errors: [{ code: "DENIED", message: `ada may not enter with ${password}` }] });
    const registry = createServer((_, response) => response.writeHead(403).end(body));
    await new Promise<void>((resolve) => registry.listen(0, "127.0.0.1", resolve));
    try {
      const host = `127.0.0.1:${(registry.address() as AddressInfo).port}`;
      const registryAuth = toRegistryAuth({ username: "ada", password, serveraddress: host });
      const { signal } = new AbortController();
      const pull = api.deps.docker.images.pull(`${host}/shop/web:1`, { signal, registryAuth });
      const detail = await pull.then(
        () => "",
        (error: AppError) => error.detail,
      );
      expect(detail).toContain("ada may not enter with ********");
      expect(detail).not.toContain(password);
    } finally {
      registry.close();
    }
  });

  test("are not sent to callers who only follow the container of a job", async () => {
    const source = join(folder.path, "taken-away");
    await mkdir(source);
    const mount = { Type: "bind", Source: source, Target: "/x" } as const;
    const { name, container } = await make("recreated", {
      Cmd: ["/bin/sh", "-c", "exec sleep 1000000"],
      HostConfig: { NetworkMode: "host", Mounts: [mount] },
    });
    await container.start();
    await rmdir(source);
    const begun = await api.ask("POST", `/api/services/${name}/recreate`, { body: {} });
    const job = await finished(begun.body.job.id);
    expect(job.error?.detail).toContain("bind source path does not exist");
    const ends = api.emitted.filter(({ event, data }) => event === "job" && (data as Job).error !== null);
    const detailIn = new Map(ends.map(({ room, data }) => [room, (data as Job).error?.detail]));
    expect(detailIn.get(`job:${job.id}`)).toBe(job.error?.detail);
    expect([detailIn.has(name), detailIn.get(name)]).toEqual([true, undefined]);
  });
});
