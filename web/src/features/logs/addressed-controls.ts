import { useLocation, useSearchParams } from "@solidjs/router";
import { createEffect, on } from "solid-js";
import type { TimeRange } from "../../lib/time-range.ts";
import { formatLogAddress, parseLogAddress } from "./log-address.ts";
import type { LogQuery } from "./search/log-query.ts";
import { createLogControls, type LogControls } from "./view/log-controls.ts";

/** Names in the address that a search and its filters use; the range of time belongs to the page. */
const names = ["q", "regex", "only", "level", "stream"];

/** What a query puts into the address; everything else is undefined, which takes it out. */
function toParameters(query: LogQuery): Record<string, string | undefined> {
  const given = new URLSearchParams(formatLogAddress({ ...parseLogAddress(""), query, line: undefined }));
  return Object.fromEntries(names.map((name) => [name, given.get(name) ?? undefined]));
}

const same = (left: LogQuery, right: LogQuery) =>
  JSON.stringify(toParameters(left)) === JSON.stringify(toParameters(right));

/**
 * Controls of the log of a pane: its search and filters are in the address, and follow back and forward.
 * @param range The range of time to begin with.
 */
export function createAddressedControls(range: TimeRange = {}): LogControls {
  const location = useLocation();
  const [, setParameters] = useSearchParams();
  const inAddress = () => parseLogAddress(location.search).query;
  const controls = createLogControls({ ...inAddress(), since: range.since, until: range.until });
  createEffect(
    on(
      controls.query,
      (query) => {
        if (!same(query, inAddress())) setParameters(toParameters(query), { replace: true });
      },
      { defer: true },
    ),
  );
  createEffect(
    on(
      () => JSON.stringify(toParameters(inAddress())),
      () => {
        const { since, until } = controls.query();
        if (!same(controls.query(), inAddress())) controls.restore({ ...inAddress(), since, until });
      },
      { defer: true },
    ),
  );
  return controls;
}
