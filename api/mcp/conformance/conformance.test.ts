import { execFile } from "node:child_process";
import { once } from "node:events";
import { createServer, request, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import process from "node:process";
import { promisify, stripVTControlCharacters } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";
import { gatewaySettings, startGateway, type TestGateway } from "../testing.ts";
import notApplicable from "./not-applicable.json" with { type: "json" };

const suite = join(import.meta.dirname, "../../../../node_modules/@modelcontextprotocol/conformance/dist/index.js");
const run = promisify(execFile);
let gateway: TestGateway;
let proxy: Server;

beforeAll(async () => {
  gateway = await startGateway();
  const args = [join(import.meta.dirname, "server.mjs")];
  await gateway.expose("conformance", { type: "stdio", command: process.execPath, args });
  await gateway.api.ask("PUT", "/api/mcp-gateway", { body: { ...gatewaySettings, nameSpacing: false } });
  const { secret } = await gateway.key();
  // The suite sends no key.
  proxy = createServer((incoming, outgoing) => {
    const headers = { ...incoming.headers, authorization: `Bearer ${secret}` };
    // The gateway knows itself by its own port.
    const host = String(incoming.headers.host);
    if (host.endsWith(`:${portOf(proxy)}`)) headers.host = host.replace(`:${portOf(proxy)}`, `:${gateway.api.port}`);
    if (headers.origin?.endsWith(`:${portOf(proxy)}`)) delete headers.origin;
    const { method, url: path } = incoming;
    const passed = request({ host: "127.0.0.1", port: gateway.api.port, method, path, headers }, (response) => {
      outgoing.writeHead(response.statusCode ?? 502, response.headers);
      response.pipe(outgoing);
    });
    passed.on("error", () => outgoing.destroy());
    outgoing.on("close", () => passed.destroy());
    incoming.pipe(passed);
  });
  proxy.listen(0, "127.0.0.1");
  await once(proxy, "listening");
});
afterAll(async () => {
  proxy.closeAllConnections();
  proxy.close();
  await gateway.close();
});

const portOf = (server: Server) => (server.address() as AddressInfo).port;

test("passes every server scenario of the official suite that applies", async () => {
  const url = `http://127.0.0.1:${portOf(proxy)}/api/agent/mcp`;
  const { stdout } = await run(process.execPath, [suite, "server", "--url", url, "--suite", "active"], {
    maxBuffer: 64 * 1024 * 1024,
  }).catch((error: { stdout: string }) => error);
  const lines = stripVTControlCharacters(stdout).split("\n");
  const failed = lines.flatMap((line) => /^\s*✗\s+([\w-]+):/.exec(line)?.[1] ?? []);
  const passed = lines.flatMap((line) => /^\s*✓\s+([\w-]+):/.exec(line)?.[1] ?? []);
  expect(passed.length, stdout).toBeGreaterThan(25);
  // A reason for one that passes is out of date.
  expect(Object.keys(notApplicable).filter((name) => passed.includes(name) && !failed.includes(name))).toEqual([]);
  expect(
    failed.filter((name) => !(name in notApplicable)),
    stdout.slice(-4_000),
  ).toEqual([]);
});
