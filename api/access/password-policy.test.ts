import { expect, test } from "vitest";
import { refuseWeakPassword } from "./password-policy.ts";

test.each([
  "passwordpassword",
  "123456789012345",
  "qwertyuiopasdfghjkl",
  "aaaaaaaaaaaaaaaaaaaa",
  "abcabcabcabcabcabc",
  "P@ssw0rdP@ssw0rd1",
  "administrator123",
])("refuses the common password %s", async (password) => {
  await expect(refuseWeakPassword(password, "margaret")).rejects.toThrow(/easy to guess/);
});

test("refuses a password that holds the user name", async () => {
  await expect(refuseWeakPassword("xkq MARGARET 83 zebra lamp", "margaret")).rejects.toThrow(/user name/);
});

test.each(["correct horse battery staple", "wet lamp on a slow train", "Пять жёлтых трамваев", "d8Kq0sPz1xMvR4t"])(
  "takes %s",
  async (password) => {
    await expect(refuseWeakPassword(password, "margaret")).resolves.toBeUndefined();
  },
);

test("looks at a very long password in little time", async () => {
  await refuseWeakPassword("correct horse battery staple", "margaret");
  const start = performance.now();
  await refuseWeakPassword("aB1!".repeat(256), "margaret").catch(() => undefined);
  expect(performance.now() - start).toBeLessThan(500);
});
