import { SHELL } from "#client/shell/copy.ts";
import { ConnectionMark } from "#client/shell/connection.tsx";
import { PAGES } from "#client/shell/pages.ts";
import { Palette } from "#client/shell/palette.tsx";
import { IconButton } from "#client/ui/button.tsx";
import { showToast } from "#client/ui/toast.tsx";
import { ThemeButton } from "#client/ui/theme-button.tsx";
import { HOME, meKey, signOut } from "#client/wire/session.ts";
import { closeSocket } from "#client/wire/socket.ts";
import type { Me } from "#shared/contract/account.ts";
import { useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { LogOut } from "lucide-react";

/** Brand, the pages of the role, the state of the connection, theme, sign out. */
export function TopBar({ me }: { me: Me }) {
  return (
    <header className="sticky top-0 z-10 border-b border-line bg-surface">
      <div className="flex min-h-14 flex-wrap items-center gap-x-4 px-4">
        <Link to={HOME[me.role]} className="flex min-h-11 items-center gap-2 font-strong">
          <img src="/ringside.svg" alt="" width={22} height={22} />
          Ringside
        </Link>
        <nav
          aria-label={SHELL.pages}
          className="order-last -mx-4 flex w-[calc(100%+2rem)] px-2 sm:order-none sm:mx-0 sm:w-auto"
        >
          {PAGES[me.role].map((item) => (
            <Link
              key={item.label}
              to={item.to}
              activeOptions={{ exact: item.isExact === true, includeSearch: false }}
              className="flex min-h-11 items-center border-b-2 border-transparent px-3 text-muted hover:text-ink aria-[current=page]:border-accent aria-[current=page]:font-medium aria-[current=page]:text-ink sm:min-h-14"
            >
              {item.label}
            </Link>
          ))}
        </nav>
        <div className="ml-auto flex items-center gap-1">
          <Palette role={me.role} />
          <ConnectionMark />
          <ThemeButton />
          <SignOutButton />
        </div>
      </div>
    </header>
  );
}

function SignOutButton() {
  const queryClient = useQueryClient();
  const leave = async () => {
    const answer = await signOut();
    if (!answer.ok) return showToast(answer.sentence, "bad");
    closeSocket();
    queryClient.clear();
    queryClient.setQueryData(meKey, null);
    window.location.assign("/sign-in");
  };
  return (
    <IconButton label={SHELL.signOut} onPress={() => void leave()}>
      <LogOut aria-hidden size={18} />
    </IconButton>
  );
}
