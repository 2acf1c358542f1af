import { uiMessages } from "../ui/messages.ts";

/** Texts that every list page and dialog shares. */
export const resourceMessages = {
  allow: {
    notAllowed: (entry: string) => `${entry} is not allowed on this server yet.`,
    askAdministrator: "An administrator whose access is not limited can allow it under Settings.",
    allow: (entry: string) => `Allow ${entry}`,
    done: (entry: string) => `${entry} is allowed`,
  },
  nothingMatches: "Nothing matches",
  clearFilter: "Clear filter",
  didYouMean: "Did you mean",
  cancel: uiMessages.cancel,
  selected: (count: number) => `${count} selected`,
  clearSelection: "Clear",
  range: "Time range",
  backToLive: "Back to live",
  selectAll: "Select all",
  select: (name: string) => `Select ${name}`,
  unused: "unused",
  allOfUser: (user: string) => `All processes of ${user}`,
  picker: {
    search: "Search, or type a name",
    chosen: (label: string) => `${label}: chosen`,
    remove: (name: string) => `Remove ${name}`,
    add: (names: string) => `Add ${names}`,
    notThere: "not there now: applies when it exists",
    matches: (count: number) => `matches ${count} now`,
    full: (max: number) => `At most ${max} names.`,
    more: (count: number) => `${count} more: type to find them.`,
    loading: "Loading the names…",
    unknown: "The names cannot be read now: type them.",
  },
  pairs: {
    name: (noun: string, number: number) => `Name of ${noun} ${number}`,
    value: (noun: string, number: number) => `Value of ${noun} ${number}`,
    remove: (noun: string, number: number) => `Remove ${noun} ${number}`,
    add: (noun: string) => `Add ${noun}`,
    namePlaceholder: "Name",
    valuePlaceholder: "Value",
    keepsValue: "Unchanged",
  },
  containers: (count: number) => (count === 1 ? "1 container" : `${count} containers`),
} as const;

/** Texts of one list page. */
export interface ResourceListMessages {
  title: string;
  /** Label of the filter field. */
  filter: string;
  /** Names the fields that the filter searched. */
  nothingMatches: (filter: string) => string;
  /** In place of a list without items. */
  empty?: string;
  emptyHint?: string;
  /** Title in place of the details of a resource that no longer exists. */
  gone: string;
  /** Why it may be gone. */
  goneHint?: string;
  /** Label of the button that closes the details. */
  showAll: string;
}
