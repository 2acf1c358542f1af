import Keyboard from "lucide-solid/icons/keyboard";
import ListChecks from "lucide-solid/icons/list-checks";
import LogOut from "lucide-solid/icons/log-out";
import Monitor from "lucide-solid/icons/monitor";
import Moon from "lucide-solid/icons/moon";
import Sun from "lucide-solid/icons/sun";
import UserRound from "lucide-solid/icons/user-round";
import { setKeySheetOpen } from "../lib/keys/key-sheet.ts";
import { useSession } from "../lib/session.ts";
import { type ThemeChoice, theme } from "../lib/theme.ts";
import { Menu, type MenuEntry } from "../ui/Menu.tsx";
import { toast } from "../ui/toast.tsx";
import { accountMessages, keyMessages, themeLabels } from "./messages.ts";
import { mayOpen } from "./navigation.tsx";

const themes: { choice: ThemeChoice; icon: typeof Sun }[] = [
  { choice: "light", icon: Sun },
  { choice: "dark", icon: Moon },
  { choice: "system", icon: Monitor },
];

/** Menu with the account, the theme and the log-out. */
export function UserMenu(props: { onNavigate: (href: string) => void }) {
  const session = useSession();
  const maySetUp = () => mayOpen(session, { needs: "access:manage", whole: true });
  const initials = () => (session.principal()?.name ?? "?").slice(0, 2);
  const items = (): MenuEntry[] => [
    { heading: `${session.principal()?.name ?? ""} · ${session.principal()?.role ?? ""}` },
    {
      label: accountMessages.account,
      icon: <UserRound size={15} />,
      onSelect: () => props.onNavigate("/account"),
    },
    { label: keyMessages.title, icon: <Keyboard size={15} />, onSelect: () => setKeySheetOpen(true) },
    ...(maySetUp()
      ? [
          {
            label: accountMessages.gettingStarted,
            icon: <ListChecks size={15} />,
            onSelect: () => props.onNavigate("/getting-started"),
          },
        ]
      : []),
    "separator",
    { heading: accountMessages.theme },
    ...themes.map(({ choice, icon: Icon }) => ({
      label: themeLabels[choice],
      icon: <Icon size={15} />,
      hint: theme.choice() === choice ? "✓" : "",
      onSelect: () => theme.choose(choice),
    })),
    "separator",
    {
      label: accountMessages.signOut,
      icon: <LogOut size={15} />,
      onSelect: () => void session.signOut().catch(toast.error),
    },
  ];
  return (
    <Menu
      label={`${initials()}, account of ${session.principal()?.name ?? ""}`}
      icon
      trigger={<span class="avatar">{initials()}</span>}
      items={items()}
    />
  );
}
