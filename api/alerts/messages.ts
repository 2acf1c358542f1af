/** Sentences of the alert routes and of what runs behind them. Each is shown to the caller as it stands. */
export const messages = {
  noSuchAlert: "There is no such alert now.",
  noSuchRule: "There is no such rule.",
  noSuchChannel: "There is no such channel.",
  unknownChannel: "The rule names a channel that does not exist.",
  tooManyRules: (max: number) => `At most ${max} rules can be kept.`,
  tooManyChannels: (max: number) => `At most ${max} channels can be kept.`,
  tooManyTests: "Too many tests are running; wait a moment.",
  restartsNeedPermission: "A rule that restarts containers needs the permission services:control.",
  logsNeedPermission:
    "A rule that reads logs needs the permission services:view for containers, deployments:view for processes.",
  channelCarriesLogs:
    "This channel receives log lines: changing it needs the permissions services:view and deployments:view.",
  hiddenLogLine: "log lines match the rule",
  logLinesHeld: "Log lines were held back: the author of the rule may no longer read them.",
  secretAgain: "Enter the secret again: the address has changed, or no secret is stored.",
  passwordNeedsEncryption: "A password is only sent over an encrypted connection: choose STARTTLS or TLS.",
  redirects: "The receiver redirects, and redirects are not followed: enter the address it redirects to.",
  responseStatus: (status: number) => `The receiver answered with status ${status}.`,
  timeout: "The receiver did not answer in time.",
  undelivered: "The message could not be delivered; the server log has the details.",
  mail: {
    authentication: "The mail server rejected the user or password.",
    addresses: "The mail server rejected the sender or a recipient.",
    content: "The mail server rejected the message.",
    encryption: "The mail server does not offer trusted encryption here.",
    refused: (code: number) => `The mail server refused with code ${code}.`,
    certificate: "The mail server's certificate is not trusted.",
    nothingListens: "Nothing listens at this address and port.",
    broken: "The connection to the mail server broke.",
  },
  restart: {
    attempt: (count: number, limit: number) => `restart ${count} of ${limit}`,
    authorLacksPermission:
      "the author of the rule may no longer restart this container: someone with that permission must save the rule",
    exhausted: (count: number) => `${count} restarts did not help: manual action is needed`,
  },
} as const;
