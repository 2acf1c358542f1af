import { expect, test } from "vitest";
import type { ContainerHealth, ContainerState } from "../../../shared/protocol/service.ts";
import type { ProjectContainer } from "./projects.ts";
import { stackStatus } from "./status.ts";

const container = (state: ContainerState, status = "", health: ContainerHealth = "none") =>
  ({ composeService: "web", service: { state, status, health } }) as ProjectContainer;
const stateOf = (...containers: ProjectContainer[]) => stackStatus(containers, undefined, true).state;

test("a stack that never ran is not called stopped", () => {
  expect(stateOf(container("created"))).toBe("created");
  expect(stateOf(container("created"), container("created"))).toBe("created");
  expect(stateOf(container("created"), container("exited", "Exited (1) 2 hours ago"))).toBe("stopped");
  expect(stateOf(container("created"), container("running"))).toBe("partial");
});

test("of the other states the worst is reported, and none while the Engine does not respond", () => {
  expect(stateOf()).toBe("down");
  expect(stateOf(container("running"))).toBe("running");
  expect(stateOf(container("running"), container("exited"))).toBe("partial");
  expect(stateOf(container("running"), container("running", "", "unhealthy"))).toBe("unhealthy");
  expect(stackStatus([container("running")], undefined, false).state).toBe("unknown");
});
