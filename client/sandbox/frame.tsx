import { SANDBOX } from "#client/sandbox/copy.ts";
import { ThemeButton } from "#client/ui/theme-button.tsx";
import type { ReactNode } from "react";

const PAGES = [
  { page: "phone", href: "/sandbox/phone", label: SANDBOX.navPhone },
  { page: "console", href: "/sandbox", label: SANDBOX.navConsole },
] as const;

type FrameProps = { page: (typeof PAGES)[number]["page"]; children: ReactNode };

/** Says on every page that nothing here is real, and joins the two pages. */
export function Frame({ page, children }: FrameProps) {
  return (
    <div className="flex min-h-dvh flex-col">
      <header className="sticky top-0 z-10 border-b border-line bg-surface">
        <div className="flex min-h-14 items-center gap-x-4 px-4">
          <span className="flex items-center gap-2 font-strong">
            <img src="/ringside.svg" alt="" width={22} height={22} />
            {SANDBOX.brand}
          </span>
          <nav aria-label={SANDBOX.pages} className="flex">
            {PAGES.map((one) => (
              <a
                key={one.page}
                href={one.href}
                aria-current={one.page === page ? "page" : undefined}
                className="flex min-h-14 items-center border-b-2 border-transparent px-2 text-muted hover:text-ink aria-[current=page]:border-accent aria-[current=page]:font-medium aria-[current=page]:text-ink sm:px-3"
              >
                {one.label}
              </a>
            ))}
          </nav>
          <div className="ml-auto">
            <ThemeButton />
          </div>
        </div>
      </header>
      {children}
    </div>
  );
}
