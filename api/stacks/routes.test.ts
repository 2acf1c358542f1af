import { randomBytes } from "node:crypto";
import { mkdir, readdir, readFile, readlink, stat, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import process from "node:process";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import type { Finding, Stack } from "../../shared/protocol/stack.ts";
import { startChild } from "../../shared/testing/child.ts";
import { removeProjects } from "../../shared/testing/compose-projects.ts";
import { type TestEngine, testEngine } from "../../shared/testing/engine.ts";
import { eventually } from "../../shared/testing/eventually.ts";
import { findProgram, lacks } from "../../shared/testing/parts.ts";
import { startRegistry } from "../../shared/testing/peers/registry.ts";
import { tempFolder } from "../../shared/testing/temp-folder.ts";
import { startStacks, type TestStacks } from "./testing.ts";

const prefix = `t${randomBytes(4).toString("hex")}`;
const box = (more = "") =>
  `services:
  web:
    image: busybox:local
    network_mode: host
    command: ["sh", "-c", "exec sleep 1000000"]
    stop_grace_period: 0s
${more}`;

describe.skipIf(await lacks("docker", "compose", "linux"))("stacks", () => {
  let engine: TestEngine;
  let here: TestStacks;
  beforeAll(async () => {
    engine = testEngine();
    here = await startStacks({ dockerHost: engine.dockerHost });
  });
  afterEach(() => removeProjects(engine.docker, prefix));
  afterAll(async () => {
    await here?.close();
    await engine?.removeAll();
  });

  const ask: TestStacks["ask"] = (...request) => here.ask(...request);
  const create = (name: string, content = box(), env = {}) => here.create(name, content, env);
  const job: TestStacks["job"] = (...request) => here.job(...request);

  test("Compose checks a file only for callers who may run it", async () => {
    const made = await here.api.ask("POST", "/api/keys", {
      body: { name: "reads stacks", role: "operator", scopes: ["stacks:view"], days: 1 },
    });
    const check = (thorough: boolean) =>
      here.api.ask("POST", "/api/stacks/validate", { token: made.body.secret, body: { content: box(), thorough } });
    expect((await check(false)).status).toBe(200);
    expect((await check(true)).status).toBe(403);
  });

  test("a failure has the output of Compose as its detail, without values of .env", async () => {
    const secret = "hunter22secret-program";
    const content = box().replace('["sh", "-c", "exec sleep 1000000"]', '["$PROGRAM"]');
    const name = await create(`${prefix}-said`, content, { PROGRAM: secret });
    const failed = await job("POST", `/${name}/up`, {});
    expect(failed).toMatchObject({ state: "failed", error: { code: "conflict" } });
    expect(failed.error?.detail).toMatch(/exec: .*\*{8}.*executable file not found/);
    expect(JSON.stringify(failed)).not.toContain(secret);
  });

  test("a stack is created, deployed, stopped, restarted, taken down and deleted, each with its output", async () => {
    const name = await create(`${prefix}-life`);
    expect((await ask("GET", `/${name}`)).body.stack).toMatchObject({
      state: "down",
      own: true,
      lock: null,
      total: 0,
      appliedAt: null,
      changed: null,
      services: [{ name: "web", image: "busybox:local", defined: true, containers: [] }],
    });
    const up = await job("POST", `/${name}/up`, {});
    expect(up).toMatchObject({ state: "succeeded", kind: "stack:up", target: name });
    expect(up.lines.join("\n")).toContain(`Creating ${name}_web_1`);
    expect(up.steps).toMatchObject([{ label: `${name}_web_1`, state: "created" }]);
    const { stack } = (await ask("GET", `/${name}`)).body;
    expect(stack).toMatchObject({ state: "running", running: 1, total: 1, changed: false, files: ["compose.yaml"] });
    expect(stack.services[0].containers[0]).toMatchObject({ state: "running", composeProject: name });

    await writeFile(join(here.dir, name, "compose.yaml"), box("    tty: true\n"));
    expect((await ask("GET", `/${name}`)).body.stack.changed).toBe(true);

    expect((await job("POST", `/${name}/stop`, {})).state).toBe("succeeded");
    expect((await ask("GET", `/${name}`)).body.stack).toMatchObject({ state: "stopped", running: 0, total: 1 });
    expect((await job("POST", `/${name}/restart`, {})).state).toBe("succeeded");
    const listed = (await ask("GET", "")).body.stacks.find((one: Stack) => one.name === name);
    expect(listed).toMatchObject({ state: "running" });
    expect((await job("POST", `/${name}/down`, { volumes: true })).state).toBe("succeeded");
    expect((await ask("GET", `/${name}`)).body.stack.state).toBe("down");
    expect((await job("DELETE", `/${name}`)).state).toBe("succeeded");
    expect((await ask("GET", `/${name}`)).status).toBe(404);
    expect(await readdir(here.dir)).not.toContain(name);
  });

  test("images are pulled from their registry, and a pull that fails says why", async () => {
    const registry = await startRegistry();
    const image = `${registry.host}/${prefix}:1`;
    try {
      await registry.push(engine.docker, `${prefix}:1`);
      const name = await create(`${prefix}-pull`, box().replace("busybox:local", image));
      const pulled = await job("POST", `/${name}/pull`, {});
      expect(pulled.state).toBe("succeeded");
      expect(pulled.lines.join("\n")).toMatch(/Pulling web/);
      expect((await engine.docker.getImage(image).inspect()).RepoTags).toContain(image);
      const other = await create(`${prefix}-gone`, box().replace("busybox:local", `${registry.host}/absent:1`));
      const failed = await job("POST", `/${other}/up`, { pull: true });
      expect(failed).toMatchObject({ state: "failed", error: { code: "conflict" } });
      expect(failed.lines.join("\n")).toMatch(/not found|unknown/);
    } finally {
      await removeProjects(engine.docker, prefix);
      await engine.docker
        .getImage(image)
        .remove({ force: true })
        .catch(() => {});
      await registry.stop();
    }
  });

  test("a cancelled job ends Compose with its child processes; one stack runs one job at a time", async () => {
    const name = await create(
      `${prefix}-slow`,
      box(`    depends_on: { never: { condition: service_healthy } }
  never:
    image: busybox:local
    network_mode: host
    command: ["sleep", "1000000"]
    healthcheck: { test: ["CMD", "false"], interval: 1s, retries: 100000, start_period: 1h }
`),
    );
    const begun = await ask("POST", `/${name}/up`, {});
    await eventually(async () => (await runningWith(join(here.dir, name))).length > 0);
    expect((await ask("POST", `/${name}/stop`, {})).body.code).toBe("conflict");
    // A container that `up` has just made is a part of it.
    let made: string | undefined;
    await eventually(async () => {
      const label = [`com.docker.compose.project=${name}`, "com.docker.compose.service=never"];
      made = (await engine.docker.listContainers({ filters: { label } }))[0]?.Id;
      return made !== undefined;
    });
    const restart = await here.api.ask("POST", `/api/services/${made}/restart`, { body: {} });
    expect(restart.body.code).toBe("conflict");
    await here.api.ask("DELETE", `/api/jobs/${begun.body.job.id}`);
    expect((await here.api.ended(begun)).state).toBe("cancelled");
    expect(await runningWith(join(here.dir, name))).toEqual([]);
  });

  test("a broken file is refused with its line and column, and the one on the disk stays", async () => {
    const name = await create(`${prefix}-broken`);
    const { file } = (await ask("GET", `/${name}/file`)).body;
    const broken = box().replace("    image: busybox:local", "    image: [busybox:local");
    const { findings } = (await ask("POST", "/validate", { content: broken, name })).body;
    expect(findings[0]).toMatchObject({ severity: "error", source: "yaml", line: 4, column: 5 });
    const refused = await ask("PUT", `/${name}/file`, { content: broken, etag: file.etag });
    expect(refused.body).toMatchObject({ code: "invalid_input", error: /^Line 4: / });

    // What only Compose objects to, it is asked about.
    const unknown = box("    sleep_well: true\n");
    expect((await ask("PUT", `/${name}/file`, { content: unknown, etag: file.etag })).body).toMatchObject({
      code: "invalid_input",
      error: expect.stringMatching(/^Line 7: .*sleep_well/),
    });
    const thorough = (await ask("POST", "/validate", { content: unknown, name, thorough: true })).body.findings;
    expect(thorough.filter(({ source }: Finding) => source === "compose")).toMatchObject([{ line: 7 }]);
    expect(await readFile(join(here.dir, name, "compose.yaml"), "utf8")).toBe(box());
  });

  test("a stack is listed once its file is accepted, and never while Compose still checks it", async () => {
    const name = `${prefix}-refused`;
    const seen: unknown[] = [];
    let isPending = true;
    const creating = ask("POST", "", { name, content: box("    sleep_well: true\n"), env: {} }).finally(() => {
      isPending = false;
    });
    while (isPending) seen.push(...(await ask("GET", "")).body.stacks.filter((stack: Stack) => stack.name === name));
    expect((await creating).body).toMatchObject({ code: "invalid_input", error: /^Line 7: .*sleep_well/ });
    expect(seen).toEqual([]);
    expect(await create(name)).toBe(name);
    expect((await ask("GET", "")).body.stacks).toContainEqual(expect.objectContaining({ name, lock: null }));
  });

  test("a file that changed on the disk since it was read is a conflict; the overwritten text is stored", async () => {
    const name = await create(`${prefix}-edit`);
    const { file } = (await ask("GET", `/${name}/file`)).body;
    const path = join(here.dir, name, "compose.yaml");
    await writeFile(path, box("    hostname: theirs\n"));
    const write = (content: string, etag: string) => ask("PUT", `/${name}/file`, { content, etag });
    expect((await write(box("    hostname: mine\n"), file.etag)).body.code).toBe("conflict");
    const now = (await ask("GET", `/${name}/file`)).body.file;
    expect((await write(box("    hostname: mine\n"), now.etag)).status).toBe(200);
    expect(await readFile(path, "utf8")).toContain("mine");
    const { revisions } = (await ask("GET", `/${name}/revisions`)).body;
    expect(revisions).toMatchObject([{ kind: "replaced", file: "compose.yaml", savedBy: "ada" }]);
    const { revision } = (await ask("GET", `/${name}/revisions/${revisions[0].id}`)).body;
    expect(revision.content).toContain("theirs");
  });

  test("hostile names create nothing and start nothing", async () => {
    for (const name of [
      "-f",
      "--help",
      ";id",
      "$(id)",
      "a\nb",
      "a b",
      "../x",
      "a%00b",
      "UPPER",
      "a/b",
      "x".repeat(300),
      "",
    ]) {
      expect((await ask("POST", "", { name, content: box() })).status, name).toBe(400);
      if (name === "") continue;
      const path = `/${encodeURIComponent(name)}`;
      for (const verb of ["up", "down", "stop", "restart", "pull"]) {
        expect([400, 404], `${verb} ${name}`).toContain((await ask("POST", `${path}/${verb}`, {})).status);
      }
      expect([400, 404], name).toContain((await ask("GET", `${path}/file`)).status);
    }
    const service = box().replace("  web:", '  "-web; $(id)":');
    expect((await ask("POST", "", { name: `${prefix}-evil`, content: service })).body.code).toBe("invalid_input");
    expect(await readdir(here.dir)).not.toContain(`${prefix}-evil`);
    expect((await ask("POST", "", { name: "x", content: box(), extra: 1 })).status).toBe(400);
  });

  test("a stack of containers with a hostile name is listed and cannot be changed", async () => {
    const name = '-f"><script>';
    await engine.run({ labels: { "com.docker.compose.project": name, "com.docker.compose.service": "$(id)" } });
    const listed = (await ask("GET", "")).body.stacks.find((one: Stack) => one.name === name);
    expect(listed).toMatchObject({ lock: "name", running: 1 });
    const path = `/${encodeURIComponent(name)}`;
    expect((await ask("GET", path)).body.stack.services[0].name).toBe("$(id)");
    expect((await ask("POST", `${path}/down`, {})).status).toBe(403);
    expect((await ask("GET", `${path}/file`)).status).toBe(403);
  });

  test("a stack made elsewhere stops and starts in the order of its dependencies, past a container that is refused", async () => {
    const name = `${prefix}-foreign`;
    const run = async (service: string, dependsOn = "") => {
      const labels = {
        "com.docker.compose.project": name,
        "com.docker.compose.project.working_dir": "/data/compose/7",
        "com.docker.compose.project.config_files": "/data/compose/7/docker-compose.yml",
        "com.docker.compose.service": service,
        "com.docker.compose.depends_on": dependsOn,
      };
      return (await engine.run({ labels, script: "trap 'exit 0' TERM; while true; do sleep 0.1; done" })).name;
    };
    try {
      // Created in the wrong order.
      const web = await run("web", "api:service_started:false");
      const api = await run("api", "db:service_healthy:true,gone:service_started:true");
      const db = await run("db");
      const stateOf = async (container: string) => (await engine.docker.getContainer(container).inspect()).State;
      const stop = await job("POST", `/${name}/stop`, {});
      expect(stop).toMatchObject({ state: "succeeded", kind: "stack:stop" });
      expect(stop.steps.map(({ label, state }) => `${label} ${state}`)).toEqual(
        [web, api, db].map((container) => `${container} stopped`),
      );
      expect((await ask("GET", `/${name}`)).body.stack).toMatchObject({ lock: "outside", state: "stopped" });
      const start = await job("POST", `/${name}/start`, {});
      expect(start.steps.map(({ label, state }) => `${label} ${state}`)).toEqual(
        [db, api, web].map((container) => `${container} started`),
      );
      const started = await Promise.all([db, api, web].map(async (container) => (await stateOf(container)).StartedAt));
      expect(started).toEqual([...started].sort());

      // Its folder is gone: the Engine refuses to start it.
      const folder = await tempFolder("mounted");
      const blocked = await engine.docker.createContainer({
        name: engine.adopt(`${name}-blocked`),
        Image: "busybox:local",
        Cmd: ["sleep", "1000000"],
        Labels: { "com.docker.compose.project": name, "com.docker.compose.service": "blocked" },
        HostConfig: { NetworkMode: "host", Mounts: [{ Type: "bind", Source: folder.path, Target: "/data" }] },
      });
      await folder.remove();
      await job("POST", `/${name}/stop`, {});
      const again = await job("POST", `/${name}/start`, {});
      expect(again).toMatchObject({ state: "failed" });
      expect(again.error?.message).toMatch(new RegExp(`^Not done for ${name}-blocked: `));
      expect((await stateOf(web)).Running).toBe(true);
      expect((await blocked.inspect()).State.Running).toBe(false);
    } finally {
      await engine.removeAll();
    }
  });

  test("an administrator names the folder of a stack made elsewhere, and it is deployed from there", async () => {
    const elsewhere = await tempFolder("elsewhere");
    const name = `${prefix}-adopted`;
    const folder = join(here.root, name);
    const put = (to: string) => ask("PUT", `/${name}/folder`, { folder: to });
    const stackNow = async () => (await ask("GET", `/${name}`)).body.stack;
    try {
      const { name: container } = await engine.run({
        labels: {
          "com.docker.compose.project": name,
          "com.docker.compose.project.working_dir": elsewhere.path,
          "com.docker.compose.project.config_files": "compose.yaml",
          "com.docker.compose.service": "web",
          "com.docker.compose.container-number": "1",
          "com.docker.compose.config-hash": "made-elsewhere",
          "com.docker.compose.version": "2.24.0",
          "com.docker.compose.oneoff": "False",
        },
      });
      await writeFile(join(elsewhere.path, "compose.yaml"), box());
      for (const [other, text] of [
        [folder, box()],
        [`${folder}-other`, box()],
        [`${folder}-renamed`, `name: ${name}-else\n${box()}`],
        [join(here.dir, `${prefix}-mine`), `name: ${name}\n${box()}`],
      ] as const) {
        await mkdir(other);
        await writeFile(join(other, "compose.yaml"), text);
      }
      await mkdir(`${folder}-empty`);
      await symlink(elsewhere.path, `${folder}-link`);
      expect(await stackNow()).toMatchObject({ lock: "outside", named: false });

      for (const [wrong, sentence] of [
        [elsewhere.path, "STACKS_ROOTS"],
        [`${folder}-link`, "STACKS_ROOTS"],
        [`${here.root}/../${name}`, "STACKS_ROOTS"],
        [join(here.dir, `${prefix}-mine`), "STACKS_ROOTS"],
        [name, "STACKS_ROOTS"],
        [`${folder}-empty`, "no compose file"],
        [`${folder}-absent`, ""],
        [`${folder}-other`, `project ${name}-other`],
        [`${folder}-renamed`, `project ${name}-else`],
      ] as const) {
        const refused = await put(wrong);
        expect(refused, wrong).toMatchObject({ status: 400, body: { code: "invalid_input" } });
        expect(refused.body.error, wrong).toContain(sentence);
      }
      const cookie = await here.api.loginAs("operator");
      const path = `/api/stacks/${name}/folder`;
      expect((await here.api.ask("PUT", path, { cookie, body: { folder } })).status).toBe(403);
      expect((await here.api.ask("DELETE", path, { cookie })).status).toBe(403);
      expect(await stackNow()).toMatchObject({ lock: "outside", named: false });

      expect((await put(`${folder}/`)).status).toBe(200);
      expect(await stackNow()).toMatchObject({ lock: null, named: true, own: false, folder, state: "running" });
      expect((await ask("GET", `/${name}/file`)).body.file.content).toBe(box());
      expect((await ask("DELETE", `/${name}`)).status).toBe(403);
      expect((await ask("DELETE", `/${name}/folder`)).status).toBe(200);
      expect(await stackNow()).toMatchObject({ lock: "outside", named: false });
      expect((await ask("DELETE", `/${name}/folder`)).status).toBe(404);

      expect((await put(folder)).status).toBe(200);
      expect((await job("POST", `/${name}/up`, {})).state).toBe("succeeded");
      // Its containers name the folder themselves now; the one made elsewhere was replaced.
      expect(await stackNow()).toMatchObject({ lock: null, named: false, folder, state: "running", total: 1 });
      await expect(engine.docker.getContainer(container).inspect()).rejects.toMatchObject({ statusCode: 404 });
      expect((await put(`${folder}-other`)).body.code).toBe("conflict");
    } finally {
      await engine.removeAll();
      await removeProjects(engine.docker, prefix);
      await elsewhere.remove();
    }
  });

  test("a file is read and written only below the listed folders, whatever labels say", async () => {
    const elsewhere = await tempFolder("elsewhere");
    const run = async (name: string, folder: string, files = "compose.yaml") => {
      await engine.run({
        labels: {
          "com.docker.compose.project": name,
          "com.docker.compose.project.working_dir": folder,
          "com.docker.compose.project.config_files": files,
          "com.docker.compose.service": "web",
        },
      });
      return name;
    };
    try {
      await writeFile(join(elsewhere.path, "compose.yaml"), box());
      await mkdir(join(here.root, "listed"));
      await writeFile(join(here.root, "listed/compose.yaml"), box());
      const outside = [
        await run(`${prefix}-out`, elsewhere.path),
        await run(`${prefix}-up`, join(here.root, "listed"), "../../etc/passwd"),
        await run(`${prefix}-etc`, here.root, "/etc/passwd"),
        await run(`${prefix}-secret`, `${here.root}-secret`),
        await run(`${prefix}-dots`, `${here.root}/../${elsewhere.path.split("/").at(-1)}`),
      ];
      for (const name of outside) {
        expect((await ask("GET", `/${name}`)).body.stack, name).toMatchObject({ lock: "outside", state: "running" });
        const read = await ask("GET", `/${name}/file`);
        expect(read.status, name).toBe(403);
        expect(read.text).not.toMatch(/services|root:/);
        expect((await ask("PUT", `/${name}/file`, { content: box(), etag: "x" })).status).toBe(403);
        for (const verb of ["up", "down", "pull"]) expect((await ask("POST", `/${name}/${verb}`, {})).status).toBe(403);
      }
      const listed = await run(`${prefix}-in`, join(here.root, "listed"));
      const { file } = (await ask("GET", `/${listed}/file`)).body;
      expect(file.content).toBe(box());
      expect((await ask("PUT", `/${listed}/file`, { content: box("    tty: true\n"), etag: file.etag })).status).toBe(
        200,
      );
      expect((await ask("GET", `/${listed}`)).body.stack).toMatchObject({ lock: null, own: false });
      expect((await ask("DELETE", `/${listed}`)).status).toBe(403);
      expect(await readdir(join(here.root, "listed"))).toContain("compose.yaml");
    } finally {
      await elsewhere.remove();
      await engine.removeAll();
    }
  });

  test("a link out of the folder is not followed: no file, no folder, no variables", async () => {
    const elsewhere = await tempFolder("elsewhere");
    try {
      await writeFile(join(elsewhere.path, "compose.yaml"), box("    hostname: stolen\n"));
      await writeFile(join(elsewhere.path, ".env"), "STOLEN=1\n");
      await symlink(elsewhere.path, join(here.dir, `${prefix}-folder`));
      await mkdir(join(here.dir, `${prefix}-file`));
      await symlink(join(elsewhere.path, "compose.yaml"), join(here.dir, `${prefix}-file/compose.yaml`));
      const named = await create(`${prefix}-env`);
      await symlink(join(elsewhere.path, ".env"), join(here.dir, named, ".env"));
      await mkdir(join(here.root, "real"));
      await symlink(elsewhere.path, join(here.root, "real/link"));
      await engine.run({
        labels: {
          "com.docker.compose.project": `${prefix}-label`,
          "com.docker.compose.project.working_dir": join(here.root, "real/link"),
          "com.docker.compose.project.config_files": "compose.yaml",
        },
      });
      for (const name of [`${prefix}-folder`, `${prefix}-file`, `${prefix}-label`]) {
        const read = await ask("GET", `/${name}/file`);
        expect([403, 404], name).toContain(read.status);
        expect(read.text).not.toContain("stolen");
        expect([403, 404], name).toContain((await ask("POST", `/${name}/up`, {})).status);
      }
      const env = await ask("GET", `/${named}/env`);
      expect(env.status).toBe(400);
      expect(env.text).not.toContain("STOLEN");
      expect(await readFile(join(elsewhere.path, "compose.yaml"), "utf8")).toContain("stolen");
    } finally {
      await elsewhere.remove();
      await engine.removeAll();
    }
  });

  test("values of variables reach Compose unchanged, and nobody else", async () => {
    const values = {
      PLAIN: "v1.2/x@y:z",
      SPACED: "two words # no comment",
      QUOTED: `it's "quoted"`.replaceAll('"', ""),
      SHELL: "$(id); `id` $HOME",
      DOUBLE: 'say "so"',
      EMPTY: "",
    };
    const labels = Object.keys(values).map((name) => `      ${name}: "\${${name}}"\n`);
    const name = await create(`${prefix}-vars`, box(`    labels:\n${labels.join("")}`), values);
    await job("POST", `/${name}/up`, {});
    const [info] = await engine.docker.listContainers({ filters: { label: [`com.docker.compose.project=${name}`] } });
    expect(info?.Labels).toMatchObject(values);
    const env = await ask("GET", `/${name}/env`);
    expect(env.body.env.names).toEqual(Object.keys(values));
    expect(env.text).not.toContain("words");
    const set = (change: object) => ask("PUT", `/${name}/env`, { etag: env.body.env.etag, ...change });
    for (const value of ["two\nlines", "a\\b", `\${PATH}`, `both ' and "`, "nul\0"]) {
      expect((await set({ set: { BAD: value } })).body.code, value).toBe("invalid_input");
    }
    for (const bad of ["A B", "A=B", "A\nB", "1A", "", "A;B"])
      expect((await set({ set: { [bad]: "x" } })).status).toBe(400);
    expect((await set({ set: { PLAIN: "other" }, remove: ["SPACED", "EMPTY"] })).body.env.names).toEqual([
      "PLAIN",
      "QUOTED",
      "SHELL",
      "DOUBLE",
    ]);
    expect((await set({ remove: ["PLAIN"] })).body.code).toBe("conflict"); // the etag is an old one
    const { mode } = await stat(join(here.dir, name, ".env"));
    expect(mode & 0o777).toBe(0o600);
  });

  test("nothing of the server's own environment reaches a compose file, and secrets are masked in output", async () => {
    process.env.STACK_PROBE = "from-the-server";
    try {
      const content = box(`    labels: { probe: "\${STACK_PROBE}", docker: "\${DOCKER_HOST}" }\n`);
      const name = await create(
        `${prefix}-own`,
        `${content}    image: "\${IMAGE}"\n`.replace("    image: busybox:local\n", ""),
        {
          IMAGE: "busybox:local",
        },
      );
      expect((await job("POST", `/${name}/up`, {})).state).toBe("succeeded");
      const [info] = await engine.docker.listContainers({ filters: { label: [`com.docker.compose.project=${name}`] } });
      expect(info?.Labels).toMatchObject({ probe: "", docker: engine.dockerHost });
      const { body } = await ask("GET", `/${name}/env`);
      await ask("PUT", `/${name}/env`, { set: { IMAGE: "secret-value:none" }, remove: [], etag: body.env.etag });
      const failed = await job("POST", `/${name}/pull`, {});
      expect(failed.state).toBe("failed");
      expect(JSON.stringify(failed)).not.toContain("secret-value");
      // Compose quotes what it does not take.
      const bad = await create(`${prefix}-bad`, box(`    ports: ["\${PORT_OF_MINE}:80"]\n`), { PORT_OF_MINE: "8080" });
      const { body: own } = await ask("GET", `/${bad}/env`);
      await ask("PUT", `/${bad}/env`, { set: { PORT_OF_MINE: "hidden-word" }, remove: [], etag: own.env.etag });
      const refused = await job("POST", `/${bad}/up`, {});
      expect(refused.state).toBe("failed");
      expect(JSON.stringify(refused)).not.toContain("hidden-word");
    } finally {
      delete process.env.STACK_PROBE;
    }
  });

  test("viewers and callers limited to some containers are refused", async () => {
    const viewer = await here.api.loginAs("viewer");
    const limited = await here.api.loginAs("operator", { services: ["web"] });
    for (const cookie of [viewer, limited]) {
      for (const [method, path, body] of [
        ["GET", ""],
        ["GET", "/x"],
        ["GET", "/x/file"],
        ["GET", "/x/env"],
        ["GET", "/x/revisions"],
        ["DELETE", "/x"],
        ["POST", "/x/up", {}],
        ["POST", "/validate", { content: "" }],
        ["POST", "", { name: "x", content: box() }],
      ] as [string, string, object?][]) {
        const answer = await here.api.ask(method, `/api/stacks${path}`, { cookie, ...(body ? { body } : {}) });
        expect(answer.status, `${method} ${path}`).toBe(403);
      }
    }
  });

  test("programs are started with a list of arguments, never by a shell", async ({ skip }) => {
    if (await lacks("strace")) skip();
    const name = `${prefix}-trace`;
    const folder = await tempFolder("trace");
    const output = join(folder.path, "calls");
    await writeFile(join(folder.path, "compose.yaml"), box());
    const probe = join(import.meta.dirname, "./compose/compose-probe.ts");
    const traced = await startChild(findProgram("strace") ?? "strace", [
      "-f",
      "--seccomp-bpf",
      "-qq",
      "-e",
      "trace=execve",
      "-e",
      "signal=none",
      "-s",
      "200",
      "-o",
      output,
      process.execPath,
      probe,
      name,
      folder.path,
      engine.dockerHost,
    ]);
    expect((await traced.exited).code, traced.output()).toBe(0);
    const calls = (await readFile(output, "utf8")).split("\n").filter((line) => / = 0$/.test(line));
    await folder.remove();
    expect(calls.length).toBeGreaterThan(0);
    const programs = calls.slice(1).map((line) => /execve\("([^"]*)"/.exec(line)?.[1] ?? line);
    // The Docker CLI asks each of its plugins who it is.
    expect(programs.filter((program) => !/^\/\S*\/docker(-[a-z]+)?$/.test(program))).toEqual([]);
    expect(calls.some((line) => line.includes(`"--project-name=${name}"`))).toBe(true);
  });
});

describe("stacks without Docker Compose", () => {
  test("are read-only and say so; Compose is found by the next detection after its installation", async () => {
    const empty = await tempFolder("path");
    const here = await startStacks({ path: empty.path });
    try {
      await mkdir(join(here.dir, "shop"));
      await writeFile(join(here.dir, "shop/compose.yaml"), box());
      const { ask } = here;
      const listed = await ask("GET", "");
      expect(listed.body).toMatchObject({
        compose: { installed: false, hint: /not installed/ },
        engine: { state: "absent" },
        stacks: [{ name: "shop", lock: "compose-missing", reason: /not installed/ }],
      });
      const { file } = (await ask("GET", "/shop/file")).body;
      expect(file.content).toBe(box());
      expect((await ask("PUT", "/shop/file", { content: box(), etag: file.etag })).status).toBe(403);
      expect((await ask("POST", "/shop/up", {})).status).toBe(403);
      expect((await ask("POST", "", { name: "other", content: box() })).body.code).toBe("not_supported");
      await writeFile(join(empty.path, "docker-compose"), "#!/bin/sh\necho v2.40.1\n", { mode: 0o755 });
      expect((await ask("POST", "/look", {})).body.compose).toMatchObject({ kind: "program", version: "2.40.1" });
      expect((await ask("GET", "/shop")).body.stack.lock).toBe(null);
    } finally {
      await here.close();
      await empty.remove();
    }
  });
});

/** Command lines of processes that name a folder. */
async function runningWith(folder: string): Promise<string[]> {
  const lines = await Promise.all(
    (await readdir("/proc"))
      .filter((entry) => /^\d+$/.test(entry))
      .map(async (pid) => {
        const line = await readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "");
        const alive = await readlink(`/proc/${pid}/exe`).catch(() => "");
        return alive && line.includes(folder) ? line : "";
      }),
  );
  return lines.filter(Boolean);
}
