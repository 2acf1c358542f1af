import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import { createEngineCalls, withLimit } from "./engine-calls.ts";

test("the calls of a job wait for a busy Engine as long as the job allows, and a shorter limit of their own counts", async () => {
  const id = "a".repeat(64);
  const asked: (() => void)[] = [];
  const server = createServer(({ url }, response) => {
    if (url === "/_ping") return void response.end("OK");
    asked.push(() => response.end(JSON.stringify({ Id: id })));
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  const page = createEngineCalls(`tcp://127.0.0.1:${(server.address() as AddressInfo).port}`);
  const job = withLimit(page, 60_000);
  const waiting = job.inspect(id);
  await expect(page.inspect(id)).rejects.toMatchObject({ state: "down" });
  await expect(job.call({ method: "GET", path: "/images/json" }, 50)).rejects.toMatchObject({ state: "down" });
  asked[0]?.();
  expect(await waiting).toMatchObject({ Id: id });
});
