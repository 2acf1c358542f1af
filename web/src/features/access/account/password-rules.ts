import { PASSWORD_MAX_BYTES, PASSWORD_MIN_LENGTH } from "../../../../../shared/protocol/password.ts";
import { accessMessages } from "../messages.ts";

const texts = accessMessages.password;

export interface PasswordRule {
  text: string;
  met: boolean;
}

/** The rules for a new password that the browser can check; the server also rejects common passwords. */
export function passwordRules(password: string, username: string): PasswordRule[] {
  const length = [...password].length;
  const name = username.trim().toLowerCase();
  const rules = [
    { text: texts.minLength(PASSWORD_MIN_LENGTH, length), met: length >= PASSWORD_MIN_LENGTH },
    {
      text: texts.varied,
      met: length > 0 && new Set(password.toLowerCase()).size >= 5 && !isRepetition(password.toLowerCase()),
    },
    {
      text: texts.withoutName,
      met: length > 0 && (name.length < 3 || !password.toLowerCase().includes(name)),
    },
  ];
  if (new TextEncoder().encode(password).length > PASSWORD_MAX_BYTES) {
    rules.push({ text: texts.maxBytes(PASSWORD_MAX_BYTES), met: false });
  }
  return rules;
}

/** Whether the text is one shorter text repeated, such as `abcabcabc`. */
const isRepetition = (text: string) => text.length > 1 && (text + text).indexOf(text, 1) < text.length;
