import { CONSUMER } from "#client/consumer/copy.ts";
import { NeedFields } from "#client/consumer/request-fields.tsx";
import {
  correctionOf,
  requestSchema,
  type RequestValues,
  valuesOf,
} from "#client/consumer/request-values.ts";
import { Button } from "#client/ui/button.tsx";
import { Problem } from "#client/ui/states.tsx";
import { showToast } from "#client/ui/toast.tsx";
import { problemSentence } from "#client/wire/errors.ts";
import { rpc } from "#client/wire/rpc.ts";
import type { Lead } from "#shared/lead.ts";
import { zodResolver } from "@hookform/resolvers/zod";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useForm } from "react-hook-form";

type EditRequestProps = { lead: Lead; onDone: () => void };

/** The request's own form again, filled with what was said. Answers of businesses and consents stay. */
export function EditRequest({ lead, onDone }: EditRequestProps) {
  const queryClient = useQueryClient();
  const form = useForm<RequestValues>({
    resolver: zodResolver(requestSchema),
    defaultValues: valuesOf(lead),
  });
  const correct = useMutation(
    rpc.lead.correct.mutationOptions({
      onSuccess: async () => {
        await queryClient.invalidateQueries({ queryKey: rpc.lead.key() });
        showToast(CONSUMER.requestSaved);
        onDone();
      },
    }),
  );
  const send = form.handleSubmit((values) => {
    const correction = correctionOf(lead, values);
    if (Object.keys(correction).length === 0) return onDone();
    correct.mutate({ leadId: lead.leadId, ...correction });
  });
  return (
    <form onSubmit={(event) => void send(event)} noValidate className="flex flex-col gap-4">
      <h1 className="text-h2">{CONSUMER.requestEdit}</h1>
      <NeedFields control={form.control} />
      {correct.isError && <Problem>{problemSentence(correct.error)}</Problem>}
      <div className="flex flex-col-reverse gap-2 sm:flex-row sm:justify-end">
        <Button look="quiet" size="touch" onPress={onDone}>
          {CONSUMER.requestKeep}
        </Button>
        <Button look="primary" size="touch" type="submit" isPending={correct.isPending}>
          {CONSUMER.requestSave}
        </Button>
      </div>
    </form>
  );
}
