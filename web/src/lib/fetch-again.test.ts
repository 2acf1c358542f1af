import { QueryClient } from "@tanstack/solid-query";
import { expect, test } from "vitest";
import { fetchAgain } from "./fetch-again.ts";

const queryKey = ["services"];

/** A list whose responses are given one by one. */
function start() {
  const client = new QueryClient({
    defaultOptions: { queries: { staleTime: Number.POSITIVE_INFINITY, retry: false } },
  });
  const asked: PromiseWithResolvers<string>[] = [];
  const queryFn = () => {
    const response = Promise.withResolvers<string>();
    asked.push(response);
    return response.promise;
  };
  const first = client.prefetchQuery({ queryKey, queryFn });
  client.getQueryCache().find({ queryKey })?.setOptions({ queryKey, queryFn });
  return { client, asked, first };
}

test("a change during the first fetch is followed by another fetch", async () => {
  const { client, asked, first } = start();
  const again = fetchAgain(client, { queryKey, refetchType: "all" });
  asked[0]?.resolve("starting");
  await first;
  await expect.poll(() => asked.length).toBe(2);
  asked[1]?.resolve("unhealthy");
  await again;
  expect(client.getQueryData(queryKey)).toBe("unhealthy");
});

test("a first fetch that fails is followed by another one too", async () => {
  const { client, asked } = start();
  const again = fetchAgain(client, { queryKey, refetchType: "all" });
  asked[0]?.reject(new Error("away"));
  await expect.poll(() => asked.length).toBe(2);
  asked[1]?.resolve("running");
  await again;
  expect(client.getQueryData(queryKey)).toBe("running");
});
