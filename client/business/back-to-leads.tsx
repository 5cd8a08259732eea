import type { InboxView } from "#shared/contract/business.ts";
import { VIEW_WORDS } from "#client/business/words.ts";
import { Link } from "@tanstack/react-router";
import { ArrowLeft } from "lucide-react";

/** Phones show one column: this leads from the lead to the list. */
export function BackToLeads({ view }: { view: InboxView }) {
  return (
    <Link
      to="/inbox"
      search={{ view }}
      className="flex min-h-11 items-center gap-1 self-start text-accent lg:hidden"
    >
      <ArrowLeft aria-hidden size={16} />
      {VIEW_WORDS[view]}
    </Link>
  );
}
