import { expect, test } from "vitest";
import { type AccessArea, may, type ResourceScope, type Role } from "../../../shared/protocol/access.ts";
import { accessTable } from "../../http/access-table.ts";
import { messages as guardMessages } from "../../http/messages.ts";
import { startApi } from "../../testing/api-server.ts";
import { messages } from "../messages.ts";

const refusals = [guardMessages.forbidden, messages.hostScopeRequired, messages.fullScopeRequired];

/** What the page concludes from the areas: by role and limits. */
const admits = (role: Role, limits: ResourceScope, { permission, scope }: AccessArea): boolean =>
  may({ role, scopes: null }, permission) &&
  (scope === null || limits.services === null) &&
  (scope !== "all" || limits.deployments === null);

test("the access areas say of every read what a real request is answered", async () => {
  const api = await startApi();
  try {
    const areas: AccessArea[] = (await api.ask("GET", "/api/access")).body.areas;
    const named = (permission: string) => areas.filter((area) => area.permission === permission && !area.changes);
    const reads = Object.entries(accessTable).filter(([key, { rule }]) => key.startsWith("GET ") && rule.includes(":"));
    expect(reads.length).toBeGreaterThan(40);
    for (const [role, limits] of [
      ["viewer", { services: null, deployments: null }],
      ["operator", { services: ["web"], deployments: null }],
      ["operator", { services: null, deployments: ["api"] }],
      ["admin", { services: [], deployments: null }],
    ] as [Role, ResourceScope][]) {
      const cookie = await api.loginAs(role, limits);
      for (const [key, { rule }] of reads) {
        const path = key.slice(4).replaceAll(/:\w+/g, "something");
        const { body } = await api.ask("GET", path, { cookie });
        const allowed = named(rule).filter((area) => admits(role, limits, area));
        const refused = refusals.includes(body?.error);
        // A permission with rows of two scopes is open in part.
        if (allowed.length === 0) expect([key, role, refused]).toEqual([key, role, true]);
        if (allowed.length === named(rule).length) expect([key, role, refused]).toEqual([key, role, false]);
      }
    }
    const anyKey = (permission: string) => areas.find((area) => area.permission === permission && area.changes)?.keys;
    expect([anyKey("access:manage"), anyKey("mcp:manage"), anyKey("files:change")]).toEqual(["no", "scoped", "yes"]);
  } finally {
    await api.close();
  }
});
