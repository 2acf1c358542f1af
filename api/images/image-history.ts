import { maskArguments } from "../../shared/logs/masking.ts";

const MASK = "********";

/**
 * One step of an image's history, without values of variables: `ENV` and `ARG` keep their names, build arguments that
 * the builder writes before a command (`|2 TOKEN=… /bin/sh -c …`) go whole, since their values may hold spaces.
 */
export function maskHistory(createdBy: string, environmentNames: readonly string[]): string {
  const text = createdBy.replace(/^\/bin\/sh -c #\(nop\)\s+/, "");
  const [, instruction] = /^(ENV|ARG)\s/i.exec(text) ?? [];
  if (instruction) {
    const rest = text.slice(instruction.length).trim();
    const first = /^[\w.-]+/.exec(rest)?.[0] ?? "";
    const named = environmentNames.filter((name) => name !== first && rest.includes(` ${name}=`));
    const names = [first, ...(instruction.toUpperCase() === "ENV" ? named : [])].filter(Boolean);
    const hasValue = rest.length > first.length;
    return [instruction.toUpperCase(), ...names.map((name) => (hasValue ? `${name}=${MASK}` : name))].join(" ");
  }
  const builtWith = /^(RUN )?\|\d+ /.exec(text)?.[0];
  if (builtWith !== undefined) {
    const shell = text.lastIndexOf("/bin/sh -c ");
    const command = shell < 0 ? "" : ` ${maskArguments([text.slice(shell)])[0]}`;
    return `${builtWith}${MASK}${command}`;
  }
  return maskArguments([text])[0] ?? "";
}
