import { expect, test } from "vitest";
import { createPasswords } from "./passwords.ts";

test("creates argon2id strings with the default cost, and recognizes older ones", async () => {
  const passwords = createPasswords();
  const made = await passwords.hash("correct horse battery staple");
  expect(made).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
  expect(passwords.isOld(made)).toBe(false);
  expect(passwords.isOld(made.replace("t=2", "t=1"))).toBe(true);
  expect(await passwords.matches(made, "correct horse battery staple")).toBe(true);
  expect(await passwords.matches(null, "correct horse battery staple")).toBe(false);
});

test("accepts the same password in any Unicode normalization", async () => {
  const passwords = createPasswords();
  const made = await passwords.hash("caf\u00e9 caf\u00e9 caf\u00e9");
  expect(await passwords.matches(made, "cafe\u0301 cafe\u0301 cafe\u0301")).toBe(true);
});

test("runs two hashes, lets 16 wait and refuses the others", async () => {
  const passwords = createPasswords();
  const results = await Promise.allSettled(Array.from({ length: 50 }, () => passwords.matches(null, "x")));
  expect(results.filter(({ status }) => status === "fulfilled")).toHaveLength(18);
  expect(results.find(({ status }) => status === "rejected")).toMatchObject({ reason: { code: "overloaded" } });
  await expect(passwords.matches(null, "x")).resolves.toBe(false);
});
