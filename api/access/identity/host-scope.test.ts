import { expect, test } from "vitest";
import type { ResourceScope } from "../../../shared/protocol/access.ts";
import { errorHandler } from "../../../shared/server/errors.ts";
import { silentLog } from "../../../shared/server/log.ts";
import { createRoutes } from "../../http/context.ts";
import { requireHostScope } from "./host-scope.ts";

const ask = (services: ResourceScope["services"]) => {
  const app = createRoutes()
    .onError(errorHandler(silentLog()))
    .get("/", (c) => {
      c.set("principal", { limits: { services, deployments: null } } as never);
      requireHostScope(c);
      return c.text("all of it");
    });
  return app.request("/");
};

test("admits callers with the scope of the host, and refuses a scope of some containers or none", async () => {
  expect((await ask(null)).status).toBe(200);
  for (const services of [["web"], []]) {
    const answer = await ask(services);
    expect(answer.status).toBe(403);
    expect(await answer.json()).toMatchObject({ code: "forbidden" });
  }
});
