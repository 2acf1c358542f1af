import { expect, test } from "vitest";
import { containerHref, decodePart, folderHref, toValidPath } from "./addresses.ts";

test.each([
  "web",
  "@acme/mail",
  "50%",
  "a b",
  "ключ",
  "a&b#c?d",
  "%2F",
  "%zz",
  "..%2f",
  "x".repeat(5_000),
  "\ud83d\ude00",
])("the address of %j leads back to it", (name) => {
  const { pathname } = new URL(containerHref(name), "http://host");
  expect(pathname.split("/")).toHaveLength(3);
  expect(decodePart(pathname.slice("/services/".length))).toBe(name);
  expect(new URL(containerHref(name), "http://host").search).toBe("");
});

test("text that is no valid encoding stands for itself, and half a character has an address", () => {
  expect(["%", "%zz", "%E0%A4%A", "%ff"].map(decodePart)).toEqual(["%", "%zz", "%E0%A4%A", "%ff"]);
  expect(containerHref("a\ud800")).toBe("/services/a%EF%BF%BD");
});

test("a broken encoding in a path becomes the text that it is", () => {
  const paths = ["/services/%zz", "/files/a%20b/50%/%ff", "/mcp/%E0%A4%A", "/services/a%2Fb", "/"];
  expect(paths.map(toValidPath)).toEqual([
    "/services/%25zz",
    "/files/a%20b/50%25/%25ff",
    "/mcp/%25E0%25A4%25A",
    "/services/a%2Fb",
    "/",
  ]);
});

test("a folder keeps its slashes", () => {
  expect([folderHref("/"), folderHref("/srv/a b/50%")]).toEqual(["/files", "/files/srv/a%20b/50%25"]);
});
