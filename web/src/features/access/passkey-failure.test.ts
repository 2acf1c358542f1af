import { expect, test } from "vitest";
import { ApiFailure } from "../../lib/api/failure.ts";
import { describePasskeyFailure } from "./passkey-failure.ts";

const named = (name: string) => Object.assign(new Error("The operation failed."), { name });

test("a dismissed prompt is no failure", () => {
  expect(describePasskeyFailure(named("NotAllowedError"), "use")).toBeNull();
  expect(describePasskeyFailure(named("AbortError"), "create")).toBeNull();
});

test("says what to do by the prompt, and passes on the server's sentence", () => {
  expect(describePasskeyFailure(named("InvalidStateError"), "create")).toMatch(/already has a passkey/);
  expect(describePasskeyFailure(named("InvalidStateError"), "use")).toMatch(/Use another device/);
  expect(describePasskeyFailure(named("SecurityError"), "use")).toMatch(/this address/);
  expect(describePasskeyFailure(new ApiFailure("forbidden", "The passkey is unknown."), "use")).toBe(
    "The passkey is unknown.",
  );
});
