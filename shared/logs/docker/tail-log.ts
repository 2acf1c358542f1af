import type { ContainerIdentity, DockerHost } from "../../docker/docker-host.ts";
import { advance, type LogLine, type Position } from "../log-source.ts";
import { startOf } from "./container-position.ts";
import { createResumeFilter } from "./resume-filter.ts";
import { readBehindDamage, readEnd, readUpToDamage } from "./tail-messages.ts";

export interface Tail {
  /** At most the number asked for, whole ones, in the Engine's order. */
  lines: LogLine[];
  /** Where a reader stands that lacks them, and one that has them. */
  base: Position;
  position: Position;
  /** Where the Engine cannot read: before these lines, which are too few for that reason, or behind them. */
  damage: "before" | "behind" | undefined;
}

/**
 * The last lines of a log. The Engine's `tail` counts messages, of which a long line is many, so that it is asked again
 * for more until there are lines enough.
 */
export async function readTail(
  docker: DockerHost,
  container: ContainerIdentity,
  count: number,
  signal: AbortSignal,
): Promise<Tail> {
  // One more than asked for: the first may be the end of a long line.
  let messages = count + 1;
  for (;;) {
    let read = await readEnd(docker, container, messages, count, signal);
    const { isDamaged } = read;
    if (isDamaged) read = await readBehindDamage(docker, container, messages, count, signal);
    const isLastDamaged = isDamaged && read.lines.length === 0;
    if (isLastDamaged) read = await readUpToDamage(docker, container, count, signal);
    const isEnough = read.lines.length >= count || read.isWhole || read.isFull || isDamaged;
    if (!isEnough) {
      messages = Math.max(2 * messages, Math.ceil((1.25 * messages * count) / Math.max(1, read.lines.length)));
      continue;
    }
    const filter = createResumeFilter(startOf(container.id));
    const { lines } = filter.accept(read.lines);
    filter.note(read.pendingTime);
    const base = filter.baseline(startOf(container.id));
    const isTooFew = isDamaged && (lines.length < count || read.isCut);
    const damage = isLastDamaged ? "behind" : isTooFew ? "before" : undefined;
    return { lines, base, position: advance(base, lines), damage };
  }
}

/** Time of the line that the Engine stored last. */
export async function newestStoredTime(
  docker: DockerHost,
  container: ContainerIdentity,
  signal: AbortSignal,
): Promise<string | undefined> {
  const { lines } = await readTail(docker, container, 1, signal);
  return lines.at(-1)?.time;
}
