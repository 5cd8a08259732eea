import { ERRORS } from "#shared/contract/errors.ts";
import { procedure } from "#shared/contract/procedure.ts";
import { z } from "zod";

const roleSchema = z.enum(["consumer", "business", "supervisor"]);
export type Role = z.infer<typeof roleSchema>;

const meSchema = z.object({
  accountId: z.string(),
  name: z.string(),
  email: z.string(),
  role: roleSchema,
  /** The business this account speaks for; null for consumers and supervisors. */
  businessId: z.string().nullable(),
  /** Masked like "•••• 0123"; null until a number was proven by a texted code. */
  phone: z.string().nullable(),
});
export type Me = z.infer<typeof meSchema>;

/** Read with libphonenumber on the server; any usual notation of an international or US number. */
const phoneNumberSchema = z.string().trim().min(5).max(32);

export const accountContract = {
  /** Who is signed in. */
  me: procedure("GET", "/account/me", "Who is signed in").output(meSchema),

  /** Texts a 6-digit code to the number. At most 3 codes per account and hour (429). */
  sendPhoneCode: procedure("POST", "/account/phone/code", "Text a code to a phone number")
    .errors({
      PHONE_INVALID: ERRORS.PHONE_INVALID,
      RATE_LIMITED: ERRORS.RATE_LIMITED,
      SUPPRESSED: ERRORS.SUPPRESSED,
    })
    .input(z.object({ phoneNumber: phoneNumberSchema }))
    .output(z.object({ sent: z.literal(true), expiresInSeconds: z.number().int() })),

  /** Proves the number; it is stored sealed on the caller's account. Five wrong codes void the code. */
  verifyPhone: procedure("POST", "/account/phone", "Prove a phone number with the texted code")
    .errors({
      PHONE_INVALID: ERRORS.PHONE_INVALID,
      CODE_WRONG: ERRORS.CODE_WRONG,
      RATE_LIMITED: ERRORS.RATE_LIMITED,
    })
    .input(z.object({ phoneNumber: phoneNumberSchema, code: z.string().regex(/^\d{6}$/, "Six digits.") }))
    .output(z.object({ verified: z.literal(true), phone: z.string() })),

  /** Suppresses the caller's number everywhere, cancels what waits, ends what runs. */
  stopAllCalls: procedure("POST", "/account/stop-all-calls", "Stop every call to me")
    .errors({ PHONE_MISSING: ERRORS.PHONE_MISSING })
    .output(z.object({ stopped: z.literal(true), callsCancelled: z.number().int() })),
};
