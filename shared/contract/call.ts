import { callEventSchema } from "#shared/call/events.ts";
import { callPlaceSchema } from "#shared/contract/call-request.ts";
import { callStatusSchema } from "#shared/call/status.ts";
import { callSummarySchema } from "#shared/call/summary.ts";
import { callViewSchema } from "#shared/call/view.ts";
import { ERRORS } from "#shared/contract/errors.ts";
import { procedure } from "#shared/contract/procedure.ts";
import { callIdSchema, leadIdSchema, steerIdSchema } from "#shared/ids.ts";
import { z } from "zod";

const byCallId = z.object({ callId: callIdSchema });

const cancelReplySchema = z.object({
  callId: callIdSchema,
  status: callStatusSchema,
  /** True when this call ends (or ended) as cancelled. */
  cancelled: z.boolean(),
});

const movedReplySchema = z.object({
  callId: callIdSchema,
  status: callStatusSchema,
  /** Null when the call is in line, or under way. */
  scheduledFor: z.string().nullable(),
});

/** Said over a phone, or read in a hurry: a sentence or two. */
const steerWords = z.string().trim().min(1).max(500);
const steerInput = z.object({ callId: callIdSchema, text: steerWords });
const steerOutput = z.object({ callId: callIdSchema, steerId: steerIdSchema });
const STEER_ERRORS = { NOT_POSSIBLE: ERRORS.NOT_POSSIBLE, RATE_LIMITED: ERRORS.RATE_LIMITED };
const NOTE_ERRORS = { RATE_LIMITED: ERRORS.RATE_LIMITED };

const holdReplySchema = z.object({ callId: callIdSchema, holder: z.enum(["agent", "person"]) });

const MOVE_ERRORS = {
  NOT_POSSIBLE: ERRORS.NOT_POSSIBLE,
  CONSENT_MISSING: ERRORS.CONSENT_MISSING,
  SUPPRESSED: ERRORS.SUPPRESSED,
  BAD_TIME: ERRORS.BAD_TIME,
  OUTSIDE_CALLING_HOURS: ERRORS.OUTSIDE_CALLING_HOURS,
};

export const callContract = {
  /**
   * Newest first; `next` is the `before` of the next page, null at the end. With a filter one request looks through the newest 5,000 calls (before
   * `before`) at most: a page may then be short, even empty, and `next` goes on.
   */
  list: procedure("GET", "/calls", "Calls I may see")
    .input(
      z.object({
        status: callStatusSchema.optional(),
        /** Only calls about this lead. */
        leadId: leadIdSchema.optional(),
        outcome: z.string().max(40).optional(),
        /** Part of a name or of the objective, as the list shows them; upper and lower case are the same. */
        search: z.string().trim().min(1).max(80).optional(),
        before: z.string().max(64).optional(),
        limit: z.coerce.number().int().min(1).max(100).default(50),
      }),
    )
    .output(z.object({ calls: z.array(callSummarySchema), next: z.string().nullable() })),

  /** The fold of the call's journal. */
  get: procedure("GET", "/calls/{callId}", "One call").input(byCallId).output(callViewSchema),

  /** The journal after `after` (all of it when left out); `seq` is the newest number. */
  events: procedure("GET", "/calls/{callId}/events", "The journal of one call")
    .input(z.object({ callId: callIdSchema, after: z.coerce.number().int().nonnegative().default(0) }))
    .output(z.object({ events: z.array(callEventSchema), seq: z.number().int() })),

  /** Where it stands in the queue, and about how long it waits. */
  place: procedure("GET", "/calls/{callId}/place", "A call's place in the queue")
    .input(byCallId)
    .output(callPlaceSchema),

  /** Works in every state, is idempotent and answers the truth. */
  cancel: procedure("POST", "/calls/{callId}/cancel", "Cancel a call")
    .input(byCallId)
    .output(cancelReplySchema),

  /**
   * Another instant for a call that waits. The call keeps the old one until it has the new one, and asking again for the same changes nothing.
   */
  reschedule: procedure("POST", "/calls/{callId}/reschedule", "Move a call to another time")
    .errors({ ...MOVE_ERRORS, SLOT_NOT_FREE: ERRORS.SLOT_NOT_FREE })
    .input(z.object({ callId: callIdSchema, scheduledTime: z.iso.datetime({ offset: true }) }))
    .output(movedReplySchema),

  /** Puts a scheduled call into the line. Nothing changes for one that is in line already or on the phone. */
  callNow: procedure("POST", "/calls/{callId}/call-now", "Make a scheduled call now")
    .errors(MOVE_ERRORS)
    .input(byCallId)
    .output(movedReplySchema),

  /**
   * The caller speaks in the agent's place from now on (`call:mic`); the agent falls silent and goes on listening. Only once the opening was heard. 10 s
   * without sound from their browser, and the agent has the call again.
   */
  takeOver: procedure("POST", "/calls/{callId}/take-over", "Take a live call over")
    .errors({ NOT_POSSIBLE: ERRORS.NOT_POSSIBLE, HELD: ERRORS.HELD })
    .input(byCallId)
    .output(holdReplySchema),

  /** By who holds it: the agent goes on, and knows what both sides said. `instruction`: what it is to do with it. */
  giveBack: procedure("POST", "/calls/{callId}/give-back", "Give the call back to the agent")
    .errors({ NOT_POSSIBLE: ERRORS.NOT_POSSIBLE, HELD: ERRORS.HELD })
    .input(z.object({ callId: callIdSchema, instruction: z.string().trim().min(1).max(500).optional() }))
    .output(holdReplySchema),

  /** Ends the phone call that runs now as if the talk were over; the call is then summed up. */
  hangUp: procedure("POST", "/calls/{callId}/hang-up", "Hang up")
    .errors({ NOT_POSSIBLE: ERRORS.NOT_POSSIBLE })
    .input(byCallId)
    .output(z.object({ callId: callIdSchema, status: callStatusSchema })),

  /**
   * The whole number of the person who is called, for those who have them called; it is noted who asked [AU3]. 409: it was erased, or its key is gone.
   */
  revealNumber: procedure("POST", "/calls/{callId}/number", "Show the number that is called")
    .errors({ NOT_POSSIBLE: ERRORS.NOT_POSSIBLE })
    .input(byCallId)
    .output(z.object({ callId: callIdSchema, phoneNumber: z.string() })),

  /**
   * A link to the recording that works for ten minutes: a WAV file of two channels, first the consumer, second the agent, with range requests. Its
   * first sample lies `startMs` after the answer. 409: none was made, it is not ready yet, or it was deleted.
   */
  recording: procedure("GET", "/calls/{callId}/recording", "Play the recording of a call")
    .errors({ NOT_POSSIBLE: ERRORS.NOT_POSSIBLE })
    .input(byCallId)
    .output(
      z.object({ url: z.string(), expiresAt: z.string(), durationMs: z.number(), startMs: z.number() }),
    ),

  /** How loud both sides of the recording are, `perSecond` times a second: base64 of one byte each, 0 to 255. */
  waveform: procedure("GET", "/calls/{callId}/waveform", "The waveform of a recording")
    .errors({ NOT_POSSIBLE: ERRORS.NOT_POSSIBLE, RECORDING_AWAY: ERRORS.RECORDING_AWAY })
    .input(byCallId)
    .output(
      z.object({
        startMs: z.number(),
        durationMs: z.number(),
        perSecond: z.number(),
        consumer: z.string(),
        agent: z.string(),
      }),
    ),

  /**
   * An instruction to the agent of a call that talks; the consumer does not hear it. It is used at the next turn, at once when nobody speaks, and
   * `steer.used` follows when that answer was heard. 60 a minute per account, with `sayExactly`.
   */
  whisper: procedure("POST", "/calls/{callId}/whispers", "Whisper to the agent")
    .errors(STEER_ERRORS)
    .input(steerInput)
    .output(steerOutput),

  /** The agent says these words next, to the letter and without being interrupted. */
  sayExactly: procedure("POST", "/calls/{callId}/exact-words", "Let the agent say exact words")
    .errors(STEER_ERRORS)
    .input(steerInput)
    .output(steerOutput),

  /** For colleagues, in every state of the call; the consumer never sees it. 60 a minute per account, with `flag`. */
  addNote: procedure("POST", "/calls/{callId}/notes", "Add a note to a call")
    .errors(NOTE_ERRORS)
    .input(z.object({ callId: callIdSchema, text: z.string().trim().min(1).max(2000) }))
    .output(z.object({ callId: callIdSchema, noteId: z.string() })),

  /** Points a call out to whoever looks at the lists and the wall, in every state of it. */
  flag: procedure("POST", "/calls/{callId}/flags", "Flag a call")
    .errors(NOTE_ERRORS)
    .input(z.object({ callId: callIdSchema, reason: z.string().trim().min(1).max(300) }))
    .output(z.object({ callId: callIdSchema, flagged: z.literal(true) })),

  /** Once the call is over: the consumer's own words take the place of the summary, for everybody. At most 20 a day. */
  correctSummary: procedure("POST", "/calls/{callId}/summary", "Correct the summary of my call")
    .errors({ NOT_POSSIBLE: ERRORS.NOT_POSSIBLE, RATE_LIMITED: ERRORS.RATE_LIMITED })
    .input(z.object({ callId: callIdSchema, text: z.string().trim().min(1).max(2000) }))
    .output(z.object({ callId: callIdSchema, summary: z.string() })),

  /** Once the call is over: nobody sees a summary any more, and its words are erased. Outcome, answers and transcript stay. */
  deleteSummary: procedure("POST", "/calls/{callId}/summary/deletion", "Delete the summary of my call")
    .errors({ NOT_POSSIBLE: ERRORS.NOT_POSSIBLE })
    .input(byCallId)
    .output(z.object({ callId: callIdSchema, deleted: z.literal(true) })),
};
