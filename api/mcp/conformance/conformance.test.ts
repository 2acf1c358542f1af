import { once } from "node:events";
import { createServer, request, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import process from "node:process";
import { afterAll, beforeAll, expect, test } from "vitest";
import { HANG_MS } from "../../../shared/testing/eventually.ts";
import { gatewaySettings, startGateway, type TestGateway } from "../gateway/testing.ts";
import { startScenarioClient } from "./client.ts";
import notApplicable from "./not-applicable.json" with { type: "json" };
import { failuresOf, runSuite } from "./suite.ts";

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

/** Every scenario passes but those with a reason; a reason for one that passes is out of date. */
function expectOnly(failures: Record<string, string[]>, reasons: Record<string, string>, output: string) {
  const unexplained = Object.entries(failures).filter(([name]) => !(name in reasons));
  const isOf = (part: string) => unexplained.some(([name]) => part.includes(`/${name}-`));
  const parts = output.split(/(?<=^Results saved to .*\n)/m).filter(isOf);
  expect(unexplained, parts.join("").slice(-4_000)).toEqual([]);
  expect(Object.keys(reasons).filter((name) => !(name in failures))).toEqual([]);
}

test("the gateway passes every server scenario of the official suite that applies", async () => {
  const url = `http://127.0.0.1:${portOf(proxy)}/api/agent/mcp`;
  const { scenarios, output } = await runSuite(["server", "--url", url, "--suite", "all"]);
  expect(scenarios.size, output).toBe(32);
  expectOnly(failuresOf(scenarios), notApplicable.server, output);
});

test("the workbench passes every client scenario of the official suite that applies", async () => {
  const client = await startScenarioClient(gateway.api);
  const { scenarios, output } = await runSuite([
    ...["client", "--suite", "all", "--command", client.command],
    // As on a busy machine.
    ...["--timeout", String(HANG_MS)],
  ]).finally(client.close);
  expect(scenarios.size, output).toBe(26);
  expectOnly(failuresOf(scenarios), notApplicable.client, output);
});
