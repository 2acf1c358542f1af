/** Address of the actions on a target, or of one of them. */
export function activityHref(filter: { kind?: string; target?: string }, id?: string): string {
  const query = new URLSearchParams(filter).toString();
  return `/activity${id === undefined ? "" : `/${encodeURIComponent(id)}`}${query && `?${query}`}`;
}
