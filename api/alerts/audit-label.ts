/** Longest name of an alert, rule or channel in the audit trail, in characters. */
const MAX_LABEL = 300;

/** Name of a rule or channel in the audit trail: `CPU (3f…)`. */
export const nameAndId = ({ name, id }: { name: string; id: string }): string => `${name} (${id})`.slice(0, MAX_LABEL);

/** Name of an alert in the audit trail: `CPU: web`. */
export const ruleAndSubject = ({ ruleName, subject }: { ruleName: string; subject: { name: string } }): string =>
  `${ruleName}: ${subject.name}`.slice(0, MAX_LABEL);
