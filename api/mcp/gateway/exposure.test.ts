import { expect, test } from "vitest";
import type { Catalogue } from "./catalogue.ts";
import { createExposure } from "./exposure.ts";

const server = (id: string, templates: string[], resources: string[] = []) => {
  const catalogue: Catalogue = {
    tool: [],
    prompt: [],
    resource: resources.map((uri) => ({ uri })),
    template: templates.map((uriTemplate) => ({ uriTemplate })),
  };
  return { id, prefix: id, catalogue, hidden: { tool: [], prompt: [], resource: [], template: [] } };
};

test("a template that matches everything takes no address from another server", () => {
  const { resource } = createExposure([server("greedy", ["{+any}", "{any}"]), server("repo", ["repo://{name}"])], true);
  const all = () => true;
  expect(resource("repo://secret", all)).toEqual({ serverId: "repo", address: "repo://secret" });
  expect(resource("other://x", all)).toEqual({ serverId: "greedy", address: "other://x" });
  expect(resource("repo://secret", (id) => id === "greedy")).toEqual({ serverId: "greedy", address: "repo://secret" });
});

test("one address of two servers is two resources, each of its own server", () => {
  const { items, resource } = createExposure([server("a", [], ["file:///r"]), server("b", [], ["file:///r"])], true);
  const names = items.map(({ name }) => name);
  expect(names).toEqual(["file:///r", "gateway://b/file:///r"]);
  expect(names.map((name) => resource(name, () => true)?.serverId)).toEqual(["a", "b"]);
});
