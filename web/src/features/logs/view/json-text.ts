const token = /"(?:[^"\\]|\\.)*"|[{}[\],:]|[^\s{}[\],:"]+/g;

/** The tokens of a text that is known to be JSON: names, strings and numbers as they are written. */
const tokensOf = (json: string): string[] => json.match(token) ?? [];

/** JSON with a line for each member, indented by two blanks, its numbers as written. */
export function prettyJson(json: string): string {
  const parts: string[] = [];
  let depth = 0;
  let before = "";
  const line = () => parts.push("\n", "  ".repeat(depth));
  for (const part of tokensOf(json)) {
    const isEnd = part === "}" || part === "]";
    if (isEnd) depth--;
    const opened = before === "{" || before === "[";
    if ((isEnd && !opened) || (!isEnd && opened) || before === ",") line();
    parts.push(part === ":" ? ": " : part);
    if (part === "{" || part === "[") depth++;
    before = part;
  }
  return parts.join("");
}

/** The members of a JSON object, each with its value as written; of a name that comes twice the last one. */
export function membersOf(json: string): Map<string, string> {
  const members = new Map<string, string>();
  let depth = 0;
  let name: string | undefined;
  let value: string[] = [];
  for (const part of tokensOf(json)) {
    if (part === "}" || part === "]") depth--;
    if (depth === 0 || (depth === 1 && part === ",")) {
      if (name !== undefined) members.set(name, value.join(""));
      name = undefined;
    } else if (name === undefined) {
      name = JSON.parse(part) as string;
      value = [];
    } else if (depth > 1 || part !== ":" || value.length > 0) value.push(part);
    if (part === "{" || part === "[") depth++;
  }
  return members;
}
