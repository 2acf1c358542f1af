import { expect, test } from "vitest";
import type { ProjectContainer } from "../registry/projects.ts";
import { startOrder } from "./start-order.ts";

let made = 0;
const container = (composeService: string, ...dependsOn: string[]) =>
  ({
    composeService,
    dependsOn,
    service: { name: composeService, createdAt: new Date(made++ * 1_000).toISOString() },
  }) as ProjectContainer;
const namesOf = (containers: ProjectContainer[]) =>
  startOrder(containers).map((group) => group.map(({ composeService }) => composeService));

test("what is needed starts first, whatever was created first", () => {
  const web = container("web", "api");
  const parts = [web, container("api", "db", "cache"), container("db"), container("cache"), container("docs")];
  expect(namesOf(parts)).toEqual([["db", "cache", "docs"], ["api"], ["web"]]);
});

test("every container of a service starts before what needs the service", () => {
  const parts = [container("web", "db"), container("db"), container("db")];
  expect(namesOf(parts)).toEqual([["db", "db"], ["web"]]);
});

test("names without a container, itself, and circles hold nothing up", () => {
  expect(namesOf([container("web", "gone", "web", "")])).toEqual([["web"]]);
  expect(namesOf([container("a", "b"), container("b", "a"), container("c")])).toEqual([["c"], ["a", "b"]]);
  expect(namesOf([])).toEqual([]);
});
