import { CONSUMER } from "#client/consumer/copy.ts";
import { NeedFields, ZoneField } from "#client/consumer/request-fields.tsx";
import { requestOf, requestSchema, type RequestValues } from "#client/consumer/request-values.ts";
import { Button } from "#client/ui/button.tsx";
import { deviceTimeZone } from "#client/ui/format.ts";
import { Problem } from "#client/ui/states.tsx";
import { problemSentence } from "#client/wire/errors.ts";
import { rpc } from "#client/wire/rpc.ts";
import { zodResolver } from "@hookform/resolvers/zod";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useForm } from "react-hook-form";

type RequestFormProps = { phone: string; onChangePhone: () => void };

/** What is needed, where, and how soon. */
export function RequestForm({ phone, onChangePhone }: RequestFormProps) {
  const navigate = useNavigate();
  const queryClient = useQueryClient();
  const form = useForm<RequestValues>({
    resolver: zodResolver(requestSchema),
    defaultValues: {
      description: "",
      category: "unsure",
      postalCode: "",
      timeZone: deviceTimeZone(),
      urgency: "this_week",
      budget: "",
    },
  });
  const submit = useMutation(
    rpc.lead.submit.mutationOptions({
      onSuccess: async ({ leadId }) => {
        await queryClient.invalidateQueries({ queryKey: rpc.lead.list.key() });
        void navigate({ to: "/help/matches/$leadId", params: { leadId } });
      },
    }),
  );
  const send = form.handleSubmit((values) => submit.mutate(requestOf(values)));
  return (
    <form onSubmit={(event) => void send(event)} noValidate className="flex flex-col gap-4">
      <h1 className="text-h2">{CONSUMER.requestHeading}</h1>
      <NeedFields control={form.control} />
      <ZoneField control={form.control} />
      <p className="flex flex-wrap items-center justify-between gap-2 text-muted">
        <span className="figures">Calls go to {phone}</span>
        <Button look="quiet" size="dense" onPress={onChangePhone}>
          {CONSUMER.changeNumber}
        </Button>
      </p>
      {submit.isError && <Problem>{problemSentence(submit.error)}</Problem>}
      <Button look="primary" size="touch" type="submit" isPending={submit.isPending}>
        {CONSUMER.requestSend}
      </Button>
      <p className="text-dense text-muted">{CONSUMER.requestPromise}</p>
    </form>
  );
}
