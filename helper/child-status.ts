import { readFile } from "node:fs/promises";

/** CAP_SYS_PTRACE, which only root's own child keeps: without it nobody may see the sockets of root's processes. */
const SYS_PTRACE = 1n << 19n;

/**
 * Checks in `/proc` that a process has dropped to one user: all its uids and gids, no capabilities, none to be gained.
 *
 * @param pid A number, or `self`
 * @returns What is wrong, or null.
 */
export async function findPrivileges(pid: number | "self", uid: number, gid: number): Promise<string | null> {
  const status = await readFile(`/proc/${pid}/status`, "utf8");
  const field = (name: string) => new RegExp(`^${name}:\\s*(.*)$`, "m").exec(status)?.[1]?.trim().split(/\s+/) ?? [];
  const isAll = (name: string, id: number) =>
    field(name).length === 4 && field(name).every((word) => Number(word) === id);
  if (!isAll("Uid", uid)) return `uid ${field("Uid").join(" ")}`;
  if (!isAll("Gid", gid)) return `gid ${field("Gid").join(" ")}`;
  if (field("NoNewPrivs")[0] !== "1") return "new privileges can be gained";
  const allowed = uid === 0 ? SYS_PTRACE : 0n;
  for (const name of ["CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb"]) {
    const bits = BigInt(`0x${field(name)[0] ?? "f"}`);
    if ((bits & ~allowed) !== 0n) return `${name} ${bits.toString(16)}`;
  }
  return null;
}
