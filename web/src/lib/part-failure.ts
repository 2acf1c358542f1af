/**
 * What browsers and the bundler say about a part of the page that cannot be fetched: Chrome, Firefox, Safari, and a style sheet
 * of a part. A file that is no JavaScript, such as a proxy's page of an error, gives the same messages.
 */
const failures =
  /^(Failed to fetch dynamically imported module|error loading dynamically imported module|Importing a module script failed|Unable to preload CSS)/i;

export const PART_FAILED = "This part of the page could not be loaded.";

/** Whether an error means that a part of the page, which is loaded on demand, could not be loaded. */
export const isPartFailure = (error: unknown): boolean => error instanceof Error && failures.test(error.message);
