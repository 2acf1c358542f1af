import { answer, routes } from "./request.ts";

export const watch = {
  get: (signal?: AbortSignal) => answer(routes().watch.$get({}, { init: { signal } })),
  trends: (signal?: AbortSignal) => answer(routes().watch.trends.$get({}, { init: { signal } })),
};
