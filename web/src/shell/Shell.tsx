import { A, type RouteSectionProps, useCurrentMatches, useLocation, useNavigate } from "@solidjs/router";
import MenuIcon from "lucide-solid/icons/menu";
import Search from "lucide-solid/icons/search";
import {
  type Component,
  createEffect,
  createSignal,
  ErrorBoundary,
  For,
  on,
  onCleanup,
  onMount,
  Show,
  Suspense,
} from "solid-js";
import { isKeySheetOpen, setKeySheetOpen } from "../lib/keys/key-sheet.ts";
import { keyTable, keyText } from "../lib/keys/key-table.ts";
import { isMac } from "../lib/keys/platform.ts";
import { APP_NAME, documentTitle, viewTitle } from "../lib/page-title.ts";
import { keepListsFresh, useSystemInfo } from "../lib/queries.ts";
import { useSession } from "../lib/session.ts";
import { BrandMark } from "../ui/BrandMark.tsx";
import { IconButton } from "../ui/Button.tsx";
import { ErrorState } from "../ui/ErrorState.tsx";
import { Skeleton } from "../ui/Notice.tsx";
import { OnDemand } from "../ui/OnDemand.tsx";
import { ConnectionMark, ConnectionNotice } from "./Connection.tsx";
import type { PaletteProps } from "./commands.ts";
import { DialogHost } from "./DialogHost.tsx";
import { bindFrameKeys } from "./frame-keys.ts";
import { createLiveCounts } from "./live-counts.ts";
import { shellMessages } from "./messages.ts";
import { type Destination, mayOpen, navigation } from "./navigation.tsx";
import "./shell.css";
import { lazy } from "../lib/load-part.ts";
import { createTypedAhead } from "./typed-ahead.ts";
import { UserMenu } from "./UserMenu.tsx";

const NotFoundPage = lazy(() => import("./NotFoundPage.tsx"));
const KeySheet = lazy(() => import("./KeySheet.tsx"));

/** What features put into the frame: the frame itself imports none of them. */
export interface ShellParts {
  /** Buttons of the header, before the account's menu. */
  HeaderTools: Component<{ onNavigate: (href: string) => void }>;
  /** Loaded on demand. */
  Palette: Component<PaletteProps>;
}

/** The frame around every page: navigation, header, connection state. */
export function Shell(props: RouteSectionProps & { parts: ShellParts }) {
  const location = useLocation();
  const navigate = useNavigate();
  const system = useSystemInfo();
  const [navOpen, setNavOpen] = createSignal(false);
  const [palette, setPalette] = createSignal(false);
  keepListsFresh();

  const session = useSession();
  let content: HTMLElement | undefined;
  bindFrameKeys({
    session,
    navigate,
    content: () => content,
    togglePalette: () => setPalette((open) => !open),
  });
  onMount(() => {
    const onKey = (event: KeyboardEvent) => event.key === "Escape" && setNavOpen(false);
    window.addEventListener("keydown", onKey);
    onCleanup(() => window.removeEventListener("keydown", onKey));
  });
  createEffect(
    on(
      () => location.pathname,
      () => setNavOpen(false),
    ),
  );

  /** Moves the focus by itself: the router would take a link for another page, and leave the focus where it is. */
  const skip = (event: MouseEvent) => {
    event.preventDefault();
    content?.focus();
  };

  const hostname = () => system.data?.info.hostname;
  const matches = useCurrentMatches();
  createEffect(() => {
    document.title = documentTitle(viewTitle() ?? matches().at(-1)?.route.info?.title, hostname());
  });
  // The sign-in page says nothing of what was shown.
  onCleanup(() => {
    document.title = APP_NAME;
  });

  return (
    <div class="shell" data-nav={navOpen() ? "open" : undefined}>
      <a class="skip" href="#content" on:click={skip}>
        {shellMessages.skip}
      </a>
      <Navigation />
      <button
        type="button"
        class="nav-scrim"
        aria-label={shellMessages.closeNavigation}
        tabIndex={-1}
        onClick={() => setNavOpen(false)}
      />
      <div class="main">
        <Header
          isNavOpen={navOpen()}
          onOpenNav={() => setNavOpen(true)}
          onOpenPalette={() => setPalette(true)}
          onNavigate={navigate}
          Tools={props.parts.HeaderTools}
        />
        <ConnectionNotice />
        <main ref={content} class="content" id="content" tabIndex={-1}>
          <ErrorBoundary fallback={(error, reset) => <ErrorState error={error} onRetry={reset} />}>
            <Suspense fallback={<Skeleton lines={8} />}>
              {/* No route matches an address with an empty part, such as `//services`. */}
              <Show when={matches().length > 0} fallback={<NotFoundPage />}>
                {props.children}
              </Show>
            </Suspense>
          </ErrorBoundary>
        </main>
      </div>
      <Show when={isKeySheetOpen()}>
        <OnDemand onClose={() => setKeySheetOpen(false)}>
          <KeySheet />
        </OnDemand>
      </Show>
      <Show when={palette()}>
        <PaletteHost Palette={props.parts.Palette} onClose={() => setPalette(false)} onNavigate={navigate} />
      </Show>
      <DialogHost />
    </div>
  );
}

/** The palette, and what is typed while it is fetched. */
function PaletteHost(props: Omit<PaletteProps, "takeTyped"> & { Palette: Component<PaletteProps> }) {
  const typed = createTypedAhead(() => props.onClose());
  onCleanup(typed.take);
  return (
    <OnDemand onClose={props.onClose}>
      <props.Palette takeTyped={typed.take} onClose={props.onClose} onNavigate={props.onNavigate} />
    </OnDemand>
  );
}

/** The pages that the account may open, with live counts. */
function Navigation() {
  const counts = createLiveCounts();
  const session = useSession();
  const isOpen = (item: Destination) => mayOpen(session, item);
  return (
    <nav class="nav" aria-label="Main" id="nav">
      <div class="nav-brand">
        <BrandMark size={24} />
        <span>AI Desktop</span>
      </div>
      <div class="nav-sections">
        <For each={navigation}>
          {(section) => (
            <Show when={section.items.some(isOpen)}>
              <div class="nav-section">
                <h2>{section.label}</h2>
                <ul>
                  <For each={section.items.filter(isOpen)}>
                    {(item) => (
                      <li>
                        <NavLink item={item} count={item.count ? counts[item.count] : undefined} />
                      </li>
                    )}
                  </For>
                </ul>
              </div>
            </Show>
          )}
        </For>
      </div>
      <div class="nav-foot">
        <ConnectionMark />
      </div>
    </nav>
  );
}

interface HeaderProps {
  isNavOpen: boolean;
  onOpenNav: () => void;
  onOpenPalette: () => void;
  onNavigate: (href: string) => void;
  Tools: ShellParts["HeaderTools"];
}

/** Name of the host, the button of the palette, tools of the features, and the account's menu. */
function Header(props: HeaderProps) {
  const system = useSystemInfo();
  return (
    <header class="header">
      <span class="header-nav">
        <IconButton
          label={shellMessages.openNavigation}
          icon={<MenuIcon size={17} />}
          aria-expanded={props.isNavOpen}
          aria-controls="nav"
          onClick={() => props.onOpenNav()}
        />
      </span>
      <div class="header-host truncate">
        <Show when={system.data?.info.hostname} fallback={<span class="skeleton header-wait" />}>
          <b class="truncate">{system.data?.info.hostname}</b>
          <span class="faint truncate header-os">{system.data?.info.distribution}</span>
        </Show>
      </div>
      <button type="button" class="jump" onClick={() => props.onOpenPalette()}>
        <Search size={14} />
        <span class="jump-text">{shellMessages.jump}</span>
        <span class="kbd" aria-hidden="true">
          {keyText(keyTable.palette.keys[0], isMac())}
        </span>
      </button>
      <props.Tools onNavigate={props.onNavigate} />
      <UserMenu onNavigate={props.onNavigate} />
    </header>
  );
}

function NavLink(props: {
  item: Destination;
  count: (() => { running: number; total: number; failing: number } | undefined) | undefined;
}) {
  const count = () => props.count?.();
  return (
    <A class="nav-link" activeClass="nav-here" inactiveClass="" href={props.item.href} end={props.item.href === "/"}>
      <props.item.icon size={16} />
      <span class="grow truncate">{props.item.label}</span>
      <Show when={count()}>
        {(known) => (
          <>
            <Show when={known().failing > 0}>
              <span
                class="nav-alert"
                role="img"
                aria-label={shellMessages.failing(known().failing)}
                title={shellMessages.failing(known().failing)}
              />
            </Show>
            <span class="count" title={shellMessages.running(known().running, known().total)}>
              {known().running}/{known().total}
            </span>
          </>
        )}
      </Show>
    </A>
  );
}
