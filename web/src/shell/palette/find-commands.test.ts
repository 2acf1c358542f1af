import { expect, test } from "vitest";
import type { CommandItem } from "../commands.ts";
import { FOUND_MAX, findCommands } from "./find-commands.ts";
import { fuzzyScore } from "./fuzzy.ts";

const ran: string[] = [];
const icon = () => null;
const container = (name: string): CommandItem => ({
  id: `container:${name}`,
  label: name,
  group: "Container",
  icon,
  run: () => ran.push(`open ${name}`),
  actions: [
    {
      verb: "Log",
      run: () => ran.push(`log ${name}`),
      together: { value: name, run: (names) => ran.push(`log of ${names.join(",")}`) },
    },
    { verb: "Restart", name: "service:restart", run: () => ran.push(`restart ${name}`) },
    { verb: "Stop", name: "service:stop", run: () => ran.push(`stop ${name}`) },
  ],
});
const page = (label: string): CommandItem => ({ id: `page:${label}`, label, group: "Page", icon, run: () => {} });
const items = [
  page("Overview"),
  page("Audit trail"),
  page("Stacks"),
  container("ux-web"),
  container("ux-worker"),
  container("web-nginx"),
  container("stop-watch"),
];
const labels = (text: string, recent?: readonly string[]) =>
  findCommands(items, text, recent).map(({ label }) => label);

test.each([
  ["ux-web", "ux-web"],
  ["uxweb", "ux-web"],
  ["uxw", "ux-web"],
  ["WEB", "web-nginx"],
  ["wng", "web-nginx"],
  ["audit", "Audit trail"],
  ["restart ux-web", "Restart ux-web"],
  ["rest uxweb", "Restart ux-web"],
  ["ux-web restart", "Restart ux-web"],
  ["stop ux-web", "Stop ux-web"],
  ["stop-watch", "stop-watch"],
  ["container nginx", "web-nginx"],
  ["log ux-web nginx", "Log ux-web + web-nginx"],
])("%s finds %s first", (text, label) => {
  expect(labels(text)[0]).toBe(label);
});

test("what has not all the letters in their order is not found", () => {
  expect(labels("zzz")).toEqual([]);
  expect(fuzzyScore("bew", "web")).toBeUndefined();
  // A later word begins with the first letter, but has not got the others.
  expect(fuzzyScore("rds", "prdxs r")).toBeDefined();
});

test("a long pasted text is not searched word by word", () => {
  expect(labels(`${"web ".repeat(5_000)} zzz`)).toContain("ux-web");
});

test("the best item is followed by what can be done with it", () => {
  expect(labels("ux-web").slice(0, 4)).toEqual(["ux-web", "Log ux-web", "Restart ux-web", "Stop ux-web"]);
});

test("a verb alone lists its actions, those used lately first", () => {
  expect(labels("restart", ["container:web-nginx Restart"])[0]).toBe("Restart web-nginx");
});

test("without a text the lines used lately come first, and those of items that are gone are left out", () => {
  expect(labels("", ["container:ux-worker Restart", "container:gone", "page:Stacks"]).slice(0, 3)).toEqual([
    "Restart ux-worker",
    "Stacks",
    "Overview",
  ]);
});

test("one line opens several logs", () => {
  findCommands(items, "log worker nginx")[0]?.run();
  expect(ran.at(-1)).toBe("log of ux-worker,web-nginx");
});

test("a letter with another length in lower case does not shift the places", () => {
  expect(findCommands([page("İstanbul web")], "web").length).toBe(1);
});

test("finds among 5,000 items with eight actions each, and shows no more than fit", () => {
  const many = Array.from({ length: 5_000 }, (_, index) => container(`service-${index}-of-project-${index % 50}`));
  const found = findCommands(many, "restart service 4321");
  expect(found[0]?.label).toBe("Restart service-4321-of-project-21");
  expect(found.length).toBeLessThanOrEqual(FOUND_MAX);
});
