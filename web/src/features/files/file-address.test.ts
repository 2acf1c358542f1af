import { expect, test } from "vitest";
import { fileOf, openFileOf } from "./file-address.ts";

test.each<[folder: string, given: string | string[] | null, path: string | null]>([
  ["/srv", "a.txt", "/srv/a.txt"],
  ["/", "a.txt", "/a.txt"],
  ["/srv", "/etc/hosts", "/etc/hosts"],
  ["/srv", "../../etc/hosts", "/etc/hosts"], // the API decides what may be read
  ["/srv", ["a", "b"], "/srv/a"],
  ["/srv", "", null],
  ["/srv", "/", null],
  ["/srv", "..", null],
  ["/srv", null, null],
])("in %j the query %j opens %j", (folder, given, path) => {
  expect(fileOf(folder, given)).toBe(path);
});

test.each<[address: string, path: string | null]>([
  ["/files/srv?file=a%26b.txt", "/srv/a&b.txt"],
  ["/files/a%20b/50%25?sort=size&file=c", "/a b/50%/c"],
  ["/files/%zz?file=c", "/%zz/c"],
  ["/files?file=c", "/c"],
  ["/filesystem?file=c", null],
  ["/stacks/a?file=c", null],
  ["/files/srv", null],
])("the address %j opens %j", (address, path) => {
  expect(openFileOf(new URL(address, "http://host"), "")).toBe(path);
  expect(openFileOf(new URL(`/panel${address}`, "http://host"), "/panel")).toBe(path);
});
