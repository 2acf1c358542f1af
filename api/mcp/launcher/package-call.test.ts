import { expect, test } from "vitest";
import { readPackageCall } from "./package-call.ts";

test.for([
  ["npx", ["-y", "some-server"], ["some-server"], null, []],
  ["npx", ["some-server@1.2", "--root", "/data"], ["some-server@1.2"], null, ["--root", "/data"]],
  ["/opt/node/bin/npx", ["--yes", "@acme/server", "-y"], ["@acme/server"], null, ["-y"]],
  ["npx", ["-p", "@acme/tools", "serve", "x"], ["@acme/tools"], "serve", ["x"]],
  ["npx", ["--package=@acme/tools@2", "--", "serve"], ["@acme/tools@2"], "serve", []],
  ["npx", ["--package", "a", "--package", "b", "run"], ["a", "b"], "run", []],
  ["npx", ["-y", "github:acme/server#v1"], ["github:acme/server#v1"], null, []],
  ["uvx", ["mcp-server-git", "--repository", "."], ["mcp-server-git"], "mcp-server-git", ["--repository", "."]],
  ["uvx", ["mcp-server-git@2026.1"], ["mcp-server-git==2026.1"], "mcp-server-git", []],
  ["uvx", ["mcp-server-git@latest"], ["mcp-server-git"], "mcp-server-git", []],
  ["uvx", ["--from", "git+https://example.com/x", "serve", "-v"], ["git+https://example.com/x"], "serve", ["-v"]],
  ["uvx", ["--with", "httpx", "mcp-server-fetch"], ["mcp-server-fetch", "httpx"], "mcp-server-fetch", []],
  ["uvx", ["mcp[cli]"], ["mcp[cli]"], "mcp", []],
] as const)("%s %j installs %j", ([command, args, packages, bin, rest]) => {
  expect(readPackageCall(command, args)).toMatchObject({ packages, bin, args: rest });
});

test("keeps the Python that uvx was told to use", () => {
  expect(readPackageCall("uvx", ["--python", "3.12", "mcp-server-git"])).toMatchObject({ python: "3.12" });
});

test.for([
  ["node", ["server.js"]],
  ["npm", ["exec", "some-server"]],
  ["npx", []],
  ["npx", ["-y"]],
  ["npx", ["-c", "echo $HOME"]],
  ["npx", ["--registry=https://example.com", "some-server"]],
  ["npx", ["--no-install", "some-server"]],
  ["npx", ["-p"]],
  ["npx", ["--", "--version"]],
  ["uvx", ["--refresh", "mcp-server-git"]],
  ["uvx", ["--index-url", "https://example.com", "mcp-server-git"]],
] as const)("%s %j is started as it is", ([command, args]) => {
  expect(readPackageCall(command, args)).toBeNull();
});
