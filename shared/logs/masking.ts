export const MASK = "********";
// Authorization, but not author or authority.
const secretName = /pass|pwd|secret|token|key|credential|auth(?!or(?!i[sz]))|bearer|private|dsn/i;
/** Whether a name says that its value is a secret. */
export const namesSecret = (name: string): boolean => secretName.test(name);

/** Values of labels whose key names a secret are replaced; keys stay. */
export function maskLabels(labels: Record<string, string>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(labels).map(([key, value]) => [key, secretName.test(key) ? MASK : maskText(value)]),
  );
}

/** Hides what follows `--password`, `--token=`, `API_KEY=` and the like, and what proves somebody inside a URL. */
export function maskArguments(args: readonly string[]): string[] {
  return args.map((arg, index) => {
    const before = args[index - 1];
    if (before && /^--?[\w-]+$/.test(before) && secretName.test(before) && !arg.startsWith("-")) return MASK;
    return maskText(arg);
  });
}

/**
 * `--name value` inside a longer text is what a shell is given by `-c`; `"name": "value"` is JSON, with `\"` JSON inside JSON;
 * `X-Api-Key: value` is a header.
 */
export const maskText = (text: string) =>
  maskUrls(text)
    .replace(/"([\w.-]{1,128})"(\s*:\s*)"(?:[^"\\]|\\.)*"/g, (pair: string, name: string, colon: string) =>
      secretName.test(name) ? `"${name}"${colon}"${MASK}"` : pair,
    )
    .replace(/\\"([\w.-]{1,128})\\"(\s*:\s*)\\"[^"]*"/g, (pair: string, name: string, colon: string) =>
      secretName.test(name) ? `\\"${name}\\"${colon}\\"${MASK}\\"` : pair,
    )
    .replace(
      /(?<![\w/-])([\w-]*authorization|[\w-]+-(?:key|password|secret|token))(: ?)((?:basic|bearer|digest|token) )?[^\s"',]+/gi,
      (_, name: string, colon: string, scheme = "") => `${name}${colon}${scheme}${MASK}`,
    )
    .replace(/(?<![\w-])([\w-]+)=("[^"]*"|'[^']*'|[^\s&]+)/g, (pair: string, name: string) =>
      secretName.test(name) ? `${name}=${MASK}` : pair,
    )
    .replace(/(^|\s)(--?[\w-]+)(\s+)("[^"]*"|'[^']*'|[^\s-]\S*)/g, (pair: string, ...[start, name, space]: string[]) =>
      secretName.test(name ?? "") ? `${start}${name}${space}${MASK}` : pair,
    );
/** A name alone before the `@` may be a token as well; of a name and a password, which may contain an `@`, the name stays. */
const maskUrls = (text: string) =>
  text.replace(/(\w:\/\/[^\s/:@]*):[^\s/?#]+@/g, `$1:${MASK}@`).replace(/(\w:\/\/)[^\s/:@]{16,}@/g, `$1${MASK}@`);
