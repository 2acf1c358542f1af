import { describe, expect, test } from "vitest";
import { maskEnvironment } from "../docker/value-mask.ts";
import { maskText } from "../logs/masking.ts";
import { AppError, toFailure } from "./errors.ts";
import { DETAIL_MAX, toDetail, UpstreamError } from "./upstream-error.ts";

const detailOf = (text: string) => toDetail(text, [maskText]);

describe("the message of an upstream", () => {
  test("is plain text of at most 1 KiB, cut between characters", () => {
    expect(detailOf("\u001b[31mno such host\u001b[0m\r\n\u0000\u202eend\tof it\u009b")).toBe("no such host\nend of it");
    const long = detailOf("ä".repeat(4_000));
    expect(Buffer.byteLength(long)).toBeLessThanOrEqual(DETAIL_MAX);
    expect(long).toMatch(/^ä+…$/);
    expect(detailOf("ä".repeat(512))).toBe("ä".repeat(512));
  });

  test("is masked before it is cut, so that no part of a secret remains", () => {
    const secret = "s3cr3t-".repeat(20);
    const mask = maskEnvironment([`API_TOKEN=${secret}`, "MODE=on", "NOTHING"]);
    for (let at = 900; at < 1_100; at += 7) {
      const text = toDetail(`${"x".repeat(at)}${secret} on`, [mask]);
      expect(text).not.toContain("s3cr3t");
    }
  });

  test("is part of the error it caused, only for callers who may act", () => {
    const cause = new UpstreamError('exec: "hunter22secret": not found; --password hunter23');
    const error = new AppError("conflict", "It cannot start.", { cause });
    expect(error.detail).toBeUndefined(); // no mask was set
    cause.hide(maskText);
    cause.hide(maskEnvironment(["DB_PASSWORD=hunter22secret"]));
    expect(toFailure(error, "r1", true)).toEqual({
      success: false,
      error: "It cannot start.",
      code: "conflict",
      detail: 'exec: "********": not found; --password ********',
      requestId: "r1",
    });
    expect(toFailure(error, "r1")).not.toHaveProperty("detail");
  });
});
