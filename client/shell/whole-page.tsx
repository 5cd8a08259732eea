import { buttonClass } from "#client/ui/button.tsx";
import { ErrorState } from "#client/ui/states.tsx";
import { Link } from "@tanstack/react-router";

/** An address that leads nowhere. */
export function NotFoundPage() {
  return (
    <div className="flex flex-1 flex-col items-center justify-center gap-3 px-4 py-24 text-center">
      <title>Not found · Ringside</title>
      <h1 className="text-h2">There is no page at this address.</h1>
      <p className="text-muted">It may have moved, or the link is incomplete.</p>
      <Link to="/" className={buttonClass("primary")}>
        Go to the start
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
        title={isNetwork ? "The server can't be reached." : "This page stopped working."}
        detail={
          isNetwork
            ? "Calls go on without this page. Check the connection and try again."
            : "Calls go on without this page. Loading it again usually helps."
        }
        onRetry={() => window.location.reload()}
      />
    </div>
  );
}
