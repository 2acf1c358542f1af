import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { eventually } from "../../shared/testing/eventually.ts";
import { startRealtime, type TestRealtime } from "../testing.ts";
import { openPolling, openSocket } from "./raw-client.ts";

/**
 * Socket.IO, protocol version 5, against the server with its own access rules: the cases of the protocol's public test suite,
 * rewritten (https://socket.io/docs/v4/socket-io-protocol/). The suite joins the default namespace, which is closed here, so
 * the five namespaces are used instead.
 */
let server: TestRealtime;
beforeAll(async () => {
  server = await startRealtime();
});
afterAll(() => server.stop());

const opened = async () => {
  const socket = openSocket(server.url);
  await socket.next();
  return socket;
};
const joined = async (namespace = "system") => {
  const socket = await opened();
  socket.send(`40/${namespace},`);
  expect(await socket.next()).toMatch(new RegExp(`^40/${namespace},\\{"sid":"[\\w-]{20}"\\}$`));
  return socket;
};

describe("CONNECT", () => {
  test.each(["services", "deployments", "system", "mcp", "files"])("joins /%s", async (namespace) => {
    (await joined(namespace)).close();
  });

  test("joins all five on one connection, each with its own id", async () => {
    const socket = await opened();
    const names = ["services", "deployments", "system", "mcp", "files"];
    for (const name of names) socket.send(`40/${name},`);
    const answers = [];
    for (const _name of names) answers.push(String(await socket.next()));
    expect(answers.map((answer) => answer.split(",")[0]).sort()).toEqual(names.map((name) => `40/${name}`).sort());
    expect(new Set(answers.map((answer) => answer.split('"sid":')[1])).size).toBe(5);
    socket.close();
  });

  test("takes a payload", async () => {
    const socket = await opened();
    socket.send('40/system,{"token":"admin","more":[1]}');
    expect(await socket.next()).toMatch(/^40\/system,\{"sid":/);
    socket.close();
  });

  test("works over long polling", async () => {
    const session = await openPolling(server.url);
    await session.post("40/system,");
    expect((await session.poll()).text).toMatch(/^40\/system,\{"sid":/);
    await session.post("1");
  });

  test("refuses the default namespace and unknown ones, and leaves the connection open", async () => {
    const socket = await opened();
    socket.send("40");
    expect(JSON.parse(String(await socket.next()).slice(2))).toMatchObject({ data: { code: "not_found" } });
    for (const name of ["/random", "/services2", "/Services", "/system/x"]) {
      socket.send(`40${name},`);
      expect(String(await socket.next())).toMatch(new RegExp(`^44${name},\\{"message":`));
    }
    socket.send("40/system,");
    expect(await socket.next()).toMatch(/^40\/system,/);
    socket.close();
  });

  test("must arrive within five seconds", async () => {
    const socket = await opened();
    expect(await socket.next()).toBe("closed");
  });

  test("must be the first packet, once per namespace", async () => {
    const early = await opened();
    early.send('42/system,["unsubscribe:stats",{}]');
    expect(await early.next()).toBe("closed");
    const twice = await joined();
    twice.send("40/system,");
    expect(await twice.next()).toBe("closed");
  });
});

describe("DISCONNECT", () => {
  test("leaves only one namespace", async () => {
    const socket = await joined("system");
    socket.send("40/files,");
    await socket.next();
    socket.send("41/system,");
    socket.send('42/system,1["unsubscribe:stats",{}]');
    socket.send('42/files,2["unwatch",{"path":"/"}]');
    expect(await socket.next()).toBe('43/files,2[{"success":true,"path":"/"}]');
    await eventually(() => expect(server.realtime.health().connections).toMatchObject({ system: 0, files: 1 }));
    socket.close();
  });

  test("allows to join again", async () => {
    const socket = await joined();
    socket.send("41/system,");
    await eventually(() => server.realtime.health().connections.system === 0);
    socket.send("40/system,");
    expect(await socket.next()).toMatch(/^40\/system,/);
    socket.close();
  });
});

describe("EVENT and ACK", () => {
  test("answer an event with its acknowledgement id", async () => {
    const socket = await joined();
    socket.send('42/system,456["unsubscribe:stats",{}]');
    expect(await socket.next()).toBe('43/system,456[{"success":true}]');
    socket.close();
  });

  test("need no acknowledgement, and send events", async () => {
    const socket = await joined();
    socket.send('42/system,["subscribe:stats",{"interval":1000}]');
    expect(await socket.next()).toMatch(/^42\/system,\["connected"/);
    expect(await socket.next()).toMatch(/^42\/system,\["stats",\{/);
    socket.close();
  });

  test("carry binary data in separate frames", async () => {
    const socket = await joined("files");
    socket.send('452-/files,9["watch",{"path":{"_placeholder":true,"num":0}},{"_placeholder":true,"num":1}]');
    socket.send(Buffer.from([1, 2, 3]));
    socket.send(Buffer.from([4, 5, 6]));
    expect(await socket.next()).toMatch(/^43\/files,9\[\{"success":false,.*"code":"invalid_input"/);
    socket.close();
  });

  test("with an unknown name get no response, and end nothing", async () => {
    const socket = await joined();
    socket.send('42/system,1["nothing",{}]');
    socket.send('42/system,2["unsubscribe:stats",{}]');
    expect(await socket.next()).toBe('43/system,2[{"success":true}]');
    socket.close();
  });
});

describe("an invalid packet", () => {
  test.each([
    "4abc",
    "4",
    "40/system,{",
    '42/system,{"a":1}',
    "42/system,[]",
    '42/system,["connect"]',
    '42/system,["disconnecting"]',
    "43/system,{}",
    "45/system,",
    '451-/system,["a",{"_placeholder":true,"num":7}]',
  ])("ends the connection: %s", async (packet) => {
    const socket = await joined();
    socket.send(packet);
    if (packet.startsWith("451")) socket.send(Buffer.from([1]));
    expect(await socket.next()).toBe("closed");
  });
});
