import { tmpdir } from "node:os";
import { describe, expect, test } from "vitest";
import { lacks } from "../../../shared/testing/parts.ts";
import { createCompose } from "./compose.ts";

describe.skipIf(await lacks("compose"))("Docker Compose", () => {
  test("reports a cancellation before the start as one, not as a failed start", async () => {
    const compose = createCompose({ dockerHost: "unix:///nonexistent/docker.sock" });
    const abort = new AbortController();
    const project = { name: "shop", folder: tmpdir(), files: ["-"] };
    const run = compose.run({ verb: "up", project, input: "", signal: abort.signal, onLine: () => {} });
    abort.abort(new Error("cancelled"));
    await expect(run).rejects.toThrow("cancelled");
    const missing = { ...project, folder: "/no/such folder" };
    await expect(compose.run({ verb: "up", project: missing, input: "", onLine: () => {} })).rejects.toMatchObject({
      code: "upstream_unavailable",
    });
  });
});
