import { execFile } from "node:child_process";
import { mkdir, readFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import { createRequire } from "node:module";
import { join } from "node:path";
import process from "node:process";
import { promisify } from "node:util";
import type { Page } from "playwright-core";
import { rolldown } from "rolldown";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startBrowser, type TestBrowser } from "../testing/browser.ts";
import { type Child, startChild } from "../testing/child.ts";
import { codeLines, documentPrograms } from "../testing/document-programs.ts";
import { type TestContainer, testEngine } from "../testing/engine.ts";
import { eventually } from "../testing/eventually.ts";
import { findBun, findDeno, findSystemPython, lacks } from "../testing/parts.ts";
import { archiveFile } from "../testing/peers/npm-registry.ts";
import { projectFolder, type ServiceName, startService } from "../testing/service-process.ts";
import { type SignedIn, signIn } from "../testing/signed-in.ts";
import { type Stack, startStack } from "../testing/stack.ts";
import type { createEmitter, Emitter } from "./emit/index.ts";
import { type InstalledPackage, installPackage } from "./testing/installed-package.ts";

const run = promisify(execFile);

/** Older versions of Node that the package supports. Fetched by npm unless its cache has them. */
const olderNodes: Record<string, Record<string, string>> = {
  "20.19.6": {
    x64: "sha512-nSaDjLjUZdsLMDckfinsQl+hvKifYUuzO7swyacVzrKAIi0ByaORSE1DpaRTjxfCq3mETV/3uTlKXStzd2nJWQ==",
    arm64: "sha512-T28TZKZJ9yyf/ZZI1hVnzkvD3HhVrVe8O/5oSNO2WtlYVshqJrWuGnOOOk/7R3xF7psP2aVzHnbtQ1Q5UeWKmA==",
  },
  "22.23.3": {
    x64: "sha512-qHnz5tFsHoj/WM+uRENVjWONi5hVvmwrgq8A4V76KpuVNAc4+jwK8x4gwbobE9BtHNg/AKR2583eYorLF/c7ng==",
    arm64: "sha512-l3DAHZreylo+p9QXDtsOrjG2JXJqVzYXnAGmIQNOUNARcMppTO2cmewVQP+36tjJnSE+dzpMNtgW+c3oiDvXtA==",
  },
};

const documented = documentPrograms("docs/client.md");
let program: InstalledPackage;
const nodes: string[] = [];
beforeAll(async () => {
  program = await installPackage();
  for (const [version, { [process.arch]: integrity = "" }] of Object.entries(olderNodes)) {
    const folder = join(program.path, `../node-${version}`);
    await mkdir(folder);
    const archive = await archiveFile({ name: `node-linux-${process.arch}`, version, integrity });
    await run("tar", ["-xzf", archive, "--strip-components=2", "-C", folder, "package/bin/node"]);
    nodes.push(join(folder, "node"));
  }
});
afterAll(() => program.remove());

test("the archive has the built entries and their documents, and nothing of the schema library or of this machine", async () => {
  const built = ["emit", "watch"].flatMap((entry) =>
    ["cjs", "d.cts", "d.ts", "js"].map((kind) => `dist/${entry}.${kind}`),
  );
  expect(program.files).toEqual(["LICENSE", "README.md", ...built, "package.json"]);
  const folder = join(program.path, "node_modules/ai-desktop-client");
  for (const file of built) {
    const text = await readFile(join(folder, file), "utf8");
    expect([file, /\bzod\b/i.test(text), text.includes(projectFolder)]).toEqual([file, false, false]);
    if (file.includes("watch")) expect([file, /EMIT_TOKEN/.test(text)]).toEqual([file, false]);
  }
  expect(JSON.parse(await readFile(join(folder, "package.json"), "utf8")).dependencies).toEqual({
    "socket.io-client": expect.any(String),
  });
});

const typed = `
import { createEmitter, emitToService, type EmitResult } from "ai-desktop-client/emit";
import { createWatch, servicesWS, systemWS, type ServiceLogs, type WatchError } from "ai-desktop-client/watch";
const onError = ({ code }: WatchError): boolean => code === "unreachable" || code === "unauthorized";
const stop: () => void = servicesWS.subscribeLogs("a", "b", (logs: ServiceLogs) => logs.cursor.length, {
  tail: 1,
  onGap: ({ from, reason }) => [from?.length, reason === "slow_reader"],
  onError,
});
stop();
servicesWS.on("services:changed", ({ action }) => action.length);
servicesWS.on("progress", ({ done }: { done: number }) => done);
// @ts-expect-error this event has a type of its own
servicesWS.on("services:changed", (done: number) => done);
systemWS.subscribeStats(1_000, ({ cpu, disks, pm2Processes }) => [cpu.usage, disks[0]?.mount, pm2Processes?.online]);
createWatch({ url: "http://localhost", token: async () => "key" }).onState((state) => state === "live");
const sent: Promise<EmitResult> = emitToService("shop", "status", { status: "running" });
sent.then((result) => result.delivered ?? result.code);
createEmitter({ token: async () => "token" }).emitToWS("mcp", "progress", 1, "mcp:room");
// @ts-expect-error an address is needed
createWatch({ token: "key" });
`;

test("a strict TypeScript program compiles against it, as ES module and as CommonJS, without the types of browsers", async () => {
  const compile = async (name: string, options: object, files: string[]) => {
    const strict = { strict: true, noEmit: true, skipLibCheck: false, target: "es2022", lib: ["es2022"], types: [] };
    const config = { compilerOptions: { ...strict, ...options }, files };
    const path = await program.write(`${name}.json`, JSON.stringify(config));
    const tsc = join(projectFolder, "node_modules/typescript/bin/tsc");
    return run(process.execPath, [tsc, "--singleThreaded", "-p", path]).catch((error) => error);
  };
  for (const file of ["typed.mts", "typed.cts", "typed.ts"]) await program.write(file, typed);
  const node16 = await compile("node16", { module: "node16" }, ["typed.mts", "typed.cts"]);
  expect(node16.stdout).toBe("");
  const bundler = await compile("bundler", { module: "esnext", moduleResolution: "bundler" }, ["typed.ts"]);
  expect(bundler.stdout).toBe("");
});

test("the programs of docs/client.md have ten lines", () => {
  expect([...documented.keys()]).toEqual(["follow.mjs", "follow.ts", "page.js", "follow.py"]);
  for (const [name, text] of documented) expect([name, codeLines(text).length <= 10]).toEqual([name, true]);
});

/** What a program has printed, a JSON value per line. */
interface Story {
  lines: string[];
  ticks: number[];
  gaps: string[];
  errors: string[];
  joins: number;
}

function readStory(output: string): Story {
  const story: Story = { lines: [], ticks: [], gaps: [], errors: [], joins: 0 };
  const whole = output.slice(0, output.lastIndexOf("\n") + 1);
  for (const line of whole.split("\n")) {
    if (!line.startsWith("{")) continue;
    const { data, tick, gap, error, joined } = JSON.parse(line);
    if (data !== undefined) story.lines.push(...data.split("\n").slice(0, -1));
    if (tick !== undefined) story.ticks.push(tick);
    if (gap !== undefined) story.gaps.push(gap);
    if (error !== undefined) story.errors.push(error);
    if (joined) story.joins++;
  }
  return story;
}

const countUp = (lines: readonly string[]) => lines.map((_, index) => String(Number(lines[0]) + index));

describe.skipIf(await lacks("docker", "deno", "bun", "chromium", "python-socketio"))(
  "a program that installed it",
  () => {
    const engine = testEngine();
    const children = new Map<string, Child>();
    const pages = new Map<string, () => Promise<string>>();
    let stack: Stack;
    let admin: SignedIn;
    let counter: TestContainer;
    let browser: TestBrowser;
    let site: Server;
    let emitter: Emitter;
    let backendEnv: Record<string, string | undefined>;

    beforeAll(async () => {
      const script = "i=0; while true; do echo $i; i=$((i+1)); sleep 0.05; done";
      [stack, counter, browser] = await Promise.all([startStack(), engine.run({ script }), startBrowser()]);
      admin = await signIn({ apiUrl: stack.api.url, dataDir: stack.dataDir, origin: stack.origin });
      const token = (await readFile(join(stack.dataDir, "emit-token"), "utf8")).trim();
      const installed: { createEmitter: typeof createEmitter } = createRequire(join(program.path, "index.js"))(
        "ai-desktop-client/emit",
      );
      emitter = installed.createEmitter({ url: stack.realtime.url, token });
      const env = {
        PATH: process.env.PATH,
        HOME: program.path,
        NO_COLOR: "1",
        DENO_NO_UPDATE_CHECK: "1",
        WS_SERVER_URL: stack.realtime.url,
        AI_DESKTOP_API_KEY: await admin.makeKey({ role: "viewer" }),
      };
      backendEnv = { ...env, EMIT_TOKEN: token };
      const start = async (name: string, command: string, ...args: string[]) =>
        children.set(name, await startChild(command, [...args, counter.name], { cwd: program.path, env }));

      const text = await readFile(join(import.meta.dirname, "testing/follow-program.mjs"), "utf8");
      await program.write("program.mjs", text);
      for (const [name, source] of documented) await program.write(name, source);
      const [node20 = "", node22 = ""] = nodes;
      const deno = ["run", "--no-prompt", "--allow-env", "--allow-net", "--allow-read"];
      await start("Node 20", node20, "program.mjs");
      await start("Node 22", node22, "program.mjs");
      await start("Node 24", process.execPath, "program.mjs");
      await start("Deno", findDeno() ?? "", ...deno, "program.mjs");
      await start("Bun", findBun() ?? "", "program.mjs");
      await start("follow.mjs", process.execPath, "follow.mjs");
      await start("follow.ts", findDeno() ?? "", ...deno, "follow.ts");
      await start("follow.py", findSystemPython(), "follow.py");

      site = await serveBundles(["program.mjs", "page.js"], Number(new URL(stack.origin).port));
      const [name = "", value = ""] = admin.cookie.split("=");
      for (const file of ["program.mjs", "page.js"]) pages.set(file, await openPage(file, { name, value }));
    });
    afterAll(async () => {
      await Promise.all([...children.values()].map((child) => child.stop()));
      await emitter?.close();
      site?.close();
      await browser?.close();
      // The servers that took the place of killed ones are not the stack's own.
      await Promise.all([stack?.api.stop(), stack?.realtime.stop()]);
      await stack?.stop();
      await engine.removeAll();
    });

    /** Bundles programs for a browser and serves them on a port. */
    async function serveBundles(files: string[], port: number): Promise<Server> {
      const bundles = new Map<string, string>();
      for (const file of files) {
        const build = await rolldown({ input: join(program.path, file), platform: "browser" });
        const { output } = await build.generate({ format: "iife" });
        bundles.set(`/${file}`, output[0].code);
        await build.close();
      }
      const server = createServer((request, response) => {
        const code = bundles.get(request.url ?? "");
        response.setHeader("content-type", code === undefined ? "text/html" : "text/javascript");
        const file = new URL(request.url ?? "/", "http://page").searchParams.get("file");
        response.end(code ?? `<!doctype html><body><script src="/${file}"></script>`);
      });
      await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
      return server;
    }

    /** Opens a page as somebody who has logged in; returns what reads its output. */
    async function openPage(file: string, cookie: { name: string; value: string }): Promise<() => Promise<string>> {
      const { page, context } = await browser.open();
      await context.addCookies([{ ...cookie, domain: "127.0.0.1", path: "/", sameSite: "Strict" }]);
      const printed: string[] = [];
      await page.exposeFunction("print", (text: string) => void printed.push(text));
      const address = new URLSearchParams({ file, url: stack.realtime.url, server: stack.realtime.url });
      await page.goto(`${stack.origin}/?${address}&container=${counter.name}`);
      return async () => (file === "page.js" ? bodyText(page) : printed.join(""));
    }
    const bodyText = (page: Page) => page.evaluate<string>("document.body.textContent");

    const outputs = async () => {
      const all = new Map([...children].map(([name, child]) => [name, child.output()]));
      for (const [name, read] of pages) all.set(name, await read());
      return all;
    };
    const isWhole = (name: string) => documented.has(name);
    const stories = async () =>
      [...(await outputs())]
        .filter(([name]) => !isWhole(name))
        .map(([name, output]) => ({ name, ...readStory(output) }));
    const documentedLines = async () =>
      [...(await outputs())]
        .filter(([name]) => isWhole(name))
        .map(([name, output]) => ({
          name,
          lines: output
            .slice(0, output.lastIndexOf("\n") + 1)
            .split("\n")
            .slice(0, -1),
        }));

    let tick = 0;
    const seeTicks = () =>
      eventually(async () => {
        const all = Array.from({ length: tick }, (_, index) => index + 1);
        for (const { name, ticks } of await stories()) expect([name, ticks]).toEqual([name, all]);
      });
    const emitTicks = async (count: number) => {
      for (let sent = 0; sent < count; sent++) {
        expect(await emitter.emitToMCP("room", "tick", ++tick)).not.toHaveProperty("refused");
      }
      await seeTicks();
    };
    const joined = (times: number) =>
      eventually(async () => {
        for (const { name, joins, errors } of await stories()) expect([name, joins, errors]).toEqual([name, times, []]);
      });
    const newestLines = async () =>
      [...(await stories()), ...(await documentedLines())].map(({ lines }) => lines.length);
    const moreLines = async () => {
      const before = await newestLines();
      await eventually(async () => {
        for (const [index, count] of (await newestLines()).entries())
          expect(count).toBeGreaterThan((before[index] ?? 0) + 5);
      });
    };
    const kill = async (name: ServiceName & keyof Stack) => {
      const service = stack[name] as Stack["api"];
      service.signal("SIGKILL");
      await service.exited;
      return async () => {
        stack[name as "api"] = await startService(name, { env: stack.env, port: service.port });
      };
    };

    test("sends events from a backend that re-exports it, and from each runtime", async () => {
      const send = "Number(process.argv[2])).then((result) => process.stdout.write(JSON.stringify(result)))";
      await program.write("lib/ws-client.js", 'module.exports = require("ai-desktop-client/emit");\n');
      await program.write("backend.js", `require("./lib/ws-client").emitToMCP("room", "tick", ${send};\n`);
      const text = `import { emitToMCP } from "ai-desktop-client/emit";\nemitToMCP("room", "tick", ${send};\n`;
      await program.write("send.mjs", text);
      const [node20 = "", node22 = ""] = nodes;
      const runs: [command: string, ...args: string[]][] = [
        [node20, "backend.js"],
        [node22, "backend.js"],
        [process.execPath, "backend.js"],
        [node20, "send.mjs"],
        [process.execPath, "send.mjs"],
        [findDeno() ?? "", "run", "--no-prompt", "--allow-env", "--allow-net", "send.mjs"],
        [findBun() ?? "", "send.mjs"],
      ];
      await joined(1);
      const viewers = (await stories()).length;
      for (const [command, ...args] of runs) {
        const { stdout } = await run(command, [...args, String(++tick)], { cwd: program.path, env: backendEnv });
        expect([command, stdout]).toEqual([command, JSON.stringify({ delivered: viewers })]);
      }
      await seeTicks();
    });

    test("follows a log and events through a kill of every server, on each runtime, and so do the documented programs", async () => {
      await joined(1);
      await emitTicks(3);
      await moreLines();

      await (await kill("realtime"))();
      await joined(2);
      await emitTicks(3);
      await moreLines();

      const restartApi = await kill("api");
      await emitTicks(3);
      await restartApi();

      const restartBoth = [await kill("realtime"), await kill("api")].reverse();
      for (const restart of restartBoth) await restart();
      await joined(3);
      await emitTicks(3);
      await moreLines();

      for (const { name, lines, gaps } of await stories()) {
        expect([name, gaps]).toEqual([name, []]);
        expect([name, lines]).toEqual([name, countUp(lines)]);
      }
      for (const { name, lines } of await documentedLines()) expect([name, lines]).toEqual([name, countUp(lines)]);
    });

    test("ends on request", async () => {
      for (const [name, child] of children) {
        if (name === "follow.py") continue;
        child.signal("SIGTERM");
        expect([name, await child.exited]).toEqual([name, { code: 0, signal: null }]);
      }
    });
  },
);
