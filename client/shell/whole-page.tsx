import { SHELL } from "#client/shell/copy.ts";
import { buttonClass } from "#client/ui/button.tsx";
import { ErrorState } from "#client/ui/states.tsx";
import { Link } from "@tanstack/react-router";

/** An address that leads nowhere. */
export function NotFoundPage() {
  return (
    <div className="flex flex-1 flex-col items-center justify-center gap-3 px-4 py-24 text-center">
      <title>{SHELL.notFoundTitle}</title>
      <h1 className="text-h2">{SHELL.notFound}</h1>
      <p className="text-muted">{SHELL.notFoundHint}</p>
      <Link to="/" className={buttonClass("primary")}>
        {SHELL.toStart}
      </Link>
    </div>
  );
}

/** The last net: a fault of the page itself, or a server that can't be reached while the page loads. */
export function FaultPage({ error }: { error: unknown }) {
  const isNetwork = error instanceof TypeError && /fetch|import/i.test(error.message);
  return (
    <div className="flex flex-1 flex-col justify-center">
      <ErrorState
        title={isNetwork ? SHELL.faultNetwork : SHELL.faultPage}
        detail={isNetwork ? SHELL.faultNetworkHint : SHELL.faultPageHint}
        onRetry={() => window.location.reload()}
      />
    </div>
  );
}
