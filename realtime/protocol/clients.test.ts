import { join } from "node:path";
import process from "node:process";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startChild } from "../../shared/testing/child.ts";
import { eventually } from "../../shared/testing/eventually.ts";
import { findBun, findDeno, lacks } from "../../shared/testing/parts.ts";
import { startRealtime, type TestRealtime } from "../testing.ts";

/** Third-party programs: three versions of the client library, on three runtimes, over both transports. */
const versions = ["socket.io-client-3.1", "socket.io-client-4.0", "socket.io-client"];
const ways = ["websocket", "polling", "polling,websocket"];
const program = join(import.meta.dirname, "client-program.mjs");
const deno = findDeno();
const bun = findBun();
const commands: [name: string, lacking: boolean, command: string, args: string[]][] = [
  ["Node", false, process.execPath, [program]],
  ["Deno", await lacks("deno"), deno ?? "", ["run", "-A", program]],
  ["Bun", await lacks("bun"), bun ?? "", ["run", program]],
];

let server: TestRealtime;
beforeAll(async () => {
  server = await startRealtime();
});
afterAll(() => server.stop());

describe.each(commands)("under %s", (runtime, lacking, command, args) => {
  test.skipIf(lacking).each(versions)(
    "%s joins every namespace and gets 100 events in order, in both directions",
    async (version) => {
      const seen = await Promise.all(
        ways.map(async (transports, way) => {
          const channel = `${runtime}-${version}-${way}`;
          const child = await startChild(command, [...args, version, server.url, "admin", transports, channel], {
            env: { PATH: process.env.PATH ?? "", HOME: process.env.HOME ?? "/", NO_COLOR: "1" },
          });
          const room = `mcp:${channel}`;
          const emitted = await eventually(async () => {
            if (child.exitCode() !== null) throw new Error(child.output());
            const answer = await server.emit({ namespace: "mcp", event: "number", room, data: 0 });
            const { delivered } = (await answer.json()) as { delivered: number };
            return delivered === 1;
          });
          expect(emitted).toBe(true);
          for (let number = 1; number < 100; number++) {
            await server.emit({ namespace: "mcp", event: "number", room, data: number });
          }
          await child.exited;
          // Its output can arrive after its exit.
          return await eventually(() => JSON.parse(child.output().trim().split("\n").at(-1) ?? ""));
        }),
      );
      const numbers = Array.from({ length: 100 }, (_, index) => index);
      for (const [way, { joined, numbers: got, transport, reason }] of seen.entries()) {
        expect([ways[way], reason, joined.sort(), got]).toEqual([
          ways[way],
          undefined,
          ["deployments", "files", "mcp", "services", "system"],
          numbers,
        ]);
        expect(transport).toBe(ways[way] === "polling" ? "polling" : "websocket");
      }
    },
  );
});
