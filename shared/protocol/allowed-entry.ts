import { LIST_ENTRY_MAX, type ListSettingName } from "./setting-limits.ts";

/** Why an entry of a list is not accepted. Without the schema library: the page checks with it too. */
export const entryProblems = {
  empty: "Enter a value.",
  tooLong: `An entry can have at most ${LIST_ENTRY_MAX} characters.`,
  characters: "An entry cannot contain control characters, commas or invisible characters.",
  program: "The program must be a name on the PATH or an absolute path without . or .. in it.",
  shell:
    "A shell or a launcher such as env or sudo starts any program. Only the settings file of the server can allow it.",
  wildcard: "Wildcards are not supported: list each host.",
  host: "Enter a host name or an address, with a port if needed: ntfy.lan, ntfy.lan:8080 or [fd00::1]:8080.",
} as const;

/** Programs that start any other program by their arguments. */
const launchers = new Set(
  `sh ash bash csh dash elvish fish ksh ksh93 mksh nu oksh pwsh powershell rbash tcsh xonsh yash zsh
   busybox toybox bwrap capsh chroot chrt doas dbus-run-session env firejail flock gosu ld.so ionice nice nohup nsenter parallel pkexec prlimit proot runuser run-parts screen script setarch setpriv setsid
   ssh start-stop-daemon stdbuf strace su su-exec sudo systemd-run taskset time timeout tmux unshare watch xargs`.split(
    /\s+/,
  ),
);

/** Control, format (zero-width, bidirectional), surrogate and private characters: what is shown would not be what is compared. */
const INVISIBLE = /[\p{C}\p{Zl}\p{Zp},]/u;

type Checked = { entry: string } | { problem: string };

/** Checks an entry of a list as an administrator types it, and returns it in the form in which it is compared and stored. */
export function checkEntry(list: ListSettingName, text: string): Checked {
  const trimmed = text.trim();
  if (trimmed === "") return { problem: entryProblems.empty };
  if (trimmed.length > LIST_ENTRY_MAX) return { problem: entryProblems.tooLong };
  if (INVISIBLE.test(trimmed)) return { problem: entryProblems.characters };
  return list === "MCP_ALLOWED_COMMANDS" ? checkCommand(trimmed) : checkHost(trimmed);
}

/**
 * Whether a program starts any other program: by its own name, without its folder, version (`bash-5.2`) and kind of build
 * (`bash-static`), or as the loader of the C library.
 */
export const isLauncher = (program: string): boolean => {
  const name = program.slice(program.lastIndexOf("/") + 1).toLowerCase();
  const plain = name.replace(/\.exe$/, "").replace(/[-.]static$/, "");
  return launchers.has(plain) || launchers.has(plain.replace(/[-.]?\d[\d.]*$/, "")) || /^ld-(linux|musl)\b/.test(name);
};

/** The words of an entry of the list of programs; none for an empty entry, which allows nothing. */
const wordsOf = (entry: string): string[] => entry.split(/\s+/).filter(Boolean);

/** Whether a call, a program with its arguments, starts with the words of an entry. Words are compared exactly. */
export const isAllowedCall = (entries: readonly string[], call: readonly string[]): boolean =>
  entries.map(wordsOf).some((words) => words.length > 0 && words.every((word, index) => word === call[index]));

/**
 * The entry that allows one call as it is; cut before an argument that no entry can contain.
 * @param hasSecret Entries are shown to administrators and are in the audit trail: cut before a secret too.
 */
export function entryOf(call: readonly string[], hasSecret: (words: readonly string[]) => boolean): string {
  const cut = call.findIndex((word, index) => word === "" || /[\s,]/.test(word) || hasSecret(call.slice(0, index + 1)));
  return (cut < 0 ? call : call.slice(0, cut)).join(" ");
}

function checkCommand(text: string): Checked {
  const words = wordsOf(text);
  const program = words[0] ?? "";
  const isName = /^[A-Za-z0-9_][A-Za-z0-9._+@-]*$/.test(program);
  const isPath = /^(\/[^/]+)+$/.test(program) && !program.split("/").some((part) => part === "." || part === "..");
  if (!isName && !isPath) return { problem: entryProblems.program };
  if (isLauncher(program)) return { problem: entryProblems.shell };
  return { entry: words.join(" ") };
}

function checkHost(text: string): Checked {
  if (text.includes("*")) return { problem: entryProblems.wildcard };
  const entry = canonicalHost(text);
  return entry === undefined ? { problem: entryProblems.host } : { entry };
}

/** Host and port of a web address, as an entry of a list of hosts; undefined for anything else. */
export function hostOf(address: string): string | undefined {
  if (!URL.canParse(address)) return undefined;
  const { protocol, hostname, port } = new URL(address);
  if (protocol !== "http:" && protocol !== "https:") return undefined;
  return `${hostname}:${port || (protocol === "https:" ? "443" : "80")}`;
}

/**
 * The form in which hosts are compared: lower case, IDNA, IPv4 as four decimal numbers, IPv6 in brackets, without a final dot.
 *
 * @returns undefined when the text is not `host` or `host:port`.
 */
export function canonicalHost(text: string): string | undefined {
  const isBareIpv6 = /^[0-9a-f:.]*:[0-9a-f:.]*:[0-9a-f:.]*$/i.test(text);
  const [, host = "", port] = isBareIpv6
    ? [text, `[${text}]`]
    : (/^(\[[0-9a-f:.]+\]|[^\s:/?#@\\[\]%]+)(?::(\d{1,5}))?$/i.exec(text) ?? []);
  if (host === "" || (port !== undefined && (Number(port) < 1 || Number(port) > 65_535))) return undefined;
  const address = `http://${host}/`;
  if (!URL.canParse(address)) return undefined;
  const name = new URL(address).hostname.replace(/\.$/, "");
  // 010.0.0.1 would be 8.0.0.1, and 127.1 would be 127.0.0.1: hardly what was meant.
  const isOtherAddress = /^\d+(\.\d+){3}$/.test(name) && name !== host;
  if (name === "" || isOtherAddress) return undefined;
  return port === undefined ? name : `${name}:${Number(port)}`;
}
