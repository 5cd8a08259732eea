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
    .min(10, "Say a little more, at least 10 characters.")
    .max(DESCRIPTION_MAX, "Please keep it to 1000 characters."),
  postalCode: z
    .string()
    .trim()
    .min(3, "A postal code has at least 3 characters.")
    .max(10, "A postal code has at most 10 characters."),
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
      <h1 className="text-h2">What do you need help with?</h1>
      <RequestFields control={form.control} />
      <p className="flex flex-wrap items-center justify-between gap-2 text-muted">
        <span className="figures">Calls go to {phone}</span>
        <Button look="quiet" size="dense" onPress={onChangePhone}>
          Change number
        </Button>
      </p>
      {submit.isError && <Problem>{problemSentence(submit.error)}</Problem>}
      <Button look="primary" size="touch" type="submit" isPending={submit.isPending}>
        Find businesses
      </Button>
      <p className="text-dense text-muted">Nobody calls you before you allow it, one business at a time.</p>
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
            label="In your own words"
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
            label="Postal code"
            autoComplete="postal-code"
            error={fieldState.error?.message}
          />
        )}
      />
      <Controller
        control={control}
        name="urgency"
        render={({ field }) => (
          <Select label="How soon" value={field.value} onChange={field.onChange} options={URGENCIES} />
        )}
      />
      <Controller
        control={control}
        name="timeZone"
        render={({ field }) => (
          <Select
            label="Your time zone"
            value={field.value}
            onChange={field.onChange}
            options={timeZoneOptions(field.value)}
            description="So that nobody calls at night."
          />
        )}
      />
    </>
  );
}
