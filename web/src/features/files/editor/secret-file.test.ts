import { describe, expect, it } from "vitest";
import { isSecret } from "./secret-file.ts";

describe("what is never kept in the browser", () => {
  it.each([
    "/app/.env",
    "/app/.env.production",
    "/app/prod.env",
    "/etc/ssl/site.key",
    "/home/a/.ssh/config",
    "/home/a/id_ed25519",
    "/home/a/.npmrc",
    "/app/secrets/db",
    "/app/client_secret.json",
    "/app/API-Token.txt",
  ])("takes %s for a secret by its path", (path) => {
    expect(isSecret(path, "")).toBe(true);
  });

  it.each(["/app/compose.yaml", "/app/environment.ts", "/notes/keyboard.md", "/app/.envoy/config"])(
    "takes %s for plain text",
    (path) => {
      expect(isSecret(path, "text")).toBe(false);
    },
  );

  it("takes any text with a private key for a secret", () => {
    expect(isSecret("/notes.md", "-----BEGIN OPENSSH PRIVATE KEY-----\nabc")).toBe(true);
  });
});
