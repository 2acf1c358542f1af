import { answer, routes } from "./request.ts";

/** The actions that the account may perform. */
export const listActions = async (signal?: AbortSignal) =>
  (await answer(routes().actions.$get({}, { init: { signal } }))).actions;
