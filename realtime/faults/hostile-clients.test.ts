import { once } from "node:events";
import { connect as connectTcp, type Socket as TcpSocket } from "node:net";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type TestEngine, testEngine } from "../../shared/testing/engine.ts";
import { eventually } from "../../shared/testing/eventually.ts";
import { lacks } from "../../shared/testing/parts.ts";
import { residentBytes } from "../../shared/testing/resident.ts";
import { signIn } from "../../shared/testing/signed-in.ts";
import { type Stack, startStack } from "../../shared/testing/stack.ts";
import { joinRaw, openRaw, type RawClient } from "./raw-client.ts";
import { countsUp, openViewer, type Viewer } from "./viewer.ts";

const MIB = 1024 * 1024;
/** Connections per address: the default of MAX_SOCKETS_PER_ADDRESS. */
const PER_ADDRESS = 50;

/** The realtime server in its own process, so that its memory can be measured, and a viewer that no attack may disturb. */
describe.skipIf(await lacks("docker", "linux"))("a hostile client", () => {
  const engine: TestEngine = testEngine();
  let stack: Stack;
  let bystander: Viewer;
  let headers: { Authorization: string };
  let url: string;

  beforeAll(async () => {
    stack = await startStack({ env: { TRUSTED_PROXIES: "127.0.0.1", LOG_LEVEL: "error" } });
    const admin = await signIn({ apiUrl: stack.api.url, dataDir: stack.dataDir, origin: stack.origin });
    const key = await admin.makeKey();
    headers = { Authorization: `Bearer ${key}` };
    url = stack.realtime.url;
    const { name } = await engine.run({
      script: "i=0; while true; do echo $i; i=$((i+1)); sleep 0.02; done",
    });
    bystander = openViewer(url, "services", name, { token: key });
    await eventually(() => bystander.reader.lines.length > 20);
    // Memory allocated for the first clients is not a cost of an attack.
    const first = await Promise.all(Array.from({ length: 40 }, () => joinRaw(url, "system", headers)));
    for (const { ws } of first) ws.terminate();
  });
  afterAll(async () => {
    bystander?.socket.disconnect();
    await stack?.stop();
    await engine.removeAll();
  });

  /** Checks that the server responds, and that the viewer received every line on one connection. */
  const nobodyNoticed = async () => {
    const seen = bystander.reader.lines.length;
    await eventually(() => bystander.reader.lines.length > seen + 20);
    expect(countsUp(bystander.reader)).toBe(true);
    expect(bystander.reader.gaps).toEqual([]);
    expect((await fetch(`${url}/health`)).status).toBe(200);
    expect(stack.realtime.exitCode()).toBeNull();
  };
  /** Runs an attack, and waits until its memory has been freed. */
  const withinMemory = async (attack: () => Promise<void>) => {
    const before = await residentBytes(stack.realtime.pid);
    await attack();
    await eventually(async () => {
      expect((await residentBytes(stack.realtime.pid)) - before).toBeLessThan(20 * MIB);
    });
    await nobodyNoticed();
  };
  const cutOff = (client: RawClient) => eventually(() => client.closed() !== undefined);

  const cutOffAt = [
    '42/system,["connect"]',
    '42/system,[{"toString":"x"}]',
    "42/system,[]",
    "42/system,{}",
    '42["connect"]',
    '42["error",1]',
    "42[1,2]",
    '42[{"toString":"x"}]',
    "42[]",
    "42{}",
    // These wait for their attachments, and the next packet is not one.
    '451-/system,["x",{"_placeholder":true,"num":99}]',
    '451-/system,["x",{"_placeholder":true,"num":"0"}]',
    "4599999999-",
    "43-1[]",
    "44{}",
    '44/system,{"message":"x"}',
    "47",
    "4",
    "",
    "9",
    "b4",
    "bAAAA",
    "2probe",
    "40/system,",
  ];
  const ignored = [
    '42/system,["error",1]',
    "42/system,[1,2]",
    '42/system,["__proto__",{}]',
    '42/system,["constructor"]',
    '42/system,["toString"]',
    '42/system,["subscribe:stats",{"__proto__":{"interval":1000}}]',
    "43/system,0[]",
    "5",
    `42/system,["x",${"[".repeat(25_000)}${"]".repeat(25_000)}]`,
    "41/system,",
    "40/__proto__,",
    "40/constructor,",
  ];
  test.each([
    ["is disconnected", cutOffAt],
    ["is served as before", ignored],
  ])("that sends a malformed packet %s", async (outcome, frames) => {
    for (const frame of frames) {
      const client = await joinRaw(url, "system", headers);
      client.ws.send(frame);
      client.ws.send("40/nowhere,");
      let pongs = 0;
      client.ws.once("pong", () => pongs++).ping(); // the pong follows everything sent before it
      await eventually(() => client.closed() !== undefined || pongs > 0);
      const isAnswered = client.received.some((message) => message.startsWith("44/nowhere,"));
      const seen = isAnswered && client.closed() === undefined ? "is served as before" : "is disconnected";
      expect(seen, frame.slice(0, 80)).toBe(outcome);
      if (seen === "is disconnected") await eventually(() => client.closed() !== undefined);
      client.ws.terminate();
    }
    await nobodyNoticed();
  });

  test("that sends a message of 2 MiB is disconnected", async () => {
    await withinMemory(async () => {
      const client = await joinRaw(url, "system", headers);
      client.ws.send("4".repeat(2 * MIB));
      await cutOff(client);
      expect(client.closed()).toBe(1009);
    });
  });

  test("that sends one message in a million fragments is disconnected", async () => {
    await withinMemory(async () => {
      const client = await joinRaw(url, "system", headers);
      client.tcp().on("error", () => {}); // reset while we write
      const first = Buffer.from([0x01, 0x81, 0, 0, 0, 0, 0x34]); // text, more to come, masked with zeros
      const next = Buffer.from([0x00, 0x80, 0, 0, 0, 0]); // no byte, more to come
      const tcp = client.tcp();
      tcp.write(first);
      const thousand = Buffer.concat(Array.from({ length: 1_000 }, () => next));
      for (let sent = 0; sent < 1_000 && tcp.writable; sent++) {
        if (!tcp.write(thousand)) await Promise.race([once(tcp, "drain"), once(tcp, "close")]);
      }
      await cutOff(client);
    });
  });

  test("that announces too many attachments, or does not send them, is disconnected or costs nothing", async () => {
    await withinMemory(async () => {
      const many = await joinRaw(url, "system", headers);
      many.ws.send('4511-/system,["x"]');
      await cutOff(many);
      const instead = await joinRaw(url, "system", headers);
      instead.ws.send('451-/system,["x",{"_placeholder":true,"num":0}]');
      instead.ws.send('42/system,["x"]');
      await cutOff(instead);
      const unfinished = await Promise.all(Array.from({ length: 20 }, () => joinRaw(url, "system", headers)));
      const text = "x".repeat(60_000);
      for (const { ws } of unfinished) ws.send(`4510-/system,["${text}",{"_placeholder":true,"num":0}]`);
      for (const { ws } of unfinished) for (let part = 0; part < 9; part++) ws.send(Buffer.alloc(60_000));
      await nobodyNoticed();
      for (const { ws } of unfinished) ws.terminate();
    });
  });

  test("that posts a wrong type, or too much, to a polling session is refused", async () => {
    const open = async () => {
      const answer = await fetch(`${url}/socket.io/?EIO=4&transport=polling`, { headers });
      return `${url}/socket.io/?EIO=4&transport=polling&sid=${JSON.parse((await answer.text()).slice(1)).sid}`;
    };
    await withinMemory(async () => {
      for (const [type, body] of [
        ["application/octet-stream", Buffer.alloc(1_000)],
        ["text/plain;charset=UTF-8", "4".repeat(2 * MIB)],
      ] as const) {
        const session = await open();
        const posted = fetch(session, { method: "POST", headers: { ...headers, "Content-Type": type }, body });
        // The connection is closed or gets a response, and the session has ended.
        await posted.then((answer) => answer.body?.cancel()).catch(() => undefined);
        await eventually(async () => expect((await fetch(session, { headers })).status).toBe(400));
      }
    });
  });

  test("that sends ten thousand events at once is disconnected", async () => {
    await withinMemory(async () => {
      const client = await joinRaw(url, "system", headers);
      for (let index = 0; index < 10_000; index++) client.ws.send(`42/system,${index}["subscribe:stats",{}]`);
      await cutOff(client);
    });
  });

  test("that sends requests and never reads a response is disconnected", async () => {
    await withinMemory(async () => {
      const clients = await Promise.all(Array.from({ length: 5 }, () => joinRaw(url, "system", headers)));
      for (const client of clients) {
        client.tcp().pause();
        for (let index = 0; index < 5_000; index++) client.ws.send("40/ghost,");
      }
      await new Promise((resolve) => bystander.socket.once("logs", resolve)); // other viewers are served at the same time
      for (const client of clients) client.tcp().resume();
      await Promise.all(clients.map((client) => cutOff(client)));
    });
  });

  const from = (address: string) => ({ ...headers, "X-Forwarded-For": address });

  test("that opens 5,000 connections from one address gets 50, which are free again after they close", async () => {
    const flooder = from("203.0.113.7");
    const open: RawClient[] = [];
    const refusals = new Map<unknown, number>();
    await withinMemory(async () => {
      let left = 5_000;
      const connect = async () => {
        try {
          open.push(await openRaw(url, flooder));
        } catch (error) {
          const { status } = error as { status?: number };
          if (status === 503) return left++; // the API did not respond in time on a busy machine
          refusals.set(status, (refusals.get(status) ?? 0) + 1);
        }
      };
      const knocker = async () => {
        while (left-- > 0) await connect();
      };
      // None of them joins a namespace; admitted ones are closed after five seconds, and others can follow.
      await Promise.all(Array.from({ length: 50 }, knocker));
      const held = open.filter((client) => client.closed() === undefined);
      expect(held.length).toBeLessThanOrEqual(PER_ADDRESS);
      expect([...refusals.keys()]).toEqual([429]);
      expect(open.length + (refusals.get(429) ?? 0)).toBe(5_000);
      for (const { ws } of open) ws.terminate();
    });
    await eventually(() => joinRaw(url, "system", flooder).then(({ ws }) => ws.terminate()));
  });

  test("that opens 200 sessions and joins no namespace loses them all", async () => {
    const open = async (index: number) => {
      const own = from(`198.51.100.${index % 8}`);
      const answer = await eventually(async () => {
        const response = await fetch(`${url}/socket.io/?EIO=4&transport=polling`, { headers: own });
        return response.ok && response; // refused while the API does not respond in time
      });
      return { own, sid: JSON.parse((await answer.text()).slice(1)).sid as string };
    };
    const sessions = await Promise.all(Array.from({ length: 200 }, (_, index) => open(index)));
    const statusOf = async ({ own, sid }: (typeof sessions)[number]) =>
      (await fetch(`${url}/socket.io/?EIO=4&transport=polling&sid=${sid}`, { headers: own })).status;
    await eventually(async () => {
      expect(new Set(await Promise.all(sessions.map(statusOf)))).toEqual(new Set([400]));
    });
    await nobodyNoticed();
  });

  test("that sends its headers one byte at a time, over 300 connections, is disconnected while others are served", async () => {
    const { port, hostname } = new URL(url);
    const slow: TcpSocket[] = [];
    for (let index = 0; index < 300; index++) {
      const socket = connectTcp({ port: Number(port), host: hostname });
      socket.on("error", () => {}).write("GET /health HTTP/1.1\r\n");
      slow.push(socket);
    }
    const trickle = setInterval(() => slow.forEach((socket) => void (socket.destroyed || socket.write("x"))), 2_000);
    try {
      await nobodyNoticed();
      for (const socket of slow) socket.resume();
      await eventually(() => slow.every((socket) => socket.destroyed));
    } finally {
      clearInterval(trickle);
      for (const socket of slow) socket.destroy();
    }
    await nobodyNoticed();
  });
});
