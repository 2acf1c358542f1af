const MASK = "********";
const secretName = /passw|pwd|secret|token|key|credential/i;

/** Values of labels whose key names a secret are replaced; keys stay. */
export function maskLabels(labels: Record<string, string>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(labels).map(([key, value]) => [key, secretName.test(key) ? MASK : maskUrls(value)]),
  );
}

/** Hides what follows `--password`, `--token=`, `API_KEY=` and the like, and the password inside a URL. */
export function maskArguments(args: readonly string[]): string[] {
  return args.map((arg, index) => {
    const before = args[index - 1];
    if (before && /^--?[\w-]+$/.test(before) && secretName.test(before) && !arg.startsWith("-")) return MASK;
    return maskUrls(arg).replace(/([\w-]+)=(\S+)/g, (pair: string, name: string) =>
      secretName.test(name) ? `${name}=${MASK}` : pair,
    );
  });
}

const maskUrls = (text: string) => text.replace(/(\w:\/\/[^\s/:@]*):[^\s/@]+@/g, `$1:${MASK}@`);
