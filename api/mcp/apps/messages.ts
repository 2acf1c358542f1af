/** Sentences about MCP Apps. */
export const messages = {
  notAnApp: "This resource is not an MCP App: its type must be text/html;profile=mcp-app.",
  emptyApp: "The server sent an app without HTML.",
  appTooLarge: (megabytes: number) => `The app is larger than ${megabytes} MB.`,
  noSuchView: "This app is no longer ready to be shown. Open it again.",
} as const;
