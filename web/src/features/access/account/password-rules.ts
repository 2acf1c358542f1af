import { PASSWORD_MAX_BYTES, PASSWORD_MIN_LENGTH } from "../../../../../shared/protocol/password.ts";

export interface PasswordRule {
  text: string;
  met: boolean;
}

/** What can be told about a new password while it is typed; the server also refuses common ones. */
export function passwordRules(password: string, username: string): PasswordRule[] {
  const length = [...password].length;
  const name = username.trim().toLowerCase();
  const rules = [
    { text: `At least ${PASSWORD_MIN_LENGTH} characters (${length} so far)`, met: length >= PASSWORD_MIN_LENGTH },
    {
      text: "Not one character or word over and over",
      met: length > 0 && new Set(password.toLowerCase()).size >= 5 && !isRepetition(password.toLowerCase()),
    },
    {
      text: "Without the user name",
      met: length > 0 && (name.length < 3 || !password.toLowerCase().includes(name)),
    },
  ];
  if (new TextEncoder().encode(password).length > PASSWORD_MAX_BYTES) {
    rules.push({ text: `At most ${PASSWORD_MAX_BYTES.toLocaleString()} bytes`, met: false });
  }
  return rules;
}

/** Whether the text is one shorter text repeated, such as `abcabcabc`. */
const isRepetition = (text: string) => text.length > 1 && (text + text).indexOf(text, 1) < text.length;
