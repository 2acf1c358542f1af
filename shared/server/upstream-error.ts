/** Longest text of an upstream that is passed on, in bytes of UTF-8. */
export const DETAIL_MAX = 1024;
const ELLIPSIS = "…";
/** Escape sequences of terminals: colours, titles, links. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is taken out.
const sequences = /\u001b(?:\[[0-?]*[ -/]*[@-~]|\][^\u0007\u001b]*(?:\u0007|\u001b\\)?|[@-Z\\-_])/g;
/** What is read before anything is hidden in it: far more than is passed on. */
const READ_MAX = 16 * 1024;

/**
 * A refusal of a part outside of the panel (Docker, a registry, PM2), in its own words.
 *
 * Its words may hold secrets: `ownWords` is masked by the functions that were given to {@link UpstreamError.hide}, in
 * their order. An `AppError` that has this as its cause passes the words on as `detail`.
 */
export class UpstreamError extends Error {
  #masks: ((text: string) => string)[] = [];

  /** Adds a function that takes secrets out of the words. */
  hide(mask: (text: string) => string): void {
    this.#masks.push(mask);
  }

  /** Plain text of one or more lines, masked, at most {@link DETAIL_MAX} bytes; empty when nothing was said. */
  get ownWords(): string {
    return this.#masks.length === 0 ? "" : toDetail(this.message, this.#masks);
  }
}

/** Text of an upstream as it may be shown: plain, masked, and at most {@link DETAIL_MAX} bytes long. */
export function toDetail(text: string, masks: readonly ((text: string) => string)[]): string {
  const plain = toPlainWords(text.slice(0, READ_MAX));
  return shortened(masks.reduce((masked, mask) => mask(masked), plain).trim());
}

/** Without escape sequences and control characters; line ends and tabs become line feeds and blanks. */
function toPlainWords(text: string): string {
  return (
    text
      .replace(sequences, "")
      .replace(/\r\n?/g, "\n")
      .replace(/\t/g, " ")
      // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is taken out.
      .replace(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff]/g, "")
      .replace(/\n{2,}/g, "\n")
  );
}

function shortened(text: string): string {
  if (Buffer.byteLength(text) <= DETAIL_MAX) return text;
  const room = DETAIL_MAX - Buffer.byteLength(ELLIPSIS);
  const cut = Buffer.from(text).subarray(0, room).toString("utf8");
  // A character that was cut through decodes to the mark of a fault.
  return cut.replace(/\ufffd+$/, "") + ELLIPSIS;
}
