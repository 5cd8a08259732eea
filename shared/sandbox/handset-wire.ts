import { z } from "zod";

/** What the browser phone and the sandbox say to each other, as JSON; sound travels beside it as 16-bit samples at 8 kHz. */
const key = z.string().regex(/^[\d*#]$/);
export const HANDSET_TEXT_MAX = 500;

/** Page → sandbox. */
export const handsetOrderSchema = z.discriminatedUnion("do", [
  /** This page answers the number; null: whatever number is called next. */
  z.strictObject({
    do: z.literal("claim"),
    number: z
      .string()
      .regex(/^\+[1-9]\d{6,14}$/)
      .nullable(),
  }),
  /** Whoever answered the number before answers it again. */
  z.strictObject({ do: z.literal("release") }),
  z.strictObject({ do: z.literal("answer") }),
  z.strictObject({ do: z.literal("decline") }),
  z.strictObject({ do: z.literal("hangUp") }),
  /** Spoken into the call by the sandbox's voice, with the words inside. */
  z.strictObject({ do: z.literal("say"), text: z.string().trim().min(1).max(HANDSET_TEXT_MAX) }),
  z.strictObject({ do: z.literal("press"), key }),
]);
export type HandsetOrder = z.infer<typeof handsetOrderSchema>;

const handsetLineSchema = z.strictObject({
  /** Counts up within the call. */
  id: z.number(),
  who: z.enum(["caller", "you"]),
  text: z.string(),
  /** Still being spoken. */
  running: z.boolean(),
});
export type HandsetLine = z.infer<typeof handsetLineSchema>;

const lines = z.array(handsetLineSchema);

/** `sinceAt`: ISO 8601. `how` the last call ended, from the phone's point of view. */
const handsetCallSchema = z.discriminatedUnion("phase", [
  z.strictObject({ phase: z.literal("none") }),
  z.strictObject({ phase: z.literal("ringing"), from: z.string(), sinceAt: z.string() }),
  z.strictObject({ phase: z.literal("talking"), from: z.string(), sinceAt: z.string(), lines }),
  z.strictObject({
    phase: z.literal("over"),
    how: z.enum(["missed", "declined", "you-hung-up", "they-hung-up"]),
    lines,
  }),
]);
export type HandsetCall = z.infer<typeof handsetCallSchema>;

/** Sandbox → page: the whole phone, after each change. */
export const handsetViewSchema = z.strictObject({
  /** `off`: answers nothing. `next`: takes the next call, whoever it is for. `replaced`: another page took the number. */
  line: z.discriminatedUnion("is", [
    z.strictObject({ is: z.literal("off") }),
    z.strictObject({ is: z.literal("next") }),
    z.strictObject({ is: z.literal("replaced") }),
    z.strictObject({ is: z.literal("on"), number: z.string() }),
  ]),
  call: handsetCallSchema,
});
export type HandsetView = z.infer<typeof handsetViewSchema>;

/** Samples per message of sound, at most: one second. */
export const HANDSET_SAMPLES_MAX = 8000;
