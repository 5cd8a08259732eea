import { BUSINESS } from "#client/business/copy.ts";
import { countOfView, INBOX_VIEWS } from "#client/business/inbox-views.ts";
import { VIEW_WORDS } from "#client/business/words.ts";
import type { InboxView } from "#shared/contract/business.ts";
import { Link } from "@tanstack/react-router";

type ViewNavProps = {
  view: InboxView;
  /** Null while they are not known. */
  counts: Record<InboxView, number> | null;
};

/** The views of the inbox with how much is in each: a column on wide screens, else a row above the list. */
export function ViewNav({ view, counts }: ViewNavProps) {
  return (
    <nav aria-label={BUSINESS.views} className="flex flex-wrap gap-1 px-3 pt-3 xl:flex-col xl:p-3">
      {INBOX_VIEWS.map((one) => (
        <Link
          key={one}
          to="/inbox"
          search={{ view: one }}
          aria-current={one === view ? "page" : undefined}
          className={`flex min-h-11 items-center justify-between gap-3 rounded-control px-3 ${
            one === view ? "bg-accent-soft font-medium text-accent" : "text-muted hover:bg-idle-soft"
          }`}
        >
          {VIEW_WORDS[one]}
          <span className="figures text-dense">{counts !== null && countOfView(counts[one])}</span>
        </Link>
      ))}
    </nav>
  );
}
