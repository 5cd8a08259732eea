import { ConnectionBar, ConnectionMark } from "#client/shell/connection.tsx";
import { SHELL } from "#client/shell/copy.ts";
import { ThemeButton } from "#client/ui/theme-button.tsx";
import { Outlet } from "@tanstack/react-router";

/** The frame of a page that a signed link opens: no account, so no pages to go to. The brand leads out by a new load, without the link. */
export function LinkedFrame() {
  return (
    <div className="flex min-h-dvh flex-col lg:h-dvh lg:overflow-hidden">
      <header className="sticky top-0 z-10 flex min-h-14 flex-wrap items-center gap-x-4 border-b border-line bg-surface px-4">
        <a href="/" className="flex min-h-11 items-center gap-2 font-strong">
          <img src="/ringside.svg" alt="" width={22} height={22} />
          Ringside
        </a>
        <p className="text-dense text-muted max-sm:order-last max-sm:basis-full max-sm:pb-2">
          {SHELL.linkNote}
        </p>
        <div className="ml-auto flex items-center gap-1">
          <ConnectionMark />
          <ThemeButton />
        </div>
      </header>
      <ConnectionBar />
      <main
        id="main"
        tabIndex={-1}
        className="flex flex-1 flex-col outline-none lg:min-h-0 lg:overflow-y-auto"
      >
        <Outlet />
      </main>
    </div>
  );
}
