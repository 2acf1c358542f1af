import { z } from "zod";
import { checkEntry } from "../../shared/protocol/allowed-entry.ts";
import { type ListSettingName, listSettingNames, numberSettingNames } from "../../shared/protocol/setting-limits.ts";
import {
  type ListSetting,
  listSettingSchema,
  numberSettingSchema,
  type Setting,
  settingListBody,
  settingValueBody,
} from "../../shared/protocol/settings.ts";
import { AppError } from "../../shared/server/errors.ts";
import { NEEDS_PROOF } from "../access/messages.ts";
import { type ActionTarget, action } from "../actions/action.ts";
import { messages } from "./messages.ts";

/** Longest text about a change in the audit trail, in characters. */
const MAX_DETAIL = 500;

const manage = { tag: "Settings", permission: "settings:manage", hostScope: true, mode: "respond" } as const;

const valueParams = z.strictObject({ id: z.enum(numberSettingNames).describe("Name of the setting.") });
const listParams = z.strictObject({ id: z.enum(listSettingNames).describe("Name of the list.") });

/** One setting. Two changes of the same one do not overlap: the second is refused by its version. */
const settingTarget = <Name extends string>(): ActionTarget<{ params: { id: Name } }, Setting> => ({
  resolve: ({ params: { id } }, { deps }) => deps.settings.find(id),
  label: ({ name }) => name,
  inputLabel: ({ params: { id } }) => id,
});

const changeValue = action({
  ...manage,
  name: "setting:change",
  method: "PUT",
  path: "/settings/:id",
  title: "Change a setting",
  description:
    "In effect at once. `null` restores the default. A value in the environment of the server takes precedence.",
  params: valueParams,
  body: settingValueBody,
  result: { setting: numberSettingSchema },
  target: settingTarget(),
  detail: ({ params: { id: name }, body: { value } }, { deps }) =>
    `${shown(deps.settings.find(name))} → ${value ?? "the default"}`.slice(0, MAX_DETAIL),
  apply: async ({ params: { id: name }, body: { value, version } }, { deps, principal }) => ({
    setting: deps.settings.setNumber(name, value, { version, by: principal.name }),
  }),
  undo: async ({ subject, deps, principal }) => {
    if (subject.kind === "list") throw new AppError("not_found", messages.noSuchSetting);
    const value = deps.settings.previous(subject.name) as number | null;
    return { setting: deps.settings.setNumber(subject.name, value, { version: subject.version, by: principal.name }) };
  },
});

// Step-up, and never by a key: the lists say what this host runs and which private addresses it connects to.
const changeList = action({
  ...manage,
  name: "setting:change-list",
  method: "PUT",
  path: "/settings/lists/:id",
  title: "Replace what was added to a list of allowed programs or hosts",
  description: `In effect at once; MCP servers that are no longer allowed are stopped. The list adds to that of the environment. ${NEEDS_PROOF}`,
  stepUp: true,
  params: listParams,
  body: settingListBody,
  result: { setting: listSettingSchema },
  target: settingTarget(),
  detail: ({ params: { id: name }, body: { entries } }, { deps }) => {
    const after = entries.map((text) => {
      const checked = checkEntry(name, text);
      return "entry" in checked ? checked.entry : "an entry that is not valid";
    });
    return describeChange(addedEntries(deps.settings.find(name)), after).slice(0, MAX_DETAIL);
  },
  apply: async ({ params: { id: name }, body: { entries, version } }, { deps, principal, reauthorize }) => {
    reauthorize();
    return { setting: deps.settings.setList(name, entries, { version, by: principal.name }) };
  },
  undo: async ({ subject, deps, principal }) => {
    const { name, version } = subject;
    const entries = (deps.settings.previous(name) ?? []) as string[];
    return { setting: deps.settings.setList(name as ListSettingName, entries, { version, by: principal.name }) };
  },
});

const addedEntries = (setting: Setting): string[] =>
  setting.kind === "list"
    ? (setting as ListSetting).entries.filter(({ source }) => source === "settings").map(({ entry }) => entry)
    : [];

const shown = (setting: Setting): string =>
  setting.kind === "list" ? addedEntries(setting).join(", ") : String(setting.value ?? "none");

/** Names what is added and removed: `+ npx -y server, − node`. */
function describeChange(before: readonly string[], after: readonly string[]): string {
  const added = after.filter((entry) => !before.includes(entry)).map((entry) => `+ ${entry}`);
  const removed = before.filter((entry) => !after.includes(entry)).map((entry) => `− ${entry}`);
  return [...added, ...removed].join(", ") || "no change";
}

export const settingActions = [changeValue, changeList] as const;
