import { expect, test } from "vitest";
import { numberSettings } from "../../../../shared/protocol/setting-limits.ts";
import { toText, toValue } from "./number-text.ts";

const { LOG_STORE_MAX_BYTES: bytes, UPDATE_CHECK_HOURS: hours, AUDIT_KEEP_DAYS: days } = numberSettings;

test.for([
  [bytes, "2", 2 * 1024 ** 3],
  [bytes, "0.5", 512 * 1024 ** 2],
  [bytes, "0,5", 512 * 1024 ** 2],
  [bytes, "1048577", undefined],
  [hours, " 1.5 ", 1.5],
  [hours, "0", 0],
  [hours, "-1", undefined],
  [hours, "1e3", undefined],
  [hours, "", undefined],
  [hours, "9999999999999999999", undefined],
  [days, "6", undefined],
  [days, "30.5", undefined],
  [days, "３０", undefined],
  [days, "30", 30],
] as const)("reads %o %s", ([limits, text, value]) => {
  expect(toValue(limits, text)).toBe(value);
});

test("shows bytes in GiB", () => {
  expect([toText(bytes, 2 * 1024 ** 3), toText(bytes, 512 * 1024), toText(days, 30)]).toEqual(["2", "0", "30"]);
});
