import { MovedBooking, NewBooking } from "#client/consumer/booking.tsx";
import { CONSUMER } from "#client/consumer/copy.ts";
import { EmptyState, ErrorState, Skeleton } from "#client/ui/states.tsx";
import { problemSentence } from "#client/wire/errors.ts";
import { rpc } from "#client/wire/rpc.ts";
import type { ConsumerMatch } from "#shared/lead.ts";
import { useQuery } from "@tanstack/react-query";
import { Link, useParams, useSearch } from "@tanstack/react-router";
import { ArrowLeft, CalendarX } from "lucide-react";

/** A call of one business at a time that suits. */
export function BookPage() {
  const { leadId, businessId } = useParams({ from: "/signed-in/consumer/book/$leadId/$businessId" });
  const { move: callId } = useSearch({ from: "/signed-in/consumer/book/$leadId/$businessId" });
  const query = useQuery(rpc.lead.matches.queryOptions({ input: { leadId } }));
  return (
    <div className="mx-auto flex w-full max-w-xl flex-col gap-4 p-4 text-lead sm:py-8">
      <title>{CONSUMER.bookTitle}</title>
      <Link
        {...(callId === undefined
          ? { to: "/help/matches/$leadId" as const, params: { leadId } }
          : { to: "/c/$callId" as const, params: { callId } })}
        className="flex min-h-11 items-center gap-1 self-start text-accent"
      >
        <ArrowLeft aria-hidden size={18} />
        {callId === undefined ? CONSUMER.bookBack : CONSUMER.moveBack}
      </Link>
      <h1 className="text-h2">{callId === undefined ? CONSUMER.bookHeading : CONSUMER.moveTitle}</h1>
      {query.isPending && <Skeleton rows={2} rowClass="h-24" />}
      {query.data === undefined && query.isError && (
        <ErrorState
          title={CONSUMER.bookFailed}
          detail={problemSentence(query.error)}
          onRetry={() => void query.refetch()}
        />
      )}
      {query.data !== undefined && (
        <Booking
          leadId={leadId}
          match={query.data.matches.find((match) => match.businessId === businessId)}
          callId={callId}
        />
      )}
    </div>
  );
}

type BookingProps = { leadId: string; match: ConsumerMatch | undefined; callId: string | undefined };

function Booking({ leadId, match, callId }: BookingProps) {
  // A call that was booked may be moved whatever the business answered since.
  if (match === undefined || (callId === undefined && match.status !== "interested")) {
    return (
      <EmptyState icon={CalendarX} title={CONSUMER.bookGone}>
        {CONSUMER.bookGoneHint}
      </EmptyState>
    );
  }
  return (
    <>
      <p className="text-large">{match.businessName}</p>
      {callId === undefined ? (
        <NewBooking leadId={leadId} match={match} />
      ) : (
        <MovedBooking callId={callId} businessId={match.businessId} />
      )}
    </>
  );
}
