import { expect, test } from "vitest";
import { startApi } from "../../testing/api-server.ts";
import { createComposeReader } from "./check-thread.ts";

const context = { takenPorts: [], variables: null };
const padded = (text: string) => `${text}\n# ${"x".repeat(5_000)}\n`;

test("reads a long file in a thread with the same result as a short one, and ends an idle thread", async () => {
  const reader = createComposeReader({ idleMs: 20 });
  const text = "services:\n  web: { image: nginx, restart: always }\n  db: {}\n";
  const short = await reader.check(text, context);
  expect(short.map(({ message }) => message).join()).toContain("db");
  expect(await reader.check(padded(text), context)).toEqual(short);
  const env = "COMPOSE_PROJECT_NAME=shop\n";
  expect(await reader.facts([padded(text)], env)).toEqual(await reader.facts([text], env));
  const lines = ["services.db must have an image"];
  expect(await reader.composeErrors(lines, padded(text))).toEqual(await reader.composeErrors(lines, text));
  // A thread that has ended is started again by the next file.
  await new Promise((resolve) => setTimeout(resolve, 60));
  expect(await reader.check(padded(text), context)).toEqual(short);
});

test("abandons a file that takes too long and reads the next one", async () => {
  const reader = createComposeReader({ timeoutMs: 1 });
  const [given, next] = await Promise.all([
    reader.check(padded("services: {}"), context),
    reader.facts([padded("services: {}")], "COMPOSE_PROJECT_NAME=shop"),
  ]);
  expect(given).toEqual([expect.objectContaining({ severity: "error", message: expect.stringContaining("too long") })]);
  expect(next).toEqual({ defined: undefined, projectName: null });
  expect(await reader.check("services: {}", context)).not.toEqual([]);
});

test("a hostile file delays no other request of the API", async () => {
  const api = await startApi();
  try {
    const keys = Array.from({ length: 10_000 }, (_, n) => `k${n}: 1`).join(", ");
    const merges = Array.from({ length: 8_000 }, () => "*a").join(",");
    const content = `a: &a { ${keys} }\nb: { <<: [${merges}] }\n`;
    const order: string[] = [];
    const checked = api.ask("POST", "/api/stacks/validate", { body: { content } });
    void checked.then(() => order.push("checked"));
    for (let n = 0; n < 3; n++) {
      expect((await api.ask("GET", "/health")).status).toBe(200);
      order.push("health");
    }
    expect((await checked).body.findings).toEqual([
      expect.objectContaining({ severity: "error", message: expect.stringContaining("too many values") }),
    ]);
    expect(order).toEqual(["health", "health", "health", "checked"]);
  } finally {
    await api.close();
  }
});
