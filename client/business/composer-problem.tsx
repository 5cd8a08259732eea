import { BUSINESS } from "#client/business/copy.ts";
import type { ComposerForm, RequestProblem } from "#client/business/composer-form.ts";
import { Button, buttonClass } from "#client/ui/button.tsx";
import { localTimeOf } from "#client/ui/local-time.ts";
import { Problem } from "#client/ui/states.tsx";
import { problemSentence } from "#client/wire/errors.ts";
import { rpc } from "#client/wire/rpc.ts";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";

type ComposerProblemProps = {
  leadId: string;
  problem: RequestProblem;
  /** Puts these values into the form and takes the problem away. */
  onChange: (values: Partial<ComposerForm>) => void;
};

/** Why the call was refused, and the way out of it where there is one. */
export function ComposerProblem({ leadId, problem, onChange }: ComposerProblemProps) {
  return (
    <Problem>
      <p>{problem.sentence}</p>
      <WayOutButton leadId={leadId} wayOut={problem.wayOut} onChange={onChange} />
    </Problem>
  );
}

type WayOutProps = Omit<ComposerProblemProps, "problem"> & Pick<RequestProblem, "wayOut">;

function WayOutButton({ leadId, wayOut, onChange }: WayOutProps) {
  switch (wayOut?.kind) {
    case undefined:
      return null;
    case "useTime":
      return (
        <WayButton
          label={BUSINESS.useAllowed}
          onPress={() => onChange({ when: "later", localTime: localTimeOf(wayOut.at) })}
        />
      );
    case "callNow":
      return <WayButton label={BUSINESS.callInstead} onPress={() => onChange({ when: "now" })} />;
    case "settings":
      return (
        <Link to="/settings" className={buttonClass("secondary", "dense", "mt-2")}>
          {BUSINESS.toSettings}
        </Link>
      );
    case "sayInterested":
      return <InterestButton leadId={leadId} onSaid={() => onChange({})} />;
  }
}

function WayButton({ label, onPress }: { label: string; onPress: () => void }) {
  return (
    <Button size="dense" className="mt-2" onPress={onPress}>
      {label}
    </Button>
  );
}

function InterestButton({ leadId, onSaid }: { leadId: string; onSaid: () => void }) {
  const queryClient = useQueryClient();
  const respond = useMutation(
    rpc.business.respondToMatch.mutationOptions({
      onSuccess: async () => {
        onSaid();
        await queryClient.invalidateQueries({ queryKey: rpc.business.leads.key() });
      },
    }),
  );
  return (
    <>
      <Button
        size="dense"
        className="mt-2"
        isPending={respond.isPending}
        onPress={() => respond.mutate({ leadId, response: "interested" })}
      >
        {BUSINESS.sayInterested}
      </Button>
      {respond.isError && <p className="mt-1">{problemSentence(respond.error)}</p>}
    </>
  );
}
