import Keyboard from "lucide-solid/icons/keyboard";
import SunMoon from "lucide-solid/icons/sun-moon";
import UserRound from "lucide-solid/icons/user-round";
import { setKeySheetOpen } from "../../lib/keys/key-sheet.ts";
import { useSession } from "../../lib/session.ts";
import { theme } from "../../lib/theme.ts";
import type { CommandItem, CommandSource } from "../commands.ts";
import { accountMessages, keyMessages, paletteMessages } from "../messages.ts";
import { mayOpen, navigation } from "../navigation.tsx";

/** Pages of the navigation, the account, the theme and the keys. */
export const createFrameCommands: CommandSource = ({ open }) => {
  const session = useSession();
  return (): CommandItem[] => {
    const isDark = theme.resolved() === "dark";
    return [
      ...navigation
        .flatMap((section) => section.items)
        .filter((destination) => mayOpen(session, destination))
        .map(({ href, label, icon }) => ({
          id: `page:${href}`,
          label,
          group: paletteMessages.page,
          icon,
          run: () => open(href),
        })),
      {
        id: "page:/account",
        label: accountMessages.account,
        group: paletteMessages.page,
        icon: UserRound,
        run: () => open("/account"),
      },
      {
        id: "keys",
        label: keyMessages.title,
        group: paletteMessages.help,
        icon: Keyboard,
        run: () => setKeySheetOpen(true),
      },
      {
        id: "theme",
        label: isDark ? paletteMessages.lightTheme : paletteMessages.darkTheme,
        group: paletteMessages.theme,
        icon: SunMoon,
        run: () => theme.choose(isDark ? "light" : "dark"),
      },
    ];
  };
};
