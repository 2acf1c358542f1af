import type { ListSettingName, NumberSettingName } from "../../../../shared/protocol/setting-limits.ts";
import { answer, routes } from "./request.ts";

export const settings = {
  list: () => answer(routes().settings.$get()),
  /** Changes a single value; null restores the default. @param version The version that was read */
  setValue: async (name: NumberSettingName, value: number | null, version: number) =>
    (await answer(routes().settings[":id"].$put({ param: { id: name }, json: { value, version } }))).setting,
  /** Replaces what was added to a list. Needs a fresh proof. */
  setList: async (name: ListSettingName, entries: string[], version: number) =>
    (await answer(routes().settings.lists[":id"].$put({ param: { id: name }, json: { entries, version } }))).setting,
};
