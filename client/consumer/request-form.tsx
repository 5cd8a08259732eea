import { CONSUMER } from "#client/consumer/copy.ts";
import { Button } from "#client/ui/button.tsx";
import { deviceTimeZone } from "#client/ui/format.ts";
import { URGENCY_WORDS } from "#client/ui/lead-words.ts";
import { Select } from "#client/ui/select.tsx";
import { Problem } from "#client/ui/states.tsx";
import { TextField } from "#client/ui/text-field.tsx";
import { timeZoneOptions } from "#client/ui/time-zones.ts";
import { problemSentence } from "#client/wire/errors.ts";
import { rpc } from "#client/wire/rpc.ts";
import { timeZoneSchema, type Urgency, urgencySchema } from "#shared/lead.ts";
import { zodResolver } from "@hookform/resolvers/zod";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { type Control, Controller, useForm } from "react-hook-form";
import { z } from "zod";

const DESCRIPTION_MAX = 1_000;

const requestSchema = z.object({
  description: z
    .string()
    .trim()
    .min(10, CONSUMER.descriptionShort)
    .max(DESCRIPTION_MAX, CONSUMER.descriptionLong),
  postalCode: z.string().trim().min(3, CONSUMER.postalShort).max(10, CONSUMER.postalLong),
  timeZone: timeZoneSchema,
  urgency: urgencySchema,
});
type RequestValues = z.infer<typeof requestSchema>;

const URGENCIES: readonly { value: Urgency; label: string }[] = urgencySchema.options.map((value) => ({
  value,
  label: URGENCY_WORDS[value],
}));

type RequestFormProps = { phone: string; onChangePhone: () => void };

/** What is needed, where, and how soon. */
export function RequestForm({ phone, onChangePhone }: RequestFormProps) {
  const navigate = useNavigate();
  const queryClient = useQueryClient();
  const form = useForm<RequestValues>({
    resolver: zodResolver(requestSchema),
    defaultValues: { description: "", postalCode: "", timeZone: deviceTimeZone(), urgency: "this_week" },
  });
  const submit = useMutation(
    rpc.lead.submit.mutationOptions({
      onSuccess: async ({ leadId }) => {
        await queryClient.invalidateQueries({ queryKey: rpc.lead.list.key() });
        void navigate({ to: "/help/matches/$leadId", params: { leadId } });
      },
    }),
  );
  const send = form.handleSubmit((values) => submit.mutate(values));
  return (
    <form onSubmit={(event) => void send(event)} noValidate className="flex flex-col gap-4">
      <h1 className="text-h2">{CONSUMER.requestHeading}</h1>
      <RequestFields control={form.control} />
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

function RequestFields({ control }: { control: Control<RequestValues> }) {
  return (
    <>
      <Controller
        control={control}
        name="description"
        render={({ field: { ref, ...field }, fieldState }) => (
          <TextField
            {...field}
            inputRef={ref}
            label={CONSUMER.descriptionLabel}
            lines={5}
            counterMax={DESCRIPTION_MAX}
            error={fieldState.error?.message}
          />
        )}
      />
      <Controller
        control={control}
        name="postalCode"
        render={({ field: { ref, ...field }, fieldState }) => (
          <TextField
            {...field}
            inputRef={ref}
            label={CONSUMER.postalLabel}
            autoComplete="postal-code"
            error={fieldState.error?.message}
          />
        )}
      />
      <Controller
        control={control}
        name="urgency"
        render={({ field }) => (
          <Select
            label={CONSUMER.urgencyLabel}
            value={field.value}
            onChange={field.onChange}
            options={URGENCIES}
          />
        )}
      />
      <Controller
        control={control}
        name="timeZone"
        render={({ field }) => (
          <Select
            label={CONSUMER.zoneLabel}
            value={field.value}
            onChange={field.onChange}
            options={timeZoneOptions(field.value)}
            description={CONSUMER.zoneHint}
          />
        )}
      />
    </>
  );
}
