import { base } from "#server/http/procedures/base.ts";

/** The handlers of every procedure in the contract, by its names; a missing one does not compile. */
export type RouterParts = Parameters<typeof base.router>[0];

/** Joins what the files of this folder implement, e.g. `{ account: createAccountProcedures(…), … }`. */
export const createRouter = (parts: RouterParts) => base.router(parts);

export type AppRouter = ReturnType<typeof createRouter>;
