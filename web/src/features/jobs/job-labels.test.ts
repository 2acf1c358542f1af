import { expect, test } from "vitest";
import type { Job } from "../../../../shared/protocol/job.ts";
import { jobEnd, jobTitle } from "./job-labels.ts";

const job = { kind: "service:recreate", target: "web", state: "succeeded" } as Job;

test("says what a job does and how it ended, and makes hostile names visible", () => {
  expect(jobTitle({ kind: "image:pull", target: "busybox" })).toBe("Pull busybox");
  expect(jobEnd({ ...job, target: "we\u202eb" })).toBe("we[U+202E]b: recreated");
  expect(jobEnd({ ...job, state: "failed", error: { code: "conflict", message: "The port is taken." } })).toBe(
    "Recreate web: The port is taken.",
  );
  expect(jobEnd({ ...job, state: "cancelled" })).toBe("Recreate web: cancelled");
});
