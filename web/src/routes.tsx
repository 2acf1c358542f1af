import { Navigate, type RouteDefinition } from "@solidjs/router";
import { lazy } from "./lib/load-part.ts";

/** Sends a signed-in person from the log-in, set-up and file addresses to the Watch page. */
const Home = () => <Navigate href="/" />;

/**
 * Pages by address, with the title of each while nothing in it has one of its own. A page only passes the parameters of its address to a feature, which does not
 * navigate by itself: what else a view keeps in the address goes through `resource/address-value.ts`.
 */
export const routes: RouteDefinition[] = [
  { path: "/", info: { title: "Watch" }, component: lazy(() => import("./features/watch/WatchPage.tsx")) },
  {
    path: "/services/:id?",
    info: { title: "Containers" },
    component: lazy(() => import("./features/services/ServicesPage.tsx")),
  },
  { path: "/stacks", info: { title: "Stacks" }, component: lazy(() => import("./features/stacks/StacksPage.tsx")) },
  {
    path: "/stacks/:name",
    info: { title: "Stacks" },
    component: lazy(() => import("./features/stacks/StackPage.tsx")),
  },
  {
    path: "/catalogue",
    info: { title: "Catalogue" },
    component: lazy(() => import("./features/catalogue/CataloguePage.tsx")),
  },
  {
    path: "/catalogue/:id",
    info: { title: "Catalogue" },
    component: lazy(() => import("./features/catalogue/EntryPage.tsx")),
  },
  { path: "/logs", info: { title: "Logs" }, component: lazy(() => import("./features/logs/LogsPage.tsx")) },
  {
    path: "/deployments/:id?",
    info: { title: "Processes" },
    component: lazy(() => import("./features/deployments/DeploymentsPage.tsx")),
  },
  {
    path: "/images/:id?",
    info: { title: "Images" },
    component: lazy(() => import("./features/images/ImagesPage.tsx")),
  },
  {
    path: "/volumes/:id?",
    info: { title: "Volumes" },
    component: lazy(() => import("./features/volumes/VolumesPage.tsx")),
  },
  {
    path: "/networks/:id?",
    info: { title: "Networks" },
    component: lazy(() => import("./features/networks/NetworksPage.tsx")),
  },
  { path: "/disk", info: { title: "Disk" }, component: lazy(() => import("./features/disk/DiskPage.tsx")) },
  { path: "/system", info: { title: "System" }, component: lazy(() => import("./features/system/SystemPage.tsx")) },
  {
    path: "/mcp/gateway",
    info: { title: "MCP gateway" },
    component: lazy(() => import("./features/mcp/gateway/GatewayPage.tsx")),
  },
  { path: "/mcp/:id?", info: { title: "MCP servers" }, component: lazy(() => import("./features/mcp/McpPage.tsx")) },
  { path: "/files/*path", info: { title: "Files" }, component: lazy(() => import("./features/files/FilesPage.tsx")) },
  {
    path: "/activity/:id?",
    info: { title: "Activity" },
    component: lazy(() => import("./features/activity/ActivityPage.tsx")),
  },
  { path: "/alerts", info: { title: "Alerts" }, component: lazy(() => import("./features/alerts/AlertsPage.tsx")) },
  {
    path: "/getting-started",
    info: { title: "Getting started" },
    component: lazy(() => import("./features/getting-started/GettingStartedPage.tsx")),
  },
  {
    path: "/account",
    info: { title: "Account and sessions" },
    component: lazy(() => import("./features/access/account/AccountPage.tsx")),
  },
  { path: "/users", info: { title: "Users" }, component: lazy(() => import("./features/access/users/UsersPage.tsx")) },
  { path: "/keys", info: { title: "API keys" }, component: lazy(() => import("./features/access/keys/KeysPage.tsx")) },
  {
    path: "/settings/:section?",
    info: { title: "Settings" },
    component: lazy(() => import("./features/settings/SettingsPage.tsx")),
  },
  { path: "/audit", info: { title: "Audit trail" }, component: lazy(() => import("./features/audit/AuditPage.tsx")) },
  { path: "/index.html", component: Home },
  { path: "/setup", component: Home },
  { path: "/login", component: Home },
  { path: "*", info: { title: "Page not found" }, component: lazy(() => import("./shell/NotFoundPage.tsx")) },
];
