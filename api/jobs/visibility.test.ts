import { expect, test } from "vitest";
import type { Principal } from "../../shared/protocol/access.ts";
import type { JobRecord } from "./job-record.ts";
import { seesJob } from "./visibility.ts";

const job = { processes: ["shop/api"], services: [], ownerId: "u2", permission: "deployments:control" };
const caller = (limits: Principal["limits"], id = "u1") =>
  ({ kind: "user", id, name: "ada", role: "operator", scopes: null, limits }) as unknown as Principal;

test("a job on a process is seen by its caller, and by those who see the process", () => {
  const sees = (limits: Principal["limits"], id?: string) => seesJob(caller(limits, id), job as unknown as JobRecord);
  expect(sees({ services: null, deployments: null })).toBe(true);
  expect(sees({ services: null, deployments: ["shop/api"] })).toBe(true);
  expect(sees({ services: ["web"], deployments: null })).toBe(true);
  expect(sees({ services: null, deployments: ["worker"] })).toBe(false);
  expect(sees({ services: null, deployments: ["worker"] }, "u2")).toBe(true);
});
