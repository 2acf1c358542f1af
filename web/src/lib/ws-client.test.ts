import { expect, test } from "vitest";
import { connectionState, deploymentsWS, filesWS, mcpWS, servicesWS, systemWS } from "@/lib/ws-client";
import * as relative from "./ws-client.ts";

test("the live clients have the documented name, and importing them connects nowhere", () => {
  expect(servicesWS).toBe(relative.servicesWS);
  const calls = [deploymentsWS.subscribeLogs, systemWS.subscribeStats, mcpWS.join, mcpWS.leave, filesWS.watch];
  for (const call of [...calls, servicesWS.subscribeLogs, servicesWS.attachShell]) expect(call).toBeTypeOf("function");
  expect(connectionState()).toBe("idle");
});
