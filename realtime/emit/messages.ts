import { namespaceNames } from "../../shared/protocol/namespaces.ts";

/** Sentences of the errors of `POST /emit`. */
export const messages = {
  wrongToken: "The emit token is missing or wrong.",
  tooManyRefusals: "Too many refused requests.",
  tooLarge: "The body is larger than 1 MiB.",
  notJson: "The body must be JSON, sent as application/json.",
  invalidJson: "The body is not valid JSON.",
  unknownNamespace: `There is no such namespace; the five are ${namespaceNames.join(", ")}.`,
  tooDeep: (levels: number) => `The data is nested deeper than ${levels} levels.`,
  connectionEnded: "The connection has ended.",
} as const;
