import { useSearchParams } from "@solidjs/router";
import { createMemo } from "solid-js";
import { isSameRange, readRangeEnd, type TimeRange } from "../lib/time-range.ts";

/** The range of time of a page in its address, as `since` and `until`. Another range is a step of the history. */
export function createAddressRange() {
  const [query, setQuery] = useSearchParams();
  const given = (name: string) => {
    const value = query[name];
    return (Array.isArray(value) ? value[0] : value) ?? null;
  };
  const range = createMemo(
    (): TimeRange => ({
      since: readRangeEnd(given("since"), { ages: true }),
      until: readRangeEnd(given("until"), { ages: false }),
    }),
    {},
    { equals: isSameRange },
  );
  return {
    range,
    setRange({ since, until }: TimeRange): void {
      if (!isSameRange(range(), { since, until })) setQuery({ since, until });
    },
  };
}
