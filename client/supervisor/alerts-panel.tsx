import { ListMissing, refetchEvery, StaleNote } from "#client/calls/list-states.tsx";
import { SUPERVISOR } from "#client/supervisor/copy.ts";
import { Button } from "#client/ui/button.tsx";
import { countText, instantText, sinceMs, spanText } from "#client/ui/format.ts";
import { showToast } from "#client/ui/toast.tsx";
import { problemSentence } from "#client/wire/errors.ts";
import { rpc } from "#client/wire/rpc.ts";
import { useServerNowMs } from "#client/wire/server-clock.ts";
import type { Alert, AlertRule, ServerBeat } from "#shared/alerts.ts";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Check, CircleCheck, TriangleAlert } from "lucide-react";

const REFRESH_MS = 10_000;
const ENDED_SHOWN = 3;

const RULE_WORDS: Record<AlertRule, string> = {
  queue_deep: "The queue is long",
  calls_fail: "Calls fail",
  api_slow: "The server answers slowly",
  job_failed: "A background job failed",
  first_word_slow: "The agent speaks late",
};

/** What is wrong with the installation, who sees to it, and what was wrong last. */
export function AlertsPanel() {
  const query = useQuery(rpc.supervisor.alerts.queryOptions({ refetchInterval: refetchEvery(REFRESH_MS) }));
  const alerts = query.data?.alerts ?? [];
  const open = alerts.filter((alert) => alert.resolvedAt === null);
  const ended = alerts.filter((alert) => alert.resolvedAt !== null).slice(0, ENDED_SHOWN);
  return (
    <section aria-label={SUPERVISOR.health} className="flex flex-col gap-2">
      <h2 className="text-lead font-strong">
        {SUPERVISOR.health} <span className="figures font-normal text-muted">{open.length}</span>
      </h2>
      {query.data === undefined ? (
        <ListMissing query={query} title={SUPERVISOR.alertsFailed} rows={1} />
      ) : (
        <StaleNote query={query} />
      )}
      {query.data !== undefined && open.length === 0 && (
        <p className="flex items-center gap-2 text-live">
          <CircleCheck aria-hidden size={16} />
          {SUPERVISOR.noAlerts}
        </p>
      )}
      <Servers servers={query.data?.servers ?? []} />
      <ul className="flex flex-col gap-2">
        {[...open, ...ended].map((alert) => (
          <AlertRow key={alert.alertId} alert={alert} />
        ))}
      </ul>
    </section>
  );
}

/** "Server 1: 6 calls", in the order of their start. */
function Servers({ servers }: { servers: readonly ServerBeat[] }) {
  const nowMs = useServerNowMs();
  return (
    <ul
      aria-label={SUPERVISOR.servers}
      className="figures flex flex-wrap gap-x-4 gap-y-1 text-dense text-muted"
    >
      {servers.map((server, index) => (
        <li key={server.serverId} className={server.isSilent ? "font-medium text-bad" : ""}>
          Server {index + 1}:{" "}
          {server.isSilent
            ? `${SUPERVISOR.silentServer} for ${spanText(sinceMs(server.beatAt, nowMs))}`
            : countText(server.liveCalls, "call")}
        </li>
      ))}
    </ul>
  );
}

function AlertRow({ alert }: { alert: Alert }) {
  const nowMs = useServerNowMs();
  const isOpen = alert.resolvedAt === null;
  const until = alert.resolvedAt === null ? "" : `, over since ${instantText(alert.resolvedAt, nowMs)}`;
  return (
    <li
      className={`flex items-start gap-2 rounded-card border bg-surface p-3 ${isOpen ? "border-wait" : "border-line"}`}
    >
      {isOpen ? (
        <TriangleAlert aria-hidden size={16} className="mt-0.5 shrink-0 text-wait" />
      ) : (
        <Check aria-hidden size={16} className="mt-0.5 shrink-0 text-muted" />
      )}
      <span className="flex min-w-0 flex-1 flex-col">
        <span className="font-medium">{RULE_WORDS[alert.rule]}</span>
        <span className="figures text-dense text-muted">
          {alert.detail} Since {instantText(alert.raisedAt, nowMs)}
          {until}.
        </span>
        {alert.acknowledged !== null && (
          <span className="text-dense text-muted">{alert.acknowledged.by} sees to it.</span>
        )}
      </span>
      {isOpen && alert.acknowledged === null && <SeeToIt alertId={alert.alertId} />}
    </li>
  );
}

function SeeToIt({ alertId }: { alertId: string }) {
  const queries = useQueryClient();
  const acknowledge = useMutation(
    rpc.supervisor.acknowledgeAlert.mutationOptions({
      onError: (error) => showToast(problemSentence(error), "bad"),
      onSettled: () => queries.invalidateQueries({ queryKey: rpc.supervisor.alerts.key() }),
    }),
  );
  return (
    <Button size="dense" isPending={acknowledge.isPending} onPress={() => acknowledge.mutate({ alertId })}>
      {SUPERVISOR.seeToIt}
    </Button>
  );
}
