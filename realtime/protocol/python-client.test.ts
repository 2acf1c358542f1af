import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { findSystemPython, lacks } from "../../shared/testing/parts.ts";
import { startRealtime, type TestRealtime } from "../testing.ts";

const run = promisify(execFile);

/** python-socketio sends its own Origin with a WebSocket, and none with polling. */
describe.skipIf(await lacks("python-socketio"))("a program in Python with a key", () => {
  let realtime: TestRealtime;
  beforeAll(async () => {
    realtime = await startRealtime();
  });
  afterAll(() => realtime?.stop());

  const client = async (transport: string, key: string, ...more: string[]) => {
    const asks = JSON.stringify(["subscribe:stats", { interval: 1_000 }]);
    const script = join(import.meta.dirname, "python-client.py");
    const args = [script, realtime.url, transport, key, "/system", asks, "stats", ...more];
    return JSON.parse((await run(findSystemPython(), args)).stdout);
  };

  test.each([
    ["polling", "polling"],
    ["websocket", "websocket"],
    ["both", "websocket"],
  ])("gets live data over %s", async (transport, used) => {
    expect(await client(transport, "admin")).toMatchObject({
      transport: used,
      answer: { success: true, interval: 1_000 },
      event: { cpu: { count: expect.any(Number) } },
    });
  });

  test.each(["polling", "websocket"])("also gets it over %s with the key in a header", async (transport) => {
    expect(await client(transport, "admin", "header")).toMatchObject({ answer: { success: true } });
  });

  test.each(["polling", "websocket"])("is refused over %s with a wrong key", async (transport) => {
    const result = await client(transport, "wrong");
    expect(result).not.toHaveProperty("event");
    expect(JSON.stringify(result)).toContain("Log in first.");
    expect(await client(transport, "wrong", "header")).toHaveProperty("error");
  });
});
