import { expect, test, vi } from "vitest";
import { ApiFailure } from "../lib/api/failure.ts";
import { createSubmit } from "./submit.ts";

test("sends once, refetches, drops the draft and hands over the result, in this order", async () => {
  const steps: string[] = [];
  const sending = Promise.withResolvers<string>();
  const form = createSubmit({
    send: () => {
      steps.push("send");
      return sending.promise;
    },
    refetch: async () => void steps.push("refetch"),
    draft: { drop: () => void steps.push("drop") },
    onSent: (result) => void steps.push(result),
  });
  const first = form.submit();
  expect(form.busy()).toBe(true);
  await form.submit(); // a second click
  sending.resolve("created");
  await first;
  expect(steps).toEqual(["send", "refetch", "drop", "created"]);
  expect(form.busy()).toBe(false);
  expect(form.problem()).toBeNull();
});

test("keeps the draft and shows the server's sentence and detail after a rejection, until the next attempt", async () => {
  const send = vi.fn<() => Promise<void>>();
  send.mockRejectedValueOnce(new ApiFailure("conflict", "The name is taken.", { detail: "409 from the Engine" }));
  const pending = Promise.withResolvers<void>();
  send.mockReturnValueOnce(pending.promise);
  const [drop, onSent, refetch] = [vi.fn(), vi.fn(), vi.fn(async () => undefined)];
  const form = createSubmit({ send, draft: { drop }, onSent, refetch });
  await form.submit();
  expect(form.problem()).toBe("The name is taken.\n409 from the Engine");
  expect(form.busy()).toBe(false);
  expect(refetch).toHaveBeenCalledTimes(1);
  expect(drop).not.toHaveBeenCalled();
  expect(onSent).not.toHaveBeenCalled();
  const again = form.submit();
  expect(form.problem()).toBeNull();
  pending.resolve();
  await again;
  expect(onSent).toHaveBeenCalledTimes(1);
});

test("sends nothing while the form is not ready, and always keeps the browser from navigating", async () => {
  const send = vi.fn(async () => undefined);
  const event = { preventDefault: vi.fn() } as unknown as Event;
  await createSubmit({ ready: () => false, send }).submit(event);
  expect(send).not.toHaveBeenCalled();
  expect(event.preventDefault).toHaveBeenCalledTimes(1);
});
