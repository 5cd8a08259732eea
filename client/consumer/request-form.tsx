import { CONSUMER } from "#client/consumer/copy.ts";
import {
  DESCRIPTION_MAX,
  requestOf,
  requestSchema,
  type RequestValues,
} from "#client/consumer/request-values.ts";
import { Button } from "#client/ui/button.tsx";
import { deviceTimeZone } from "#client/ui/format.ts";
import { CATEGORY_WORDS, URGENCY_WORDS } from "#client/ui/lead-words.ts";
import { Select } from "#client/ui/select.tsx";
import { Problem } from "#client/ui/states.tsx";
import { TextField } from "#client/ui/text-field.tsx";
import { timeZoneOptions } from "#client/ui/time-zones.ts";
import { problemSentence } from "#client/wire/errors.ts";
import { rpc } from "#client/wire/rpc.ts";
import { CATEGORIES, type Urgency, urgencySchema } from "#shared/lead.ts";
import { zodResolver } from "@hookform/resolvers/zod";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { type Control, Controller, useForm } from "react-hook-form";

const URGENCIES: readonly { value: Urgency; label: string }[] = urgencySchema.options.map((value) => ({
  value,
  label: URGENCY_WORDS[value],
}));

const KINDS: readonly { value: RequestValues["category"]; label: string }[] = [
  { value: "unsure", label: CONSUMER.categoryUnsure },
  ...CATEGORIES.map((value) => ({ value, label: CATEGORY_WORDS[value] })),
];

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
      <WhenFields control={form.control} />
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

type FieldsProps = { control: Control<RequestValues> };

function NeedFields({ control }: FieldsProps) {
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
        name="category"
        render={({ field }) => (
          <Select
            label={CONSUMER.categoryLabel}
            value={field.value}
            onChange={field.onChange}
            options={KINDS}
          />
        )}
      />
      <Controller
        control={control}
        name="budget"
        render={({ field: { ref, ...field }, fieldState }) => (
          <TextField
            {...field}
            inputRef={ref}
            label={CONSUMER.budgetLabel}
            inputMode="numeric"
            error={fieldState.error?.message}
          />
        )}
      />
    </>
  );
}

function WhenFields({ control }: FieldsProps) {
  return (
    <>
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
