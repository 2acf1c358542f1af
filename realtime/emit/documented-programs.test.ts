import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import process from "node:process";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Child, startChild } from "../../shared/testing/child.ts";
import { codeLines, documentPrograms } from "../../shared/testing/document-programs.ts";
import { eventually } from "../../shared/testing/eventually.ts";
import { freePort } from "../../shared/testing/free-port.ts";
import { findBun, findDeno, findSystemPython, lacks } from "../../shared/testing/parts.ts";
import { startReceiver } from "../../shared/testing/peers/receiver.ts";
import { projectFolder } from "../../shared/testing/service-process.ts";
import { type TempFolder, tempFolder } from "../../shared/testing/temp-folder.ts";
import { EMIT_TOKEN, nextEvent, startRealtime, type TestRealtime } from "../testing.ts";

let realtime: TestRealtime;
let folder: TempFolder;
const programs = documentPrograms("docs/emitting-events.md");
const got: [string, unknown][] = [];
beforeAll(async () => {
  folder = await tempFolder("programs");
  for (const [name, text] of programs) await writeFile(join(folder.path, name), text);
  // The package from its source.
  const packageFolder = join(folder.path, "node_modules/ai-desktop-client");
  await mkdir(packageFolder, { recursive: true });
  const source = pathToFileURL(join(projectFolder, "shared/client/emit/index.ts")).href;
  await writeFile(join(packageFolder, "emit.js"), `export * from ${JSON.stringify(source)};\n`);
  await writeFile(join(packageFolder, "package.json"), '{"type":"module","exports":{"./emit":"./emit.js"}}');
  await writeFile(join(folder.path, "deno.json"), JSON.stringify({ imports: { "ai-desktop-client/emit": source } }));
  await writeFile(join(folder.path, "emit-token"), `${EMIT_TOKEN}\n`);
  realtime = await startRealtime();
  for (const namespace of ["services", "deployments", "system", "mcp"] as const) {
    const viewer = realtime.connect(namespace);
    await nextEvent(viewer, "connect");
    viewer.onAny((event, data) => {
      if (["progress", "deployed", "notice"].includes(event)) got.push([event, data]);
    });
    if (namespace === "mcp") await viewer.emitWithAck("join", { serverId: "my-server" });
  }
});
afterAll(async () => {
  await realtime?.stop();
  await folder?.remove();
});

const run = async (program: string, args: string[], env: Record<string, string> = {}): Promise<Child> => {
  const child = await startChild(program, args, {
    cwd: folder.path,
    env: {
      PATH: process.env.PATH,
      HOME: process.env.HOME,
      DENO_DIR: process.env.DENO_DIR,
      WS_SERVER_URL: realtime.url,
      EMIT_TOKEN_FILE: join(folder.path, "emit-token"),
      ...env,
    },
  });
  expect([(await child.exited).code, child.output()]).toEqual([0, expect.any(String)]);
  return child;
};

/** Runs it until it prints this: its requests end after 5 s, when a busy machine has not got to the server. */
const prints = (text: RegExp, ...asked: Parameters<typeof run>): Promise<string> =>
  eventually(async () => {
    got.length = 0;
    const { output } = await run(...asked);
    expect(output()).toMatch(text);
    return output();
  });

describe("the programs of docs/emitting-events.md", async () => {
  test("have ten lines", () => {
    expect([...programs.keys()].sort()).toEqual(["emit.cjs", "emit.mjs", "emit.py", "emit.sh"]);
    for (const [name, text] of programs) {
      expect([name, codeLines(text).length <= 10]).toEqual([name, true]);
    }
  });

  const modules: [string, () => string, string[]][] = [
    ["Node", () => process.execPath, []],
    ["Deno", () => findDeno() ?? "", ["run", "--allow-env", "--allow-net", "--allow-read"]],
    ["Bun", () => findBun() ?? "", ["run"]],
  ];
  const withProxies: typeof modules = [...modules, ["Node with NODE_USE_ENV_PROXY", () => process.execPath, []]];
  test.skipIf(await lacks("deno", "bun")).each(modules)("ES module in %s", async (_name, program, args) => {
    // Nobody is in the room of the service.
    await prints(/build reached 0\ntest reached 0\ndeploy reached 0\n/, program(), [...args, "emit.mjs"]);
  });

  test.skipIf(await lacks("deno", "bun")).each(withProxies)(
    "send the token to no proxy in %s",
    async (name, program, args) => {
      const proxy = await startReceiver();
      try {
        const env = {
          HTTP_PROXY: proxy.url,
          http_proxy: proxy.url,
          NODE_USE_ENV_PROXY: name.includes("NODE_USE_ENV_PROXY") ? "1" : "",
        };
        const said = name === "Node" ? /deploy reached 0/ : /misdirected_request A proxy is set/;
        await prints(said, program(), [...args, "emit.mjs"], env);
        const direct = { ...env, NO_PROXY: "127.0.0.1", no_proxy: "127.0.0.1" };
        await prints(/deploy reached 0/, program(), [...args, "emit.mjs"], direct);
        expect(proxy.received).toEqual([]);
      } finally {
        proxy.close();
      }
    },
  );

  test("read the environment at the first call and not at the import", async () => {
    await writeFile(
      join(folder.path, "late.mjs"),
      `import { emitToSystem } from "ai-desktop-client/emit";
       process.env.EMIT_TOKEN = process.env.LATE_TOKEN;
       console.log(await emitToSystem("late", 1));\n`,
    );
    const env = { EMIT_TOKEN_FILE: "", LATE_TOKEN: EMIT_TOKEN };
    await prints(/delivered: 1/, process.execPath, ["late.mjs"], env);
  });

  test("CommonJS in Node", async () => {
    await prints(/reached 1/, process.execPath, ["emit.cjs"]);
    await eventually(() =>
      expect(got).toEqual([
        ["progress", { done: 40 }],
        ["notice", { text: "backup done" }],
      ]),
    );
  });

  test.skipIf(await lacks("python-socketio"))("Python", async () => {
    await prints(/^reached 1\n$/, findSystemPython(), ["emit.py"]);
    await eventually(() => expect(got).toEqual([["progress", { done: 40 }]]));
  });

  test.skipIf(await lacks("curl", "bash"))("curl", async () => {
    const output = await prints(/"delivered":1/, "bash", ["emit.sh"]);
    expect(JSON.parse(output)).toEqual({ success: true, delivered: 1, counts: [1] });
    await eventually(() => expect(got).toEqual([["progress", { done: 40 }]]));
  });

  test("end by themselves while the server is down, with what waits dropped", async () => {
    const { output } = await run(process.execPath, ["emit.mjs"], {
      WS_SERVER_URL: `http://127.0.0.1:${await freePort()}`,
    });
    expect(output()).toContain("deploy waits for the server");
    await writeFile(
      join(folder.path, "forgets-to-close.mjs"),
      'import { emitToSystem } from "ai-desktop-client/emit";\nconsole.log(await emitToSystem("notice", 1));\n',
    );
    const forgets = await run(process.execPath, ["forgets-to-close.mjs"], {
      WS_SERVER_URL: `http://127.0.0.1:${await freePort()}`,
    });
    expect(forgets.output()).toContain("queued: true");
  });

  test("say what is wrong when there is no token", async () => {
    const { output } = await run(process.execPath, ["emit.mjs"], { EMIT_TOKEN_FILE: "" });
    expect(output()).toContain("unauthorized There is no emit token");
  });

  test("api/lib/ws-client is the same for require and import", async () => {
    const folder = join(projectFolder, "api/lib");
    const script = `
      const { createRequire } = require("node:module");
      const required = createRequire(${JSON.stringify(join(folder, "x.cjs"))})("./ws-client");
      import(${JSON.stringify(pathToFileURL(join(folder, "ws-client.ts")).href)}).then(async (imported) => {
        const names = Object.keys(imported);
        console.log(names.join(), names.every((name) => required[name] === imported[name]));
        console.log(await required.emitToService("shop", "status", { status: "running" }));
        await imported.close();
      });`;
    const { output } = await run(process.execPath, ["-e", script]);
    expect(output()).toMatch(/checkWSHealth,close,createEmitter,emitToDeployment,emitToFiles,emitToMCP,.* true\n/);
    expect(output()).toContain("delivered: 0");
  });
});
