import { expect, test } from "vitest";
import { growth } from "../testing/growth.ts";
import { familiarReference, parseImageReference } from "./image-reference.ts";

test.each([
  ["nginx", "docker.io", "library/nginx", "latest", "nginx:latest"],
  ["nginx:1.27", "docker.io", "library/nginx", "1.27", "nginx:1.27"],
  ["docker.io/library/nginx", "docker.io", "library/nginx", "latest", "nginx:latest"],
  ["grafana/loki:3", "docker.io", "grafana/loki", "3", "grafana/loki:3"],
  ["ghcr.io/owner/app:v1", "ghcr.io", "owner/app", "v1", "ghcr.io/owner/app:v1"],
  ["localhost:5000/app", "localhost:5000", "app", "latest", "localhost:5000/app:latest"],
  ["localhost/app", "localhost", "app", "latest", "localhost/app:latest"],
  ["[::1]:5000/a/b_c__d---e:T", "[::1]:5000", "a/b_c__d---e", "T", "[::1]:5000/a/b_c__d---e:T"],
])("reads %s as the Engine does", (text, registry, repository, tag, familiar) => {
  const parsed = parseImageReference(text);
  expect(parsed).toEqual({ registry, repository, tag, digest: null });
  expect(parsed && familiarReference(parsed)).toBe(familiar);
});

test("takes a digest for what it is, with a tag or without", () => {
  const digest = `sha256:${"ab".repeat(32)}`;
  expect(parseImageReference(`nginx@${digest}`)).toMatchObject({ tag: null, digest });
  expect(parseImageReference(`nginx:1@${digest}`)).toMatchObject({ tag: "1", digest });
});

test.each([
  "",
  "-x",
  "--help",
  ";id",
  "$(id)",
  "a b",
  "a\nb",
  "../x",
  "a/../b",
  "a//b",
  "/a",
  "a/",
  "Nginx",
  "a@b",
  "a:",
  "a:-x",
  "a%00b",
  "a%2fb",
  "x?force=1",
  "x#y",
  `${"a".repeat(300)}`,
  "a".repeat(64),
  "http://a/b",
  "user:pw@host/x",
  "a_-b",
])("refuses %j", (text) => {
  expect(parseImageReference(text)).toBeUndefined();
});

test.each([
  ["a-", "!"],
  ["a.", "/!"],
])("takes linear time for a hostile text of %j", async (piece, end) => {
  const read = (size: number) => {
    for (let round = 0; round < 5_000; round++) parseImageReference(`${piece.repeat(size)}${end}`);
  };
  expect(await growth(read, 15)).toBeLessThan(24); // a name may have 255 characters
});
