import { ariaKey, type KeyName, keyTable, keyText } from "../lib/keys/key-table.ts";
import { isMac } from "../lib/keys/platform.ts";

/**
 * Attributes of a button whose tooltip is its text, and the key that does the same. One {@link TooltipHost} shows the tooltips
 * of all of them: a list has thousands of buttons.
 */
export const tipOf = (text: string | undefined, key?: KeyName) => ({
  "data-tip": text,
  "data-tip-key": key && keyText(keyTable[key].keys[0], isMac()),
  "aria-keyshortcuts": key && ariaKey(key, isMac()),
});
