/** Sequences of terminals: colours, cursor movements, and those that set a title or a link. */
const SEQUENCES =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the expression removes control characters
  /\u001b\[[0-?]*[ -/]*[@-~]|\u001b[\]PX^_][^\u0007\u001b]*(?:\u0007|\u001b\\)?|\u001b[ -/]*[0-~]/g;
/**
 * Control characters but tab and line feed; marks that change the direction; characters without width; tags, which spell out
 * text that nobody sees. The joiner of emoji and the variation selectors stay.
 */
const INVISIBLE =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the expression removes control characters
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u00ad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\u{e0000}-\u{e0fff}]/gu;

/**
 * A text of a server without what a terminal obeys and what nobody sees: a person and a model read the same.
 */
export const toVisible = (text: string): string => text.replace(SEQUENCES, "").replace(INVISIBLE, "");
