import { SHELL } from "#client/shell/copy.ts";
import { ConnectionBar } from "#client/shell/connection.tsx";
import { type PageItem, PAGES } from "#client/shell/pages.ts";
import { TopBar } from "#client/shell/top-bar.tsx";
import { useStore } from "#client/ui/store.ts";
import { useShortcut } from "#client/ui/shortcuts.ts";
import { meQuery, useMe } from "#client/wire/session.ts";
import { linkState, openSocket } from "#client/wire/socket.ts";
import type { Me } from "#shared/contract/account.ts";
import { useQuery } from "@tanstack/react-query";
import { Navigate, Outlet, useNavigate, useRouterState } from "@tanstack/react-router";
import { useEffect, useRef } from "react";

/** The frame of everything behind the sign-in. A session that ends on the way leads back to it. */
export function SignedIn() {
  const me = useMe();
  const href = useRouterState({ select: (state) => state.location.href });
  if (me === null) return <Navigate to="/sign-in" search={{ next: href }} />;
  return <Frame me={me} />;
}

/** A link that stays lost may be a session that ended. */
const ASK_AGAIN_MS = 10_000;

function useSessionWatch() {
  const isLost = useStore(linkState).state === "lost";
  useQuery({ ...meQuery, refetchInterval: isLost ? ASK_AGAIN_MS : false });
}

function Frame({ me }: { me: Me }) {
  const main = useMainFocus();
  useSessionWatch();
  useEffect(() => void openSocket(), []);
  return (
    <div className="flex min-h-dvh flex-col lg:h-dvh lg:overflow-hidden">
      <a
        href="#main"
        className="sr-only focus:not-sr-only focus:fixed focus:top-2 focus:left-2 focus:z-40 focus:rounded-control focus:bg-surface focus:px-3 focus:py-2"
      >
        {SHELL.skip}
      </a>
      <TopBar me={me} />
      <ConnectionBar />
      <main
        id="main"
        ref={main}
        tabIndex={-1}
        className="flex flex-1 flex-col outline-none lg:min-h-0 lg:overflow-y-auto"
      >
        <Outlet />
      </main>
      <GoKeys role={me.role} />
    </div>
  );
}

/** After a page change the focus is on the page, not on the link that led there. */
function useMainFocus() {
  const main = useRef<HTMLElement>(null);
  const pathname = useRouterState({ select: (state) => state.resolvedLocation?.pathname });
  const shown = useRef(pathname);
  useEffect(() => {
    if (shown.current !== undefined && shown.current !== pathname) main.current?.focus();
    shown.current = pathname;
  }, [pathname]);
  return main;
}

/** G and a letter: to the pages of the role. */
function GoKeys({ role }: { role: Me["role"] }) {
  return PAGES[role].map((page) => <GoKey key={page.to} {...page} />);
}

function GoKey({ to, keys }: PageItem) {
  const navigate = useNavigate();
  useShortcut(keys ?? "", () => void navigate({ to }), keys !== undefined);
  return null;
}
