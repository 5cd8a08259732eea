import type { InboxView } from "#shared/contract/business.ts";
import { BUSINESS } from "#client/business/copy.ts";
import { EmptyState } from "#client/ui/states.tsx";
import { buttonClass } from "#client/ui/button.tsx";
import { rpc } from "#client/wire/rpc.ts";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Archive, Inbox, ThumbsUp } from "lucide-react";

/** A view without leads says what brings them there. */
export function NoLeads({ view }: { view: InboxView }) {
  if (view === "new") return <NoNewLeads />;
  return view === "interested" ? (
    <EmptyState icon={ThumbsUp} title={BUSINESS.noneInterested}>
      {BUSINESS.noneInterestedHint}
    </EmptyState>
  ) : (
    <EmptyState icon={Archive} title={BUSINESS.noneDone}>
      {BUSINESS.noneDoneHint}
    </EmptyState>
  );
}

function NoNewLeads() {
  const profile = useQuery(rpc.business.profile.queryOptions());
  const isFirst = profile.data?.complete === false;
  return (
    <EmptyState icon={Inbox} title={isFirst ? BUSINESS.profileFirst : BUSINESS.inboxEmpty}>
      <p>{isFirst ? BUSINESS.profileFirstHint : BUSINESS.inboxEmptyHint}</p>
      <Link to="/settings" className={buttonClass("secondary", "app", "mt-3")}>
        {isFirst ? BUSINESS.fillProfile : BUSINESS.editMatching}
      </Link>
    </EmptyState>
  );
}
