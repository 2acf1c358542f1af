/** The value of a `datetime-local` field, in the reader's own time. */
export function toFieldValue(iso: string | undefined): string {
  if (iso === undefined) return "";
  const at = new Date(iso);
  return new Date(at.getTime() - at.getTimezoneOffset() * 60_000).toISOString().slice(0, 19);
}

/** ISO 8601 of what stands in such a field; undefined when it is empty or no time. */
export function fromFieldValue(value: string): string | undefined {
  const at = new Date(value);
  return value === "" || Number.isNaN(at.getTime()) ? undefined : at.toISOString();
}
