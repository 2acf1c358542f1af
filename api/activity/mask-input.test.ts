import { expect, test } from "vitest";
import { maskInput } from "./mask-input.ts";

const MASK = "********";
const PEM = "-----BEGIN KEY-----\nMIIEvQIBADANBgkqhkiG9w0BAQEF\nAASCBKcwggSjAgEAAoIBAQ\n-----END KEY-----";

test.each<[string, Record<string, unknown>, Record<string, unknown>]>([
  ["numbers and switches stay", { memory: 1024, pull: true, tokens: 5 }, { memory: 1024, pull: true, tokens: 5 }],
  ["names of secrets", { password: "x", apiToken: "abc" }, { password: MASK, apiToken: MASK }],
  ["a password in a field of another name", { current: "old one", code: "123456" }, { current: MASK, code: MASK }],
  ["values of an environment", { env: { A: "one", B: PEM } }, { env: { A: MASK, B: MASK } }],
  ["values of a list of arguments", { args: ["--key", "v"] }, { args: [MASK, MASK] }],
  [
    "arguments of a tool at any depth",
    { arguments: { a: { b: ["s", 7] } } },
    { arguments: { a: { b: [MASK, MASK] } } },
  ],
  [
    "the kind of a channel stays",
    { settings: { type: "ntfy", topic: "t" } },
    { settings: { type: "ntfy", topic: MASK } },
  ],
  ["text of a file", { content: "A=1\nB=2" }, { content: "(7 characters)" }],
  ["text of a file of one line", { content: "hunter22" }, { content: "(8 characters)" }],
  ["long names", { arguments: { ["k".repeat(999)]: 1 } }, { arguments: { ["k".repeat(200)]: MASK } }],
  ["a path behind an address", { url: "https://h.test/T0/s3cret?x=1" }, { url: `https://h.test/${MASK}` }],
  ["a password in an address", { image: "https://u:p@h.test" }, { image: "https://h.test" }],
  ["a secret in a word", { command: "run --token abcdef" }, { command: `run --token ${MASK}` }],
  ["an optional field that is not given", { name: "web", image: undefined }, { name: "web" }],
])("%s", (_title, input, expected) => {
  expect(maskInput(input).input).toEqual(expected);
});

test("masks the secrets of the input in output, also those of several lines", () => {
  const { mask } = maskInput({ env: { KEY: PEM }, password: "hunter22", name: "web" });
  expect(mask("using hunter22 for web")).toBe(`using ${MASK} for web`);
  for (const line of PEM.split("\n").slice(1, 3)) expect(mask(`got ${line}!`)).toBe(`got ${MASK}!`);
  expect(mask("API_TOKEN=abc")).toBe(`API_TOKEN=${MASK}`);
  // Seen in deployment logs of others: a key written to a file by way of base64, a token in the address of a repository,
  // and the variables of a build as JSON.
  const key = Buffer.from(PEM).toString("base64");
  expect(mask(`echo '${key}' | base64 -d`)).not.toContain(key.slice(0, -2));
  expect(mask("git clone https://oauth2:glpat-x1@git.test/a.git")).toBe(
    `git clone https://oauth2:${MASK}@git.test/a.git`,
  );
  // In JSON, quotes and line ends are escaped; a program that failed names the password without the address.
  const other = maskInput({ password: 'pa"ss\\1\nx', url: "https://ada:p%40ss-1@git.test/a" }).mask;
  expect(other(JSON.stringify({ value: 'pa"ss\\1\nx' }))).toBe(`{"value":"${MASK}"}`);
  expect(other("ada cannot log in with p@ss-1")).toBe(`ada cannot log in with ${MASK}`);
  expect(mask('"API_KEY": "sk-1 \\" 2", "PORT": "80"')).toBe(`"API_KEY": "${MASK}", "PORT": "80"`);
});
