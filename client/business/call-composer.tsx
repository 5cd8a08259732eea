import { CallPreview } from "#client/business/call-preview.tsx";
import { CallingHoursNow } from "#client/business/calling-hours.tsx";
import { BUSINESS } from "#client/business/copy.ts";
import { ComposerProblem } from "#client/business/composer-problem.tsx";
import {
  bothTimes,
  type ComposerForm,
  composerSchema,
  OBJECTIVE_MAX,
  requestProblem,
} from "#client/business/composer-form.ts";
import { QuotaLine } from "#client/business/quota.tsx";
import { Radio } from "#client/ui/checkbox.tsx";
import { useNowMs } from "#client/ui/clock.ts";
import { Dialog } from "#client/ui/dialog.tsx";
import { FormFoot } from "#client/ui/form-foot.tsx";
import { FormText } from "#client/ui/form-text.tsx";
import { instantOf } from "#client/ui/local-time.ts";
import { SEND_KEYS, useSendKeys } from "#client/ui/shortcuts.ts";
import { LABEL } from "#client/ui/text-field.tsx";
import { showToast } from "#client/ui/toast.tsx";
import { rpc } from "#client/wire/rpc.ts";
import type { BusinessLead } from "#shared/lead.ts";
import { zodResolver } from "@hookform/resolvers/zod";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { Label } from "react-aria-components/Label";
import { RadioGroup } from "react-aria-components/RadioGroup";
import { type Control, Controller, useForm, useWatch } from "react-hook-form";

type CallComposerProps = { lead: BusinessLead; isOpen: boolean; onClose: () => void };

/** Asks for an AI call to one lead: what for, and when. */
export function CallComposer({ lead, isOpen, onClose }: CallComposerProps) {
  return (
    <Dialog
      title={`Request an AI call to ${lead.consumerName}`}
      isOpen={isOpen}
      onClose={onClose}
      width="page"
    >
      <ComposerBody lead={lead} onClose={onClose} />
    </Dialog>
  );
}

function useRequest() {
  const queryClient = useQueryClient();
  const navigate = useNavigate();
  return useMutation(
    rpc.business.requestAICall.mutationOptions({
      // A refusal by the limit is news about the quota, too.
      onSettled: () => queryClient.invalidateQueries({ queryKey: rpc.business.quota.key() }),
      onSuccess: (reply) => {
        showToast(reply.message);
        void navigate({ to: "/calls/$callId", params: { callId: reply.call_id } });
      },
    }),
  );
}

function ComposerBody({ lead, onClose }: Omit<CallComposerProps, "isOpen">) {
  const nowMs = useNowMs();
  const request = useRequest();
  const form = useForm<ComposerForm>({
    resolver: zodResolver(composerSchema),
    defaultValues: { objective: "", when: "now", localTime: "" },
  });
  const problem = request.error === null ? null : requestProblem(request.error, lead.timeZone, nowMs);
  const send = form.handleSubmit(({ objective, when, localTime }) => {
    const scheduledTime = when === "later" ? instantOf(localTime) : null;
    request.mutate({ leadId: lead.leadId, objective, ...(scheduledTime !== null && { scheduledTime }) });
  });
  useSendKeys(() => void send(), !request.isPending);
  const change = (values: Partial<ComposerForm>) => {
    form.reset({ ...form.getValues(), ...values });
    request.reset();
  };
  return (
    <form onSubmit={(event) => void send(event)} noValidate className="mt-4 flex flex-col gap-4">
      <div className="grid gap-x-8 gap-y-4 lg:grid-cols-2">
        <div className="flex flex-col gap-4">
          <ObjectiveField control={form.control} />
          <WhenFields control={form.control} lead={lead} />
        </div>
        <PreviewOf control={form.control} leadId={lead.leadId} />
      </div>
      {problem !== null && <ComposerProblem leadId={lead.leadId} problem={problem} onChange={change} />}
      <p className="text-dense text-muted">{BUSINESS.openingRule}</p>
      <QuotaLine />
      <FormFoot keepLabel={BUSINESS.notNow} onKeep={onClose} isPending={request.isPending}>
        {BUSINESS.placeCall}
        <kbd aria-hidden className="hidden font-sans text-meta lg:inline">
          {SEND_KEYS}
        </kbd>
      </FormFoot>
    </form>
  );
}

type FieldsProps = { control: Control<ComposerForm> };

function PreviewOf({ control, leadId }: FieldsProps & { leadId: string }) {
  return <CallPreview leadId={leadId} objective={useWatch({ control, name: "objective" })} />;
}

function ObjectiveField({ control }: FieldsProps) {
  return (
    <FormText
      control={control}
      name="objective"
      label={BUSINESS.objective}
      description={BUSINESS.objectiveHint}
      lines={4}
      counterMax={OBJECTIVE_MAX}
    />
  );
}

function WhenFields({ control, lead }: FieldsProps & { lead: BusinessLead }) {
  const nowMs = useNowMs();
  const [when, localTime] = useWatch({ control, name: ["when", "localTime"] });
  const instant = instantOf(localTime);
  const theirTime = instant === null ? undefined : bothTimes(instant, lead.timeZone, nowMs);
  return (
    <>
      <Controller
        control={control}
        name="when"
        render={({ field }) => (
          <RadioGroup
            value={field.value}
            onChange={(value) => field.onChange(value)}
            className="flex flex-col gap-1"
          >
            <Label className={LABEL}>{BUSINESS.when}</Label>
            <div className="flex flex-wrap gap-x-6">
              <Radio value="now">{BUSINESS.whenNow}</Radio>
              <Radio value="later">{BUSINESS.whenLater}</Radio>
            </div>
          </RadioGroup>
        )}
      />
      {when === "now" && <CallingHoursNow lead={lead} />}
      {when === "later" && (
        <FormText
          control={control}
          name="localTime"
          type="datetime-local"
          label={BUSINESS.whenLabel}
          description={theirTime}
        />
      )}
    </>
  );
}
