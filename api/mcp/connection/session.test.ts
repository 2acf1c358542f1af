import process from "node:process";
import { expect, test } from "vitest";
import { openSession, type SessionOptions } from "./session.ts";

const options = (script: string, onProcess: SessionOptions["onProcess"]): SessionOptions =>
  ({
    transport: { type: "stdio", command: process.execPath, args: ["-e", script], env: {} },
    register: { add() {}, remove() {} },
    log: { add: () => true, onReady() {} },
    peer: { onListChanged() {}, onMessage() {}, logLevel: () => "info" },
    signal: new AbortController().signal,
    onProcess,
  }) as unknown as SessionOptions;

test("a server that ends while this process is busy is reported with its exit code, not as stopped", async () => {
  // It has closed its pipes by the time of the first message, which cannot be written.
  const pause = () => void Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1_000);
  const session = openSession(options("process.exit(3)", (tree) => void (tree && pause())));
  await expect(session).rejects.toThrow("The server did not come up: it ended with exit code 3.");
});

test("a server that refuses the handshake and ends slowly is reported with its refusal, and started once", async () => {
  const script = `
    process.on("SIGTERM", () => {});
    process.stdin.on("end", () => { process.stdout.destroy(); setTimeout(() => process.exit(0), 1_000); });
    process.stdin.on("data", (data) => {
      for (const line of String(data).split("\\n").filter(Boolean)) {
        const { id } = JSON.parse(line);
        const error = { code: -32000, message: "licence expired" };
        process.stdout.write(JSON.stringify({ jsonrpc: "2.0", id, error }) + "\\n");
      }
    });`;
  let starts = 0;
  const session = openSession(
    options(script, (tree) => {
      if (tree) starts++;
    }),
  );
  await expect(session).rejects.toThrow("licence expired");
  expect(starts).toBe(1);
});
