import Activity from "lucide-solid/icons/activity";
import Bell from "lucide-solid/icons/bell";
import Blocks from "lucide-solid/icons/blocks";
import ClipboardClock from "lucide-solid/icons/clipboard-clock";
import Container from "lucide-solid/icons/container";
import Database from "lucide-solid/icons/database";
import FolderTree from "lucide-solid/icons/folder-tree";
import HardDrive from "lucide-solid/icons/hard-drive";
import KeyRound from "lucide-solid/icons/key-round";
import Layers from "lucide-solid/icons/layers";
import LayoutDashboard from "lucide-solid/icons/layout-dashboard";
import Logs from "lucide-solid/icons/logs";
import Network from "lucide-solid/icons/network";
import Package from "lucide-solid/icons/package";
import PackagePlus from "lucide-solid/icons/package-plus";
import Rocket from "lucide-solid/icons/rocket";
import ScrollText from "lucide-solid/icons/scroll-text";
import Settings from "lucide-solid/icons/settings";
import Users from "lucide-solid/icons/users";
import type { Component } from "solid-js";
import type { Permission } from "../../../shared/protocol/access.ts";
import type { Session } from "../lib/session.ts";

export interface Destination {
  href: string;
  label: string;
  icon: Component<{ size?: number }>;
  needs: Permission;
  /** Concerns the whole host: not open to accounts with a limited scope. */
  whole?: true;
  /** Live count beside the label. */
  count?: "services" | "deployments" | "mcp";
}

/** Whether the account has access to a page. */
export const mayOpen = (session: Session, { needs, whole }: Pick<Destination, "needs" | "whole">): boolean =>
  session.may(needs) && !(whole && session.principal()?.limits.services !== null);

export interface Section {
  label: string;
  items: Destination[];
}

export const navigation: Section[] = [
  {
    label: "Workloads",
    items: [
      { href: "/", label: "Watch", icon: LayoutDashboard, needs: "system:view" },
      { href: "/services", label: "Containers", icon: Container, needs: "services:view", count: "services" },
      { href: "/stacks", label: "Stacks", icon: Layers, needs: "stacks:view", whole: true },
      { href: "/catalogue", label: "Catalogue", icon: PackagePlus, needs: "catalogue:view" },
      { href: "/logs", label: "Logs", icon: Logs, needs: "services:view" },
      { href: "/deployments", label: "Processes", icon: Rocket, needs: "deployments:view", count: "deployments" },
      { href: "/mcp", label: "MCP servers", icon: Blocks, needs: "mcp:view", count: "mcp" },
    ],
  },
  {
    label: "Docker",
    items: [
      { href: "/images", label: "Images", icon: Package, needs: "docker:view", whole: true },
      { href: "/volumes", label: "Volumes", icon: Database, needs: "docker:view", whole: true },
      { href: "/networks", label: "Networks", icon: Network, needs: "docker:view", whole: true },
      { href: "/disk", label: "Disk", icon: HardDrive, needs: "docker:view", whole: true },
    ],
  },
  {
    label: "Host",
    items: [
      { href: "/system", label: "System", icon: Activity, needs: "system:view" },
      { href: "/alerts", label: "Alerts", icon: Bell, needs: "alerts:view" },
      { href: "/activity", label: "Activity", icon: ClipboardClock, needs: "system:view" },
      { href: "/files", label: "Files", icon: FolderTree, needs: "files:view" },
    ],
  },
  {
    label: "Access",
    items: [
      { href: "/users", label: "Users", icon: Users, needs: "access:manage" },
      { href: "/keys", label: "API keys", icon: KeyRound, needs: "account:manage" },
      { href: "/audit", label: "Audit trail", icon: ScrollText, needs: "audit:view" },
      { href: "/settings", label: "Settings", icon: Settings, needs: "settings:manage", whole: true },
    ],
  },
];
