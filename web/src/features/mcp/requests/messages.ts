/** Texts of requests of a server that wait for a person. */
export const requestMessages = {
  title: "Requests",
  none: "No requests wait",
  noneHint: "What this server asks for during a call, such as a choice or a reply of a model, is answered here.",
  notice: (count: number) =>
    count === 1
      ? "A request of this server waits for an answer"
      : `${count} requests of this server wait for an answer`,
  show: "Show requests",
  elicitation: "The server asks for input",
  sampling: "The server asks for a reply of a model",
  until: (time: string) => `Answer before ${time}, or it is refused`,
  noSecrets: "The server gets what you type. Type no passwords.",
  notWeb: "This is not an address of the web. It is not opened.",
  opensAt: (host: string) => `Opens a page of ${host} in a new tab.`,
  open: "Open and accept",
  answer: "Send answer",
  refuse: "Refuse",
  dismiss: "Cancel the request",
  reply: "Reply",
  model: "Model",
  modelName: "answered by hand",
  maxTokens: (count: number) => `At most ${count} tokens`,
  temperature: (value: number) => `Temperature ${value}`,
} as const;
