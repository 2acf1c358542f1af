import { afterEach, expect, test, vi } from "vitest";
import { toMessage } from "./api/failure.ts";
import { isPageReplaced } from "./page-build.ts";
import { isPartFailure } from "./part-failure.ts";

afterEach(() => vi.unstubAllGlobals());

test.each([
  "Failed to fetch dynamically imported module: http://host:3005/assets/LogsPage-B1a2.js",
  "error loading dynamically imported module: http://host:3005/assets/LogsPage-B1a2.js",
  "Importing a module script failed.",
  "Unable to preload CSS for /assets/logs-B1a2.css",
])("says in plain words that a part is missing: %s", (message) => {
  const error = new TypeError(message);
  expect(isPartFailure(error)).toBe(true);
  expect(toMessage(error)).toBe("This part of the page could not be loaded.");
});

test("leaves other errors their own words", () => {
  expect(isPartFailure(new TypeError("Failed to fetch"))).toBe(false);
  expect(isPartFailure("Failed to fetch dynamically imported module")).toBe(false);
});

const page = (name: string) =>
  `<html><head><script src="./theme.js"></script><script type="module" crossorigin src="./assets/${name}"></script></head></html>`;
const serve = (answer: () => Response) => vi.stubGlobal("fetch", async () => answer());

test.each([
  ["another build", () => new Response(page("start-new.js")), true],
  ["the same build", () => new Response(page("start-old.js")), false],
  ["an error of a proxy", () => new Response(page("start-new.js"), { status: 502 }), false],
  ["a page that is not the app", () => new Response("<html>Sign in to the Wi-Fi</html>"), false],
])("a server that answers with %s", async (_what, answer, replaced) => {
  serve(answer);
  expect(await isPageReplaced("/", page("start-old.js"))).toBe(replaced);
});

test("a server that does not answer has not replaced the page", async () => {
  serve(() => {
    throw new TypeError("Failed to fetch");
  });
  expect(await isPageReplaced("/", page("start-old.js"))).toBe(false);
});
