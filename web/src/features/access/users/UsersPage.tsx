import UserPlus from "lucide-solid/icons/user-plus";
import { createSignal, Show } from "solid-js";
import type { User } from "../../../../../shared/protocol/account.ts";
import { api } from "../../../lib/api.ts";
import { queryKeys } from "../../../lib/queries.ts";
import { useSession } from "../../../lib/session.ts";
import { useQuery } from "../../../lib/use-query.ts";
import { AddressTable } from "../../../resource/AddressTable.tsx";
import { QueryView } from "../../../resource/QueryView.tsx";
import { Button } from "../../../ui/Button.tsx";
import { Card } from "../../../ui/Card.tsx";
import { Page } from "../../../ui/Page.tsx";
import "../access.css";
import { accessMessages } from "../messages.ts";
import { useAccessAreas } from "./access-areas.ts";
import { UserDialog } from "./UserDialog.tsx";
import { useUserActions } from "./user-actions.ts";
import { hasSecondFactor, userColumns } from "./user-columns.tsx";

const texts = accessMessages.users;

/** All users: role, access and sign-in methods. */
export default function UsersPage() {
  const session = useSession();
  const query = useQuery(() => ({ queryKey: queryKeys.users, queryFn: () => api.users.list() }));
  const areas = useAccessAreas();
  const [edited, setEdited] = createSignal<User | "new" | null>(null);
  const { remove, resetFactors, endSessions } = useUserActions();
  const isSelf = (user: User) => user.id === session.principal()?.id;

  const columns = userColumns(
    isSelf,
    () => areas.data,
    (row) => [
      { label: texts.changeAccess, onSelect: () => setEdited(row) },
      {
        label: texts.endSessions,
        onSelect: () => void endSessions(row),
      },
      {
        label: texts.reset,
        disabled: !hasSecondFactor(row) || isSelf(row),
        onSelect: () => void resetFactors(row),
      },
      "separator",
      { label: texts.deleteOne, danger: true, disabled: isSelf(row), onSelect: () => void remove(row) },
    ],
  );

  return (
    <Page
      title={texts.title}
      note={query.data && `${query.data.length}`}
      actions={
        <Button variant="primary" icon={<UserPlus size={15} />} onClick={() => setEdited("new")}>
          {texts.add}
        </Button>
      }
    >
      <Card flush>
        <QueryView query={query} lines={4}>
          {(users) => (
            <AddressTable
              label={texts.title}
              columns={columns}
              rows={users()}
              key={(row) => row.id}
              initialSort={{ column: "name" }}
            />
          )}
        </QueryView>
      </Card>
      <Show when={edited()} keyed>
        {(user) => <UserDialog user={user === "new" ? null : user} onClose={() => setEdited(null)} />}
      </Show>
    </Page>
  );
}
