export interface DiffLine {
  kind: "same" | "added" | "removed";
  text: string;
  /** Number in the older text; null for an added line. */
  before: number | null;
  after: number | null;
}

/** Texts of more lines than this, beside what they share at both ends, are reported as replaced entirely. */
const MAX_LINES = 2_000;

/** Differences between two texts, line by line. */
export function diffLines(older: string, newer: string): DiffLine[] {
  const one = splitLines(older);
  const other = splitLines(newer);
  let head = 0;
  while (head < one.length && head < other.length && one[head] === other[head]) head++;
  let tail = 0;
  while (
    tail < one.length - head &&
    tail < other.length - head &&
    one[one.length - 1 - tail] === other[other.length - 1 - tail]
  ) {
    tail++;
  }
  const result: DiffLine[] = [];
  let before = 0;
  let after = 0;
  const add = (kind: DiffLine["kind"], text: string) =>
    result.push({
      kind,
      text,
      before: kind === "added" ? null : ++before,
      after: kind === "removed" ? null : ++after,
    });
  for (const line of one.slice(0, head)) add("same", line);
  for (const [kind, line] of middle(one.slice(head, one.length - tail), other.slice(head, other.length - tail))) {
    add(kind, line);
  }
  for (const line of one.slice(one.length - tail)) add("same", line);
  return result;
}

function* middle(one: readonly string[], other: readonly string[]): Generator<[DiffLine["kind"], string]> {
  if (one.length > MAX_LINES || other.length > MAX_LINES) {
    for (const line of one) yield ["removed", line];
    for (const line of other) yield ["added", line];
    return;
  }
  // Longest common part, from the end.
  const width = other.length + 1;
  const lengths = new Uint16Array((one.length + 1) * width);
  for (let left = one.length - 1; left >= 0; left--) {
    for (let right = other.length - 1; right >= 0; right--) {
      lengths[left * width + right] =
        one[left] === other[right]
          ? (lengths[(left + 1) * width + right + 1] ?? 0) + 1
          : Math.max(lengths[(left + 1) * width + right] ?? 0, lengths[left * width + right + 1] ?? 0);
    }
  }
  let left = 0;
  let right = 0;
  while (left < one.length || right < other.length) {
    const line = one[left];
    const added = other[right];
    if (line !== undefined && line === added) {
      yield ["same", line];
      left++;
      right++;
    } else if (
      line !== undefined &&
      (added === undefined || (lengths[(left + 1) * width + right] ?? 0) >= (lengths[left * width + right + 1] ?? 0))
    ) {
      yield ["removed", line];
      left++;
    } else if (added !== undefined) {
      yield ["added", added];
      right++;
    }
  }
}

const splitLines = (text: string): string[] => (text === "" ? [] : text.replace(/\n$/, "").split("\n"));

/** Lines near a change; null stands for those left out. */
export function nearChanges(lines: readonly DiffLine[], context = 3): (DiffLine | null)[] {
  const near = lines.map((_, index) =>
    lines.slice(Math.max(0, index - context), index + context + 1).some(({ kind }) => kind !== "same"),
  );
  const result: (DiffLine | null)[] = [];
  for (const [index, line] of lines.entries()) {
    if (near[index]) result.push(line);
    else if (result.at(-1) !== null) result.push(null);
  }
  return result;
}
