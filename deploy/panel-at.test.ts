import { execFile } from "node:child_process";
import { once } from "node:events";
import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import process from "node:process";
import { promisify } from "node:util";
import { describe, expect, test } from "vitest";
import { freePort } from "../shared/testing/free-port.ts";
import { lacks } from "../shared/testing/parts.ts";

const run = promisify(execFile);
const common = join(import.meta.dirname, "lib/common.sh");

const runs: RequestListener = (_request, response) => void response.end("{}");
const endsWith =
  (status: number): RequestListener =>
  (_request, response) =>
    void response.writeHead(status).end();
const refuses: RequestListener = (_request, response) =>
  void response.writeHead(429).end(JSON.stringify({ success: false, code: "rate_limited" }));
/** Takes the connection, and answers nothing. */
const hangs: RequestListener = () => {};
const refused = null;

describe.skipIf(await lacks("bash"))("what scripts see at the addresses of the panel", () => {
  test.each<[string, string, (RequestListener | null)[]]>([
    ["runs", "where all answer", [runs, runs, runs]],
    ["unclear", "where one answers with an error", [runs, endsWith(503), runs]],
    ["unclear", "where one takes the connection and does not answer", [runs, hangs]],
    ["unclear", "where the panel refuses more requests", [runs, refuses]],
    ["unclear", "where the connection is reset", [(request) => request.socket.destroy()]],
    ["stopped", "where another program does not know the path", [runs, endsWith(404)]],
    ["stopped", "where one refuses the connection", [endsWith(503), refused]],
  ])("is %s %s", async (expected, _where, answers) => {
    const urls: string[] = [];
    const servers = await Promise.all(
      answers.map(async (answer) => {
        if (answer === refused) {
          urls.push(`http://127.0.0.1:${await freePort()}/`);
          return [];
        }
        const server = createServer(answer).listen(0, "127.0.0.1");
        await once(server, "listening");
        urls.push(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
        return [server];
      }),
    );
    try {
      const script = '. "$1"; shift; panel_at "$@"';
      const { stdout } = await run("bash", ["--norc", "-euc", script, "bash", common, ...urls], {
        env: { PATH: process.env.PATH, NODE: process.execPath },
      });
      expect(stdout).toBe(`${expected}\n`);
    } finally {
      for (const server of servers.flat()) server.close().closeAllConnections();
    }
  });
});
