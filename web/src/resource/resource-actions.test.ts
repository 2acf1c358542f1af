import { afterEach, expect, test, vi } from "vitest";
import type { Job } from "../../../shared/protocol/job.ts";
import { eventually } from "../../../shared/testing/eventually.ts";
import { toast } from "../ui/toast.tsx";
import { createResourceActions } from "./resource-actions.ts";

afterEach(() => vi.restoreAllMocks());

function startActions(followJob?: (job: Job) => Promise<unknown>) {
  const refetch = vi.fn(async () => undefined);
  const success = vi.spyOn(toast, "success").mockReturnValue(undefined);
  const failed = vi.spyOn(toast, "error").mockReturnValue(undefined);
  const actions = createResourceActions<{ id: string }, "start" | "stop">({
    id: ({ id }) => id,
    done: ({ id }, action) => `${id} ${action}`,
    refetch,
    followJob,
  });
  return { actions, refetch, success, failed };
}

test("runs one action at a time for each resource, then says so and refetches", async () => {
  const { actions, refetch, success } = startActions();
  const web = { id: "web" };
  const work = Promise.withResolvers<void>();
  const first = actions.run(web, "start", () => work.promise);
  expect(actions.pending(web)).toBe("start");
  const second = vi.fn(async () => undefined);
  await actions.run(web, "stop", second);
  expect(second).not.toHaveBeenCalled();
  await actions.run({ id: "db" }, "stop", second);
  expect(second).toHaveBeenCalledTimes(1);
  work.resolve();
  await first;
  expect(actions.pending(web)).toBeUndefined();
  expect(success.mock.calls).toEqual([["db stop"], ["web start"]]);
  expect(refetch).toHaveBeenCalledTimes(2);
});

test("shows a failure, refetches, and takes the next action", async () => {
  const { actions, refetch, success, failed } = startActions();
  const error = new Error("refused");
  await actions.run({ id: "web" }, "start", () => Promise.reject(error));
  expect(failed).toHaveBeenCalledWith(error);
  expect(success).not.toHaveBeenCalled();
  expect(refetch).toHaveBeenCalledTimes(1);
  expect(actions.pending({ id: "web" })).toBeUndefined();
});

test("leaves the message about a job to the list of jobs, and stays pending until the job ends", async () => {
  const job = { id: "j1" } as Job;
  const end = Promise.withResolvers<Job>();
  const followJob = vi.fn(() => end.promise);
  const { actions, success, refetch } = startActions(followJob);
  const run = actions.runJob({ id: "web" }, "start", async () => job);
  await eventually(() => expect(followJob).toHaveBeenCalledWith(job));
  expect(actions.pending({ id: "web" })).toBe("start");
  end.resolve(job);
  await run;
  expect(success).not.toHaveBeenCalled();
  expect(refetch).toHaveBeenCalledTimes(1);
  await actions.runJob({ id: "web" }, "stop", async () => undefined);
  expect(success).toHaveBeenCalledWith("web stop");
});
