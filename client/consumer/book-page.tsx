import { callbackText } from "#shared/consent-text.ts";
import { CONSUMER } from "#client/consumer/copy.ts";
import { TimeForm } from "#client/consumer/time-form.tsx";
import { useCallRequest } from "#client/consumer/use-call-request.ts";
import { EmptyState, ErrorState, Skeleton } from "#client/ui/states.tsx";
import { showToast } from "#client/ui/toast.tsx";
import { problemSentence } from "#client/wire/errors.ts";
import { rpc } from "#client/wire/rpc.ts";
import type { ConsumerMatch } from "#shared/lead.ts";
import { useQuery } from "@tanstack/react-query";
import { Link, useParams } from "@tanstack/react-router";
import { ArrowLeft, CalendarX } from "lucide-react";

/** A call of one business at a time that suits. */
export function BookPage() {
  const { leadId, businessId } = useParams({ from: "/signed-in/consumer/book/$leadId/$businessId" });
  const query = useQuery(rpc.lead.matches.queryOptions({ input: { leadId } }));
  return (
    <div className="mx-auto flex w-full max-w-xl flex-col gap-4 p-4 text-lead sm:py-8">
      <title>{CONSUMER.bookTitle}</title>
      <Link
        to="/help/matches/$leadId"
        params={{ leadId }}
        className="flex min-h-11 items-center gap-1 self-start text-accent"
      >
        <ArrowLeft aria-hidden size={18} />
        {CONSUMER.bookBack}
      </Link>
      <h1 className="text-h2">{CONSUMER.bookHeading}</h1>
      {query.isPending && <Skeleton rows={2} rowClass="h-24" />}
      {query.data === undefined && query.isError && (
        <ErrorState
          title={CONSUMER.bookFailed}
          detail={problemSentence(query.error)}
          onRetry={() => void query.refetch()}
        />
      )}
      {query.data !== undefined && (
        <Booking leadId={leadId} match={interested(query.data.matches, businessId)} />
      )}
    </div>
  );
}

function interested(matches: readonly ConsumerMatch[], businessId: string): ConsumerMatch | undefined {
  return matches.find((match) => match.businessId === businessId && match.status === "interested");
}

function Booking({ leadId, match }: { leadId: string; match: ConsumerMatch | undefined }) {
  if (match === undefined) {
    return (
      <EmptyState icon={CalendarX} title={CONSUMER.bookGone}>
        {CONSUMER.bookGoneHint}
      </EmptyState>
    );
  }
  return (
    <>
      <p className="text-large">{match.businessName}</p>
      <p className="text-dense text-muted">{callbackText(match.legalName)}</p>
      <BookForm leadId={leadId} businessId={match.businessId} />
    </>
  );
}

function BookForm({ leadId, businessId }: { leadId: string; businessId: string }) {
  const request = useCallRequest(() => showToast(CONSUMER.booked));
  return (
    <TimeForm
      error={request.error}
      isPending={request.isPending}
      submitLabel={CONSUMER.bookConfirm}
      onAsk={(preferredTime) => request.mutate({ leadId, businessId, preferredTime })}
      onChange={request.reset}
    />
  );
}
