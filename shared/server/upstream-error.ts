/** Longest message of an upstream that is passed on, in bytes of UTF-8. */
export const DETAIL_MAX = 1024;
const ELLIPSIS = "…";
/** Terminal escape sequences: colours, titles, links. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is taken out.
const sequences = /\u001b(?:\[[0-?]*[ -/]*[@-~]|\][^\u0007\u001b]*(?:\u0007|\u001b\\)?|[@-Z\\-_])/g;
/** Characters that are read and masked; far more than are passed on. */
const MAX_READ = 16 * 1024;

/**
 * An error of a program outside the panel (Docker, a registry, PM2), with its original message.
 *
 * The message can contain secrets: it is masked by the functions passed to {@link UpstreamError.hide}, in their order. An
 * `AppError` with this cause passes the masked message on as `detail`.
 */
export class UpstreamError extends Error {
  #masks: ((text: string) => string)[] = [];

  /** Adds a function that masks secrets in the message. */
  hide(mask: (text: string) => string): void {
    this.#masks.push(mask);
  }

  /** The message as plain text of one or more lines, masked, at most {@link DETAIL_MAX} bytes; empty without a message. */
  get ownWords(): string {
    return this.#masks.length === 0 ? "" : toDetail(this.message, this.#masks);
  }
}

/** Converts a message of an upstream to plain, masked text of at most {@link DETAIL_MAX} bytes. */
export function toDetail(text: string, masks: readonly ((text: string) => string)[]): string {
  const plain = toPlainWords(text.slice(0, MAX_READ));
  return shortened(masks.reduce((masked, mask) => mask(masked), plain).trim());
}

/** Removes escape sequences and control characters; converts line ends to line feeds and tabs to spaces. */
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
  // A character that was cut decodes to U+FFFD.
  return cut.replace(/\ufffd+$/, "") + ELLIPSIS;
}
