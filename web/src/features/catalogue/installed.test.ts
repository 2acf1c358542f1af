import { expect, test } from "vitest";
import type { Service } from "../../../../shared/protocol/service.ts";
import { createInstalled } from "./installed.ts";

const container = (name: string, image: string) => ({ name, image, state: "running" }) as Service;
const services = [
  container("db", "postgres:16"),
  container("shop-db", `docker.io/library/postgres@sha256:${"a".repeat(64)}`),
  container("gis", "postgis/postgis:16"),
  container("mirror", "registry.example.com/postgres:16"),
  container("bare", `sha256:${"b".repeat(64)}`),
  container("app", "ghcr.io/owner/app:1"),
];

test("what runs the image of an entry counts as installed, however it came here and whatever its tag", () => {
  const installedOf = createInstalled(services);
  const names = (image: string, installed: { id: string; name: string; state: string }[] = []) =>
    installedOf({ image, installed })?.map(({ name }) => name);
  expect(names("postgres")).toEqual(["db", "shop-db"]);
  expect(names("postgres", [{ id: "1", name: "db", state: "exited" }])).toEqual(["db", "shop-db"]);
  expect(names("postgres", [{ id: "2", name: "renamed", state: "running" }])).toEqual(["renamed", "db", "shop-db"]);
  expect(names("ghcr.io/owner/app")).toEqual(["app"]);
  expect(names("mysql")).toEqual([]);
});

test("without Docker nothing is installed, and nothing is not", () => {
  expect(createInstalled([])({ image: "postgres", installed: null })).toBeNull();
});
