import { randomUUID } from "node:crypto";
import type { DatabaseSync } from "node:sqlite";
import { type ResourceScope, type Role, role } from "../../../shared/protocol/access.ts";
import { limits, type User } from "../../../shared/protocol/account.ts";
import { AppError } from "../../../shared/server/errors.ts";
import { messages } from "../messages.ts";
import type { SharedWrites } from "./user-store-tx.ts";

/** Users of one installation. All are in memory. */
const USERS_MAX = 1_000;

export interface UserRecord {
  id: string;
  name: string;
  role: Role;
  limits: ResourceScope;
  passwordHash: string | null;
  totpSecret: string | null;
  totpLastStep: number;
  oidc: { issuer: string; subject: string } | null;
  createdAt: string;
}

export type NewUser = Pick<UserRecord, "name" | "role" | "limits" | "passwordHash"> & Partial<Pick<UserRecord, "oidc">>;
export type UserChange = Partial<Omit<UserRecord, "id" | "name" | "createdAt">>;

export interface Users {
  byId(id: string): UserRecord | undefined;
  /** Ignores case. */
  byName(name: string): UserRecord | undefined;
  byOidc(issuer: string, subject: string): UserRecord | undefined;
  all(): UserRecord[];
  count(): number;
  /** @throws AppError `conflict` when the name is taken */
  add(user: NewUser): UserRecord;
  /** Adds the first user. Undefined when there is a user already. */
  addFirst(user: NewUser): UserRecord | undefined;
  /** @throws AppError `conflict` when no administrator would be left */
  change(id: string, change: UserChange): UserRecord;
  /** @throws AppError `conflict` when no administrator would be left */
  remove(id: string): void;
  reload(): void;
}

export function createUsers(database: DatabaseSync, { write }: SharedWrites): Users {
  const insert = database.prepare(
    `INSERT INTO user (id, name, role, limits, password_hash, oidc_issuer, oidc_subject, created_at)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
  );
  const update = database.prepare(
    `UPDATE user SET role = ?, limits = ?, password_hash = ?, totp_secret = ?, totp_last_step = ?, oidc_issuer = ?,
     oidc_subject = ? WHERE id = ?`,
  );
  const remove = database.prepare("DELETE FROM user WHERE id = ?");
  const select = database.prepare("SELECT * FROM user ORDER BY created_at, id");
  const selectOne = database.prepare("SELECT * FROM user WHERE id = ?");
  const countRows = database.prepare("SELECT count(*) AS count FROM user");
  const countOtherAdmins = database.prepare("SELECT count(*) AS count FROM user WHERE role = 'admin' AND id <> ?");

  let records = new Map<string, UserRecord>();
  const reload = () => {
    records = new Map(select.all().map((row) => [String(row.id), toRecord(row)]));
  };
  reload();

  const store = (user: NewUser): UserRecord => {
    if (records.size >= USERS_MAX) throw new AppError("conflict", messages.tooManyUsers(USERS_MAX));
    const record: UserRecord = {
      id: randomUUID(),
      totpSecret: null,
      totpLastStep: 0,
      createdAt: new Date().toISOString(),
      ...user,
      oidc: user.oidc ?? null,
    };
    const { id, name, passwordHash, oidc, createdAt } = record;
    const limitsText = JSON.stringify(record.limits);
    insert.run(id, name, record.role, limitsText, passwordHash, oidc?.issuer ?? null, oidc?.subject ?? null, createdAt);
    return record;
  };
  const keepAnAdmin = ({ id, role }: UserRecord) => {
    if (role === "admin" && Number(countOtherAdmins.get(id)?.count) === 0) {
      throw new AppError("conflict", messages.lastAdministrator);
    }
  };
  /** The user as stored now. The command line tools may have changed it since the last read. */
  const stored = (id: string): UserRecord => {
    const row = selectOne.get(id);
    if (!row) throw new AppError("not_found", messages.noSuchUser);
    return toRecord(row);
  };
  const find = (matches: (user: UserRecord) => boolean) => [...records.values()].find(matches);

  return {
    byId: (id) => records.get(id),
    byName: (name) => find((user) => user.name.toLowerCase() === name.toLowerCase()),
    byOidc: (issuer, subject) => find(({ oidc }) => oidc?.issuer === issuer && oidc.subject === subject),
    all: () => [...records.values()],
    count: () => records.size,
    add: (user) => {
      const record = write(() => {
        try {
          return store(user);
        } catch (error) {
          if (isTaken(error)) throw new AppError("conflict", messages.nameTaken);
          throw error;
        }
      });
      records.set(record.id, record);
      return record;
    },
    addFirst: (user) => {
      const record = write(() => (Number(countRows.get()?.count) === 0 ? store(user) : undefined));
      if (record) records.set(record.id, record);
      return record;
    },
    change: (id, change) => {
      const record = write(() => {
        const before = stored(id);
        const record = { ...before, ...change };
        if (record.role !== "admin") keepAnAdmin(before);
        const { oidc } = record;
        const limitsText = JSON.stringify(record.limits);
        const { totpSecret, totpLastStep, passwordHash } = record;
        const linked = [oidc?.issuer ?? null, oidc?.subject ?? null] as const;
        update.run(record.role, limitsText, passwordHash, totpSecret, totpLastStep, ...linked, id);
        return record;
      });
      records.set(id, record);
      return record;
    },
    remove: (id) => {
      write(() => {
        keepAnAdmin(stored(id));
        remove.run(id);
      });
      records.delete(id);
    },
    reload,
  };
}

/** A user as administrators see it, without hash and secrets. `passkeys`: their number. */
export const toUser = (record: UserRecord, passkeys: number): User => ({
  id: record.id,
  name: record.name,
  role: record.role,
  limits: record.limits,
  totp: record.totpSecret !== null,
  passkeys,
  password: record.passwordHash !== null,
  oidc: record.oidc !== null,
  createdAt: record.createdAt,
});

type Row = Record<string, unknown>;
const textOrNull = (value: unknown): string | null => (value === null ? null : String(value));

function toRecord(row: Row): UserRecord {
  const subject = textOrNull(row.oidc_subject);
  return {
    id: String(row.id),
    name: String(row.name),
    role: role.parse(row.role),
    limits: limits.parse(JSON.parse(String(row.limits))),
    passwordHash: textOrNull(row.password_hash),
    totpSecret: textOrNull(row.totp_secret),
    totpLastStep: Number(row.totp_last_step),
    oidc: subject === null ? null : { issuer: String(row.oidc_issuer), subject },
    createdAt: String(row.created_at),
  };
}

const isTaken = (error: unknown): boolean => error instanceof Error && /UNIQUE constraint failed/.test(error.message);
