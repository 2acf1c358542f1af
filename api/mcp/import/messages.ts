/** Sentences about files of MCP servers. */
export const messages = {
  notJson: (why: string) => `This is not JSON: ${why}.`,
  noServers:
    "No MCP servers were found. A file has `mcpServers` (Claude, Cursor) or `servers` (VS Code), each with a `command` or a `url`.",
  tooMany: (max: number) => `At most ${max} servers can be imported at once.`,
  tooDeep: "The file is nested too deeply.",
  nameTwiceInFile: "The file has another server of this name.",
  moreNotes: (count: number) => `${count} more parts are not taken over.`,
  noTarget: "It has neither a command nor a url.",
  bothTargets: "It has a url too, which is not used.",
  noObject: "It is no object.",
  invalid: (field: string, why: string) => `${field}: ${why}.`,
  oldTransport:
    "It uses the old SSE transport, which MCP replaced in March 2025. If it has an address for Streamable HTTP, often with /mcp at the end, use that.",
  unknownTransport: (type: string) => `Its transport "${type}" is not known.`,
  nameTwice: "Several registered servers have this name: change one of them by hand.",
  needsValue: (reference: string) => `It needs a value for ${reference}.`,
  notText: (field: string) => `${field} is no text and was left out.`,
  becameText: (field: string) => `${field} became text.`,
  ignored: (field: string) => `${field} is not taken over.`,
  cwd: "The folder (cwd) is not taken over: servers run in the home folder of the panel's user.",
  envFile: "The file of variables (envFile) is not read: add its variables.",
  disabled: "It is switched off there; it is registered and not started.",
  windowsShell: "cmd /c was left out: the program is started without a shell.",
  splitCommand: "The command was split into a program and its arguments.",
  visibleValue: (reference: string) =>
    `The value of ${reference} becomes part of the arguments or address, which administrators can see.`,
} as const;
