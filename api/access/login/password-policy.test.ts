import { expect, test } from "vitest";
import { growth } from "../../../shared/testing/growth.ts";
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

test("refuses a password that contains the user name", async () => {
  await expect(refuseWeakPassword("xkq MARGARET 83 zebra lamp", "margaret")).rejects.toThrow(/user name/);
});

test.each(["correct horse battery staple", "wet lamp on a slow train", "Пять жёлтых трамваев", "d8Kq0sPz1xMvR4t"])(
  "accepts %s",
  async (password) => {
    await expect(refuseWeakPassword(password, "margaret")).resolves.toBeUndefined();
  },
);

test("takes no longer for a very long password, though the estimate is not linear", async () => {
  const look = (size: number) => refuseWeakPassword("aB1!".repeat(size), "margaret").catch(() => undefined);
  expect(await growth(look, 16, 16)).toBeLessThan(4);
});
