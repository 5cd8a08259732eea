import { CONSUMER } from "#client/consumer/copy.ts";
import { DESCRIPTION_MAX, type RequestValues } from "#client/consumer/request-values.ts";
import { CATEGORY_WORDS, URGENCY_WORDS } from "#client/ui/lead-words.ts";
import { Select } from "#client/ui/select.tsx";
import { TextField } from "#client/ui/text-field.tsx";
import { timeZoneOptions } from "#client/ui/time-zones.ts";
import { CATEGORIES, type Urgency, urgencySchema } from "#shared/lead.ts";
import { type Control, Controller } from "react-hook-form";

const URGENCIES: readonly { value: Urgency; label: string }[] = urgencySchema.options.map((value) => ({
  value,
  label: URGENCY_WORDS[value],
}));

const KINDS: readonly { value: RequestValues["category"]; label: string }[] = [
  { value: "unsure", label: CONSUMER.categoryUnsure },
  ...CATEGORIES.map((value) => ({ value, label: CATEGORY_WORDS[value] })),
];

type FieldsProps = { control: Control<RequestValues> };
type TextName = "description" | "postalCode" | "budget";
type TextFieldRowProps = FieldsProps & { name: TextName } & Omit<
    Parameters<typeof TextField>[0],
    "value" | "onChange" | "error"
  >;

function TextRow({ control, name, ...field }: TextFieldRowProps) {
  return (
    <Controller
      control={control}
      name={name}
      render={({ field: { ref, ...held }, fieldState }) => (
        <TextField {...field} {...held} inputRef={ref} error={fieldState.error?.message} />
      )}
    />
  );
}

/** What is needed, where, of what kind, for how much, and how soon. */
export function NeedFields({ control }: FieldsProps) {
  return (
    <>
      <TextRow
        control={control}
        name="description"
        label={CONSUMER.descriptionLabel}
        lines={5}
        counterMax={DESCRIPTION_MAX}
      />
      <TextRow control={control} name="postalCode" label={CONSUMER.postalLabel} autoComplete="postal-code" />
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
      <TextRow control={control} name="budget" label={CONSUMER.budgetLabel} inputMode="numeric" />
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
    </>
  );
}

/** On whose clock the person lives. */
export function ZoneField({ control }: FieldsProps) {
  return (
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
  );
}
