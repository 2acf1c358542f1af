import { expect, test } from "vitest";
import type { StoredContainer } from "../../../../shared/protocol/log-search.ts";
import type { Service } from "../../../../shared/protocol/service.ts";
import { chooseFollowed } from "./container-choice.ts";

const service = (name: string, state: string) => ({ name, state }) as Service;
const stored = (name: string, lastTime: string | null) => ({ name, lastTime }) as StoredContainer;
const stopped = Array.from({ length: 200 }, (_, index) => service(`old-${index}`, "exited"));
const base = { stored: [], only: [], before: [], max: 24 };

test("a running container is followed before any that is stopped", () => {
  const next = chooseFollowed({ ...base, services: [...stopped, service("web", "running")] });
  expect(next).toHaveLength(24);
  expect(next).toContain("web");
});

test("of those that do not run, the newest lines come first", () => {
  const times = [
    stored("old-7", "2026-11-25T10:00:00Z"),
    stored("old-150", "2026-11-25T11:00:00Z"),
    stored("old-1", null),
  ];
  expect(chooseFollowed({ ...base, services: stopped, stored: times, max: 2 })).toEqual(["old-150", "old-7"]);
});

test("a container that starts later gets the place of a stopped one, and the others stay", () => {
  const before = stopped.slice(0, 24).map(({ name }) => name);
  const next = chooseFollowed({ ...base, before, services: [...stopped, service("web", "running")] });
  expect(next).toEqual([...before.slice(0, 23), "web"]);
});

test("a running container that is followed gives its place to no other", () => {
  const services = Array.from({ length: 30 }, (_, index) => service(`web-${index}`, "running"));
  const before = services.slice(6).map(({ name }) => name);
  expect(chooseFollowed({ ...base, before, services })).toEqual(before);
});

test("only chosen containers are followed, in their order", () => {
  const services = [service("a", "running"), service("b", "exited"), service("c", "running")];
  expect(chooseFollowed({ ...base, services, only: ["b", "a", "gone"] })).toEqual(["a", "b"]);
});
