import { randomBytes } from "node:crypto";
import { mkdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import type { Job } from "../../../shared/protocol/job.ts";
import type { Stack } from "../../../shared/protocol/stack.ts";
import { removeProjects } from "../../../shared/testing/compose-projects.ts";
import { type TestEngine, testEngine } from "../../../shared/testing/engine.ts";
import { eventually } from "../../../shared/testing/eventually.ts";
import { lacks } from "../../../shared/testing/parts.ts";
import { tempFolder } from "../../../shared/testing/temp-folder.ts";
import { startStacks, type TestStacks } from "../testing.ts";

const prefix = `t${randomBytes(4).toString("hex")}`;
const service = (name = "web", more = "") =>
  `  ${name}:\n    image: busybox:local\n    network_mode: host\n    command: ["sleep", "1000000"]\n    stop_grace_period: 0s\n${more}`;
const file = (...services: string[]) => `services:\n${services.join("")}`;

describe.skipIf(await lacks("docker", "compose", "linux"))("where the files of a stack are", () => {
  let engine: TestEngine;
  let here: TestStacks;
  beforeAll(async () => {
    engine = testEngine();
    here = await startStacks({ dockerHost: engine.dockerHost });
  });
  afterEach(async () => {
    await removeProjects(engine.docker, prefix);
    await engine.removeAll();
  });
  afterAll(() => here?.close());

  const ask: TestStacks["ask"] = (...request) => here.ask(...request);
  const create = (name: string, content = file(service()), env = {}) => here.create(name, content, env);
  const job: TestStacks["job"] = (...request) => here.job(...request);
  const listed = async (name: string): Promise<Stack | undefined> =>
    (await ask("GET", "")).body.stacks.find((one: Stack) => one.name === name);
  const containersOf = async (project: string) =>
    engine.docker.listContainers({ all: true, filters: { label: [`com.docker.compose.project=${project}`] } });
  /** A container as Compose on the host would have made it. */
  const runBy = (project: string, folder: string, more: Record<string, string> = {}) =>
    engine.run({
      labels: {
        "com.docker.compose.project": project,
        "com.docker.compose.service": "web",
        "com.docker.compose.project.working_dir": folder,
        "com.docker.compose.project.config_files": "compose.yaml",
        ...more,
      },
    });

  test("variables are read through a link to a file in a listed folder, for every verb, and are written there", async () => {
    const name = await create(`${prefix}-link`, file(service("web", `    labels: { tag: "\${TAG}" }\n`)));
    const shared = join(here.root, "common.env");
    await writeFile(shared, "# of all\r\nTAG=hunter22secret\r\n");
    await symlink(shared, join(here.dir, name, ".env"));
    const { env } = (await ask("GET", `/${name}/env`)).body;
    expect(env).toMatchObject({ names: ["TAG"], target: shared });
    for (const verb of ["up", "stop", "restart"]) {
      expect(await job("POST", `/${name}/${verb}`, {}), verb).toMatchObject({ state: "succeeded" });
    }
    expect((await containersOf(name))[0]?.Labels.tag).toBe("hunter22secret");
    expect((await ask("PUT", `/${name}/env`, { set: { TAG: "other" }, remove: [], etag: env.etag })).status).toBe(200);
    expect(await readFile(shared, "utf8")).toBe("# of all\r\nTAG=other\r\n");
    expect(await readFile(join(here.dir, name, ".env"), "utf8")).toBe("# of all\r\nTAG=other\r\n");
    expect(await job("POST", `/${name}/down`, {})).toMatchObject({ state: "succeeded" });
    await rm(shared);
  });

  const unreadable: [string, (path: string, elsewhere: string) => Promise<unknown>][] = [
    ["a folder", (path) => mkdir(path)],
    ["a link that leads nowhere", (path) => symlink("/nonexistent/nowhere.env", path)],
    ["a link out of the listed folders", (path, elsewhere) => symlink(join(elsewhere, "secret.env"), path)],
    ["too large", (path) => writeFile(path, `SECRET=topsecret\n#${"x".repeat(3_000_000)}\n`)],
    ["with a NUL", (path) => writeFile(path, "SECRET=topsecret\0\n")],
    ["in Latin-1", (path) => writeFile(path, Buffer.from("SECRET=topsecr\xe9t\n", "latin1"))],
  ];
  test.each([
    { what: "is not a file, or is a link that is not followed", kinds: unreadable.slice(0, 3) },
    { what: "is not text", kinds: unreadable.slice(3) },
  ])("a stack whose .env $what is stopped, restarted and taken down, but not deployed", async ({ kinds }) => {
    const elsewhere = await tempFolder("elsewhere");
    try {
      await writeFile(join(elsewhere.path, "secret.env"), "SECRET=topsecret\n");
      const name = await create(`${prefix}-env-${unreadable.findIndex(([title]) => title === kinds[0]?.[0])}`);
      const path = join(here.dir, name, ".env");
      await job("POST", `/${name}/up`, {});
      const jobs: Job[] = [];
      for (const [title, make] of kinds) {
        await rm(path, { recursive: true, force: true });
        await make(path, elsewhere.path);
        const { stack } = (await ask("GET", `/${name}`)).body;
        expect(stack, title).toMatchObject({ state: "running", notices: [expect.stringContaining(".env")] });
        const unread = (await ask("GET", `/${name}/env`)).body.error;
        expect(unread, title).toMatch(/^The file \.env cannot be read: /);
        const up = await job("POST", `/${name}/up`, {});
        const error = { message: expect.stringMatching(/^The file \.env /) };
        expect(up, title).toMatchObject({ state: "failed", error });
        const stopped = await job("POST", `/${name}/stop`, {});
        const steps = [{ label: `${name}_web_1`, state: "stopped" }];
        expect(stopped, title).toMatchObject({ state: "succeeded", steps });
        expect(stopped.lines.join("\n"), title).toMatch(new RegExp(`${name}_web_1: Exited \\(137\\)`));
        expect((await listed(name))?.state, title).toBe("stopped");
        expect(await job("POST", `/${name}/restart`, {}), title).toMatchObject({ state: "succeeded" });
        expect((await listed(name))?.state, title).toBe("running");
        jobs.push(up, stopped);
      }
      const down = await job("POST", `/${name}/down`, {});
      expect(down).toMatchObject({ state: "succeeded" });
      expect(await containersOf(name)).toEqual([]);
      expect(JSON.stringify([...jobs, down])).not.toContain("topsecr");
      expect(await job("DELETE", `/${name}`)).toMatchObject({ state: "succeeded" });
    } finally {
      await elsewhere.remove();
    }
  });

  test("networks and volumes are removed with a stack that is taken down without its files", async () => {
    const content = file(service().replace("    network_mode: host\n", "    volumes: [data:/data]\n"));
    const name = await create(`${prefix}-whole`, `${content}volumes:\n  data: {}\n`);
    const up = await job("POST", `/${name}/up`, {});
    expect(up, up.lines.join("\n")).toMatchObject({ state: "succeeded" });
    await mkdir(join(here.dir, name, ".env"));
    expect(await job("POST", `/${name}/down`, { volumes: true })).toMatchObject({ state: "succeeded" });
    const filters = { label: [`com.docker.compose.project=${name}`] };
    expect(await engine.docker.listNetworks({ filters })).toEqual([]);
    expect((await engine.docker.listVolumes({ filters })).Volumes ?? []).toEqual([]);
  });

  test("a stack whose files Compose no longer accepts is still stopped and taken down", async () => {
    const name = await create(`${prefix}-torn`);
    await job("POST", `/${name}/up`, {});
    await writeFile(join(here.dir, name, "compose.yaml"), "services: [\n");
    expect(await job("POST", `/${name}/stop`, {})).toMatchObject({ state: "succeeded" });
    expect((await listed(name))?.state).toBe("stopped");
    expect(await job("POST", `/${name}/down`, {})).toMatchObject({ state: "succeeded" });
    expect(await containersOf(name)).toEqual([]);
  });

  test("a compose file that is a link is followed within the listed folders", async () => {
    await writeFile(join(here.root, "shared.yaml"), file(service()));
    const name = `${prefix}-good`;
    await mkdir(join(here.dir, name));
    await symlink(join(here.root, "shared.yaml"), join(here.dir, name, "compose.yaml"));
    expect((await ask("GET", `/${name}/file`)).body.file.content).toBe(file(service()));
    for (const verb of ["up", "down"]) {
      expect(await job("POST", `/${name}/${verb}`, {}), verb).toMatchObject({ state: "succeeded" });
    }
    expect(await listed(name)).toMatchObject({ state: "down", lock: null, files: ["compose.yaml"] });
    await rm(join(here.root, "shared.yaml"));
  });

  test("a compose file that is a link out of the listed folders is named, and its containers can be removed", async () => {
    const elsewhere = await tempFolder("elsewhere");
    try {
      const name = await create(`${prefix}-out`);
      await runBy(name, join(here.dir, name));
      await rm(join(here.dir, name, "compose.yaml"));
      await writeFile(join(elsewhere.path, "compose.yaml"), file(service("stolen")));
      await symlink(join(elsewhere.path, "compose.yaml"), join(here.dir, name, "compose.yaml"));
      expect(await listed(name)).toMatchObject({ lock: "refused", reason: expect.stringContaining("compose.yaml") });
      const up = await ask("POST", `/${name}/up`, {});
      expect(up).toMatchObject({ status: 403, body: { error: expect.stringMatching(/compose\.yaml .*link/) } });
      for (const verb of ["stop", "restart", "down"]) {
        expect(await job("POST", `/${name}/${verb}`, {}), verb).toMatchObject({ state: "succeeded" });
      }
      expect(await containersOf(name)).toEqual([]);
    } finally {
      await elsewhere.remove();
    }
  });

  test("a stack in a listed folder stays listed when it is down, and is deployed from there", async () => {
    const [blog, never, deep] = [`${prefix}-blog`, `${prefix}-never`, `${prefix}-deep`];
    for (const path of [blog, never, `group/${deep}`, `a/b/c/${prefix}-far`]) {
      await mkdir(join(here.root, path), { recursive: true });
      await writeFile(join(here.root, path, "compose.yaml"), file(service()));
    }
    // Folders are looked at again after a rest, which is long on a busy machine.
    await eventually(async () => (await listed(never)) !== undefined && (await listed(deep)) !== undefined);
    for (const name of [never, deep])
      expect(await listed(name)).toMatchObject({ state: "down", lock: null, own: false });
    expect(await listed(`${prefix}-far`)).toBeUndefined();
    expect(await job("POST", `/${blog}/up`, {})).toMatchObject({ state: "succeeded" });
    expect(await listed(blog)).toMatchObject({ state: "running" });
    expect(await job("POST", `/${blog}/down`, {})).toMatchObject({ state: "succeeded" });
    expect(await listed(blog)).toMatchObject({ state: "down", lock: null });
    expect((await ask("GET", `/${blog}/file`)).status).toBe(200);
    expect(await job("POST", `/${blog}/up`, {})).toMatchObject({ state: "succeeded" });
    expect((await ask("POST", "", { name: never, content: file(service()) })).body.code).toBe("conflict");
  });

  test("a stack that was started with another name or file stays listed with them", async () => {
    const folder = join(here.root, `${prefix}-odd`);
    await mkdir(folder);
    await writeFile(join(folder, "production.yml"), file(service()));
    const name = `${prefix}-other`;
    const labels = { "com.docker.compose.project.config_files": join(folder, "production.yml") };
    const box = await runBy(name, folder, labels);
    expect(await listed(name)).toMatchObject({ state: "running", files: ["production.yml"] });
    await box.container.remove({ force: true });
    expect(await listed(name)).toMatchObject({ state: "down", files: ["production.yml"] });
    expect(await job("POST", `/${name}/up`, {})).toMatchObject({ state: "succeeded" });
    await rm(folder, { recursive: true });
  });

  test("labels of an image define no files and no stack, and labels of a container never name variables", async () => {
    const own = await create(`${prefix}-victim`, file(service("web", "    labels: { tag: mine }\n")), {
      KEY: "s3cretvalue",
    });
    const folder = join(here.dir, own);
    const other = join(here.root, `${prefix}-decoy`);
    await mkdir(other);
    await writeFile(join(other, "compose.yaml"), file(service("decoy")));
    const labelsOf = (project: string, dir: string, name: string) => ({
      "com.docker.compose.project": project,
      "com.docker.compose.service": "web",
      "com.docker.compose.project.working_dir": dir,
      "com.docker.compose.project.config_files": join(dir, name),
    });
    const innocent = `${prefix}-innocent`;
    const forged = [labelsOf(innocent, folder, ".env"), labelsOf(own, other, "compose.yaml")];
    for (const labels of forged) await engine.run({ image: await engine.imageWith(labels) });
    expect(await listed(innocent)).toBeUndefined();
    expect(await listed(own)).toMatchObject({ folder, state: "down", lock: null });
    // What Compose itself put on an image that it built is on the container as well, beside what is the container's own.
    const built = await engine.imageWith({ "com.docker.compose.project": `${prefix}-built` });
    await engine.run({
      image: built,
      labels: { ...labelsOf(`${prefix}-built`, other, "compose.yaml"), "com.docker.compose.config-hash": "abc" },
    });
    expect(await listed(`${prefix}-built`)).toMatchObject({ lock: null, folder: other });
    // A label of the container's own may lie as well: the panel's own folder stays its stack, and `.env` is none.
    await engine.run({ labels: labelsOf(own, other, "compose.yaml") });
    await engine.run({ labels: labelsOf(innocent, folder, ".env") });
    expect(await listed(own)).toMatchObject({ folder });
    expect(await listed(innocent)).toMatchObject({ lock: "refused" });
    // What Compose read from a pipe has no file, which is not the same as one that is refused.
    await engine.run({
      labels: { ...labelsOf(`${prefix}-piped`, other, "x"), "com.docker.compose.project.config_files": "-" },
    });
    expect(await listed(`${prefix}-piped`)).toMatchObject({ lock: "file-missing" });
    const read = await ask("GET", `/${innocent}/file`);
    expect(read.status).toBe(403);
    expect(read.text).not.toContain("s3cretvalue");
    await rm(other, { recursive: true });
  });

  test("a folder whose name is set in .env is listed by that name, and two with the same name are reported", async () => {
    const name = `${prefix}-named`;
    for (const folder of ["one", "two"]) {
      await mkdir(join(here.root, `${prefix}-${folder}`));
      await writeFile(join(here.root, `${prefix}-${folder}`, "compose.yaml"), file(service()));
      await writeFile(join(here.root, `${prefix}-${folder}`, ".env"), `COMPOSE_PROJECT_NAME=${name}\n`);
    }
    await eventually(async () => (await listed(name)) !== undefined);
    expect(await listed(`${prefix}-one`)).toBeUndefined();
    expect((await listed(name))?.notices).toEqual([expect.stringContaining(`${prefix}-two`)]);
  });

  test("another project that runs from a stack's folder is named and prevents its deletion", async () => {
    const name = await create(`${prefix}-clash`, file(service()), { COMPOSE_PROJECT_NAME: "elsewhere" });
    const folder = join(here.dir, name);
    const other = `${prefix}-elsewhere`;
    const box = await runBy(other, folder, { "com.docker.compose.project.config_files": join(folder, "compose.yaml") });
    expect((await listed(name))?.notices).toEqual([
      expect.stringContaining("COMPOSE_PROJECT_NAME"),
      expect.stringContaining(other),
    ]);
    expect(await ask("DELETE", `/${name}`)).toMatchObject({
      status: 409,
      body: { code: "conflict", error: expect.stringContaining(other) },
    });
    expect(await readFile(join(folder, "compose.yaml"), "utf8")).toBe(file(service()));
    await box.container.remove({ force: true });
    expect(await job("DELETE", `/${name}`)).toMatchObject({ state: "succeeded" });
  });

  test("a stack created elsewhere is stopped and restarted by its containers and shows its folder", async () => {
    const name = `${prefix}-made`;
    const box = await runBy(name, "/srv/elsewhere/shop");
    expect(await listed(name)).toMatchObject({ lock: "outside", folder: "/srv/elsewhere/shop" });
    expect(await job("POST", `/${name}/stop`, {})).toMatchObject({ state: "succeeded" });
    expect((await box.container.inspect()).State.Running).toBe(false);
    expect(await job("POST", `/${name}/restart`, {})).toMatchObject({ state: "succeeded" });
    expect((await box.container.inspect()).State.Running).toBe(true);
    for (const verb of ["up", "down", "pull"]) expect((await ask("POST", `/${name}/${verb}`, {})).status).toBe(403);
  });

  test("running containers are counted against the services of the file", async () => {
    const content = file(
      service("web"),
      service("db"),
      service("job").replace('["sleep", "1000000"]', '["true"]'),
      service("tool", "    profiles: [tools]\n"),
      service("none", "    scale: 0\n"),
    );
    const name = await create(`${prefix}-count`, content);
    await job("POST", `/${name}/up`, {});
    await expect.poll(async () => (await listed(name))?.finished).toBe(1);
    expect(await listed(name)).toMatchObject({ state: "running", running: 2, total: 3, finished: 1, missing: 0 });
    for (const { Id, Labels } of await containersOf(name)) {
      if (Labels["com.docker.compose.service"] === "db") await engine.docker.getContainer(Id).remove({ force: true });
    }
    expect(await listed(name)).toMatchObject({ state: "partial", running: 1, total: 3, missing: 1 });
    const { services } = (await ask("GET", `/${name}`)).body.stack;
    expect(services.find((one: { name: string }) => one.name === "db")).toMatchObject({ wanted: true, containers: [] });
    expect(services.find((one: { name: string }) => one.name === "tool")).toMatchObject({ wanted: false });
    expect(services.find((one: { name: string }) => one.name === "none")).toMatchObject({ wanted: false });
  });
});
