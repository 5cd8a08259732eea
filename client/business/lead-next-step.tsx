import { CallComposer } from "#client/business/call-composer.tsx";
import { BUSINESS } from "#client/business/copy.ts";
import { callBlockedBy } from "#client/business/words.ts";
import { Button } from "#client/ui/button.tsx";
import { useShortcut } from "#client/ui/shortcuts.ts";
import { Problem } from "#client/ui/states.tsx";
import { problemSentence } from "#client/wire/errors.ts";
import { rpc } from "#client/wire/rpc.ts";
import type { BusinessLead } from "#shared/lead.ts";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Check, PhoneOutgoing, X } from "lucide-react";
import { useState } from "react";

/** The answer to a lead, and the request of a call once there may be one. On phones it stays at the bottom. */
export function LeadNextStep({ lead }: { lead: BusinessLead }) {
  const [isComposing, setComposing] = useState(false);
  const queryClient = useQueryClient();
  const respond = useMutation(
    rpc.business.respondToMatch.mutationOptions({
      onSuccess: () => queryClient.invalidateQueries({ queryKey: rpc.business.leads.key() }),
    }),
  );
  const blocked = callBlockedBy(lead);
  useShortcut("c", () => setComposing(true), blocked === null);
  const answer = (response: "interested" | "declined") => respond.mutate({ leadId: lead.leadId, response });
  return (
    <section
      aria-label={BUSINESS.nextStep}
      className="z-10 flex flex-col gap-2 max-sm:fixed max-sm:inset-x-0 max-sm:bottom-0 max-sm:border-t max-sm:border-line max-sm:bg-surface max-sm:p-3"
    >
      {respond.isError && <Problem>{problemSentence(respond.error)}</Problem>}
      {blocked !== null && lead.matchStatus === "interested" && <p className="text-muted">{blocked}</p>}
      <div className="flex flex-wrap gap-2">
        {lead.matchStatus === "interested" && (
          <Button
            look="primary"
            isDisabled={blocked !== null}
            onPress={() => setComposing(true)}
            className="max-sm:h-12 max-sm:w-full"
          >
            <PhoneOutgoing aria-hidden size={16} />
            {BUSINESS.requestCall}
            <kbd aria-hidden className="hidden font-sans text-meta lg:inline">
              C
            </kbd>
          </Button>
        )}
        {lead.matchStatus !== "interested" && (
          <Button
            look="primary"
            isPending={respond.isPending}
            onPress={() => answer("interested")}
            className="max-sm:h-12 max-sm:flex-1"
          >
            <Check aria-hidden size={16} />
            {BUSINESS.interested}
          </Button>
        )}
        {lead.matchStatus !== "declined" && (
          <Button
            isDisabled={respond.isPending}
            onPress={() => answer("declined")}
            className="max-sm:h-12 max-sm:flex-1"
          >
            <X aria-hidden size={16} />
            {BUSINESS.decline}
          </Button>
        )}
      </div>
      <CallComposer lead={lead} isOpen={isComposing} onClose={() => setComposing(false)} />
    </section>
  );
}
