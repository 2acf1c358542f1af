/** `${NAME}`, `${NAME:-default}`, `${env:NAME}`, `${input:id}`, and names of editors such as `${workspaceFolder}`. */
const pattern = /\$\{([A-Za-z_][\w.-]*(?::(?!-)[\w.-]+)?)(?::-([^{}]*))?\}/g;

export interface FoundReference {
  /** Without `${` and `}`. */
  reference: string;
  /** Of `${NAME:-default}`. */
  fallback: string | null;
}

/** The references in a text, in their order. */
export const referencesIn = (text: string): FoundReference[] =>
  [...text.matchAll(pattern)].map(([, reference = "", fallback]) => ({ reference, fallback: fallback ?? null }));

/**
 * Replaces the references of a text by their values. One without a value stays as it is.
 *
 * @param values by reference, without `${` and `}`
 */
export const withValues = (text: string, values: Readonly<Record<string, string>>): string =>
  text.replace(pattern, (whole, reference: string) =>
    Object.hasOwn(values, reference) ? (values[reference] ?? whole) : whole,
  );
