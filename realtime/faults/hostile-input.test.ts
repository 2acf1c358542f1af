import { request } from "node:http";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { testEngine } from "../../shared/testing/engine.ts";
import { eventually } from "../../shared/testing/eventually.ts";
import { lacks } from "../../shared/testing/parts.ts";
import { EMIT_TOKEN, nextEvent, readLogs, startRealtime, type TestRealtime } from "../testing.ts";

const engine = testEngine();
let realtime: TestRealtime;
beforeAll(async () => {
  realtime = await startRealtime();
});
afterEach(() => realtime.disconnectAll());
afterAll(() => realtime.stop());

test("a body over the limit is refused before all of it was sent, even without a Content-Length", async () => {
  const sent = request(`${realtime.url}/emit`, {
    method: "POST",
    headers: {
      "Content-Type": "application/json",
      Authorization: `Bearer ${EMIT_TOKEN}`,
      "Transfer-Encoding": "chunked",
    },
  });
  let written = 0;
  const answered = new Promise<number>((resolve, reject) => {
    sent.on("response", (answer) => resolve(answer.resume().statusCode ?? 0));
    sent.on("error", reject);
  });
  const part = "x".repeat(64 * 1024);
  let done = false;
  const status = answered.finally(() => {
    done = true;
  });
  const write = () => {
    if (done || written > 64 * 1024 * 1024) return sent.end();
    written += part.length;
    sent.write(part, () => setImmediate(write));
  };
  write();
  expect(await status).toBe(413);
  expect(written).toBeLessThan(32 * 1024 * 1024);
  sent.destroy();
});

const names = ["__proto__", "constructor", "constructor.prototype", "prototype", "toString", "hasOwnProperty"];

test("a client that sends events of the server is counted, ignored and disconnected", async () => {
  const [sender, other] = [realtime.connect("services"), realtime.connect("services")];
  await Promise.all([nextEvent(sender, "connect"), nextEvent(other, "connect")]);
  const heard: string[] = [];
  other.onAny((event: string) => void (event === "logs" && heard.push(event)));
  const before = realtime.realtime.unknownEvents;
  for (let n = 0; n < 20; n++) sender.emit("logs", { serviceId: "a", containerName: "b", data: "forged" });
  await eventually(() => realtime.realtime.unknownEvents === before + 20);
  expect(sender.connected).toBe(true);
  const cut = nextEvent(sender, "disconnect");
  sender.emit("stream:closed", {});
  await cut;
  expect(heard).toEqual([]);
});

describe.each(names)("the name %s", (name) => {
  test("as an id is an ordinary name, or refused", async () => {
    const mcp = realtime.connect("mcp");
    const answer = await mcp.emitWithAck("join", { serverId: name });
    if (answer.success) {
      const custom = nextEvent(mcp, "custom");
      const room = `mcp:${name}`;
      const sent = await realtime.emit({ namespace: "mcp", room, event: "custom", data: { [name]: 1 } });
      expect(await sent.json()).toEqual({ success: true, delivered: 1, counts: [1] });
      expect(Object.hasOwn(await custom, name)).toBe(true);
    } else {
      expect(answer.code).toBe("invalid_input");
    }
    const deployments = realtime.connect("deployments");
    const refused = await deployments.emitWithAck("subscribe:logs", { deploymentId: name, pm2Name: name });
    expect(refused.success).toBe(false);
    const files = realtime.connect("files");
    expect((await files.emitWithAck("watch", { path: `/${name}` })).success).toBe(false);
  });

  test("as a key, a namespace or an event is refused or passed on, and sets nothing", async () => {
    const body = `{"namespace":"system","event":"x","data":1,"${name}":{"polluted":1}}`;
    expect((await realtime.emit(body)).status).toBe(400);
    expect((await realtime.emit({ namespace: name, event: "x", data: 1 })).status).toBe(404);
    expect((await realtime.emit(`{"namespace":"system","event":"x","data":{"${name}":{"polluted":1}}}`)).status).toBe(
      200,
    );
    const socket = realtime.connect("system");
    const answer = await socket.emitWithAck("subscribe:stats", JSON.parse(`{"${name}":{"polluted":1}}`));
    expect(answer).toMatchObject({ success: false, code: "invalid_input" });
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
  });
});

describe.skipIf(await lacks("docker"))("the output of a hostile container", () => {
  afterAll(() => engine.removeAll());

  test("arrives unchanged as whole lines, and nothing of it becomes an event", async () => {
    const lines = [
      "<img src=x onerror=alert(1)>",
      "</script><script>alert(1)</script>",
      "\u001b[31mred\u001b[0m \u001b[2J\u001b[H",
      "\u001b]8;;javascript:alert(1)\u001b\\link\u001b]8;;\u001b\\",
      "\u001b]52;c;aGVsbG8=\u0007 \u001b]0;title\u0007",
      "\u009b31m C1, \u202e turned, \u2028 separated",
      "over\rwritten",
      '"},"cursor":"x"}]',
      '42/services,["services:changed",{}]',
      "451-[\u0001\u0000\u0002",
      "",
      "x".repeat(500_000),
      "end",
    ];
    const text = Buffer.from(`${lines.join("\n")}\n`)
      .toString("base64")
      .replace(/.{1,76}/g, "$&\n");
    const parts = text.match(/[\s\S]{1,60000}/g) ?? [];
    const env = parts.map((part, index) => `PART${index}=${part}`);
    const { name } = await engine.run({
      env,
      script: `( ${parts.map((_, index) => `printf %s "$PART${index}"`).join("; ")} ) | base64 -d; exec sleep 100`,
    });
    const socket = realtime.connect("services");
    const reader = readLogs(socket);
    const others = new Set<string>();
    socket.onAny((event) => others.add(event));
    await socket.emitWithAck("subscribe:logs", { serviceId: "svc", containerName: name, tail: 100 });
    await eventually(() => expect(reader.lines.at(-1)).toBe("end"));
    expect(reader.lines).toEqual(lines);
    expect([...others].filter((event) => !["connected", "logs", "services:changed"].includes(event))).toEqual([]);
  });
});
