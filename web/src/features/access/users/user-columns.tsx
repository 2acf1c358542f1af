import Ellipsis from "lucide-solid/icons/ellipsis";
import { Show } from "solid-js";
import type { AccessArea } from "../../../../../shared/protocol/access.ts";
import type { User } from "../../../../../shared/protocol/account.ts";
import { formatAgo, formatDateTime } from "../../../lib/format.ts";
import { Badge } from "../../../ui/Badge.tsx";
import type { Column } from "../../../ui/DataTable.tsx";
import { Menu, type MenuEntry } from "../../../ui/Menu.tsx";
import { accessMessages } from "../messages.ts";
import { describeBeyond, summarizeAccess } from "./access-summary.ts";
import { describeScope, hasLimitedScope } from "./scope-form.ts";

const texts = accessMessages.users;

export const hasSecondFactor = (user: User): boolean => user.totp || user.passkeys > 0;

/** Columns of the list of users; `isSelf` marks the account that looks at it, `areas` are the server's access rules. */
export function userColumns(
  isSelf: (user: User) => boolean,
  areas: () => readonly AccessArea[] | undefined,
  menuOf: (user: User) => MenuEntry[],
): Column<User>[] {
  const beyondOf = ({ role, limits }: User) =>
    describeBeyond(summarizeAccess(areas() ?? [], { role, limits, scopes: null, isKey: false }));
  return [
    {
      id: "name",
      title: "Name",
      sortBy: (row) => row.name,
      cell: (row) => (
        <span class="row">
          <b class="truncate access-name">{row.name}</b>
          {isSelf(row) ? <Badge>{texts.you}</Badge> : null}
        </span>
      ),
    },
    {
      id: "role",
      title: "Role",
      width: "tight",
      sortBy: (row) => row.role,
      cell: (row) => <Badge tone={row.role === "admin" ? "accent" : "neutral"}>{row.role}</Badge>,
    },
    {
      id: "limits",
      title: "Access",
      only: "wide",
      cell: (row) => (
        <div class="access-limits">
          {describeScope(row.limits)}
          <Show when={hasLimitedScope(row.limits)}>
            <div class="faint">{beyondOf(row)}</div>
          </Show>
        </div>
      ),
    },
    {
      id: "login",
      title: texts.signIn,
      width: "tight",
      only: "middle",
      cell: (row) => (
        <span class="row">
          {row.password ? <Badge>{texts.password}</Badge> : null}
          {row.oidc ? <Badge>{texts.singleSignOn}</Badge> : null}
          {row.totp ? <Badge tone="ok">{texts.authenticator}</Badge> : null}
          {row.passkeys > 0 ? <Badge tone="ok">{texts.passkeys(row.passkeys)}</Badge> : null}
          {row.password && !hasSecondFactor(row) ? <Badge tone="warn">{texts.noSecondFactor}</Badge> : null}
        </span>
      ),
    },
    {
      id: "created",
      title: "Created",
      width: "tight",
      only: "wide",
      sortBy: (row) => row.createdAt,
      cell: (row) => <span title={formatDateTime(row.createdAt)}>{formatAgo(row.createdAt)}</span>,
    },
    {
      id: "actions",
      title: "Actions",
      titleHidden: true,
      align: "end",
      width: "tight",
      cell: (row) => (
        <Menu label={texts.actionsFor(row.name)} icon size="sm" trigger={<Ellipsis size={16} />} items={menuOf(row)} />
      ),
    },
  ];
}
