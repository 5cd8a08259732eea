import { CONSUMER } from "#client/consumer/copy.ts";
import { MyCall } from "#client/consumer/my-call.tsx";
import { buttonClass } from "#client/ui/button.tsx";
import { ErrorState, Skeleton } from "#client/ui/states.tsx";
import { problemCode, problemSentence } from "#client/wire/errors.ts";
import { rpc } from "#client/wire/rpc.ts";
import { callIdOfLink, LINK_PREFIX } from "#shared/call-link.ts";
import { useQuery } from "@tanstack/react-query";
import { useParams } from "@tanstack/react-router";

/** The call of a signed link, without a sign-in. It is asked for once first, so that a link that is over says so. */
export function LinkedCallPage() {
  const { rest } = useParams({ from: "/linked/c/link_{$rest}" });
  const callId = callIdOfLink(`${LINK_PREFIX}${rest}`) ?? "";
  const query = useQuery(rpc.call.get.queryOptions({ input: { callId }, staleTime: Infinity }));
  if (query.data !== undefined) return <MyCall callId={callId} isLinked />;
  return (
    <div className="mx-auto w-full max-w-xl p-4 text-lead">
      <title>{CONSUMER.myCallTitle}</title>
      {query.isPending && <Skeleton rows={4} rowClass="h-24" />}
      {query.isError && problemCode(query.error) === "UNREACHABLE" && (
        <ErrorState
          title={CONSUMER.linkFailed}
          detail={problemSentence(query.error)}
          onRetry={() => void query.refetch()}
        />
      )}
      {query.isError && problemCode(query.error) !== "UNREACHABLE" && <LinkOver />}
    </div>
  );
}

function LinkOver() {
  return (
    <div className="flex flex-col items-center">
      <ErrorState title={CONSUMER.linkOver} detail={CONSUMER.linkOverHint} />
      <a href="/help/calls" className={buttonClass("primary", "touch")}>
        {CONSUMER.myCalls}
      </a>
    </div>
  );
}
