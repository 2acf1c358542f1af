import { useLocation, useNavigate, useParams } from "@solidjs/router";
import { decodePart, itemHref } from "../lib/addresses.ts";

/** What belongs to the list, and stays in the address whatever item is open. */
const listNames = ["filter", "sort", "category", "user"];
/** What stays when another item of the list is opened: a person who compares items looks at the same part of each. */
const paneNames = [...listNames, "tab"];

/**
 * The selected resource as the last part of a page's address, `<path>/:id?`.
 * @param path Address of the list, such as `/images`.
 */
export function createAddressSelection(path: string) {
  const params = useParams<{ id?: string }>();
  const location = useLocation();
  const navigate = useNavigate();
  const go = (to: string, names: readonly string[], replace: boolean) =>
    navigate(`${to}${keep(location.search, names)}`, { replace, scroll: false });
  return {
    /** Name or id; null while only the list is open. */
    selected: (): string | null => (params.id ? decodePart(params.id) : null),
    select: (id: string | null): void =>
      id === null ? go(path, listNames, false) : go(itemHref(path, id), paneNames, false),
    /** Writes another name of the selected resource into the address; all else stays. */
    rename: (id: string): void => navigate(`${itemHref(path, id)}${location.search}`, { replace: true, scroll: false }),
  };
}

/** The part of a query that belongs to the list: the page of one item keeps it, and its way back leads to the same list. */
export const listQuery = (search: string): string => keep(search, listNames);

/** The part of a query with the given names only. */
function keep(search: string, names: readonly string[]): string {
  const kept = [...new URLSearchParams(search)].filter(([name]) => names.includes(name));
  return kept.length === 0 ? "" : `?${new URLSearchParams(kept)}`;
}
