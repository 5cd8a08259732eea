import { SHELL } from "#client/shell/copy.ts";
import type { Role } from "#shared/contract/account.ts";
import type { LinkProps } from "@tanstack/react-router";

export type PageItem = {
  to: NonNullable<LinkProps["to"]>;
  label: string;
  isExact?: boolean;
  /** What leads there, as `useShortcut` takes it. */
  keys?: string;
};

/** The pages of each role, in the order of the bar. */
export const PAGES: Record<Role, readonly PageItem[]> = {
  consumer: [
    { to: "/help", label: SHELL.navHelp, isExact: true },
    { to: "/help/calls", label: SHELL.navMyCalls },
  ],
  business: [
    { to: "/inbox", label: SHELL.navInbox, keys: "g>i" },
    { to: "/calls", label: SHELL.navCalls, keys: "g>c" },
    { to: "/audit", label: SHELL.navAudit, keys: "g>a" },
    { to: "/settings", label: SHELL.navSettings, keys: "g>s" },
  ],
  supervisor: [
    { to: "/wall", label: SHELL.navWall, keys: "g>w" },
    { to: "/calls", label: SHELL.navCalls, keys: "g>c" },
    { to: "/audit", label: SHELL.navAudit, keys: "g>a" },
  ],
};
