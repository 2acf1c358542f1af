import { Navigate, type RouteDefinition } from "@solidjs/router";
import { lazy } from "solid-js";

/** Sends a signed-in person from the log-in, set-up and file addresses to the Watch page. */
const Home = () => <Navigate href="/" />;

/** Pages by address. A page only passes the parameters of its address to a feature, which does not use the router. */
export const routes: RouteDefinition[] = [
  { path: "/", component: lazy(() => import("./features/watch/WatchPage.tsx")) },
  { path: "/services/:id?", component: lazy(() => import("./features/services/ServicesPage.tsx")) },
  { path: "/stacks", component: lazy(() => import("./features/stacks/StacksPage.tsx")) },
  { path: "/stacks/:name", component: lazy(() => import("./features/stacks/StackPage.tsx")) },
  { path: "/catalogue", component: lazy(() => import("./features/catalogue/CataloguePage.tsx")) },
  { path: "/catalogue/:id", component: lazy(() => import("./features/catalogue/EntryPage.tsx")) },
  { path: "/logs", component: lazy(() => import("./features/logs/LogsPage.tsx")) },
  { path: "/deployments/:id?", component: lazy(() => import("./features/deployments/DeploymentsPage.tsx")) },
  { path: "/images/:id?", component: lazy(() => import("./features/images/ImagesPage.tsx")) },
  { path: "/volumes/:id?", component: lazy(() => import("./features/volumes/VolumesPage.tsx")) },
  { path: "/networks/:id?", component: lazy(() => import("./features/networks/NetworksPage.tsx")) },
  { path: "/disk", component: lazy(() => import("./features/disk/DiskPage.tsx")) },
  { path: "/system", component: lazy(() => import("./features/system/SystemPage.tsx")) },
  { path: "/mcp/:id?", component: lazy(() => import("./features/mcp/McpPage.tsx")) },
  { path: "/files/*path", component: lazy(() => import("./features/files/FilesPage.tsx")) },
  { path: "/activity/:id?", component: lazy(() => import("./features/activity/ActivityPage.tsx")) },
  { path: "/alerts", component: lazy(() => import("./features/alerts/AlertsPage.tsx")) },
  { path: "/getting-started", component: lazy(() => import("./features/getting-started/GettingStartedPage.tsx")) },
  { path: "/account", component: lazy(() => import("./features/access/account/AccountPage.tsx")) },
  { path: "/users", component: lazy(() => import("./features/access/users/UsersPage.tsx")) },
  { path: "/keys", component: lazy(() => import("./features/access/keys/KeysPage.tsx")) },
  { path: "/settings/:section?", component: lazy(() => import("./features/settings/SettingsPage.tsx")) },
  { path: "/audit", component: lazy(() => import("./features/audit/AuditPage.tsx")) },
  { path: "/index.html", component: Home },
  { path: "/setup", component: Home },
  { path: "/login", component: Home },
  { path: "*", component: lazy(() => import("./shell/NotFoundPage.tsx")) },
];
